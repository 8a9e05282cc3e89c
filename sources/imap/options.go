package imap

import (
	"crypto/tls"
	"net"
	"time"
)

const (
	// defaultMailbox is the one that every user has.
	defaultMailbox = "INBOX"
	// defaultMaxMail is as of files: a report that matters is far smaller.
	defaultMaxMail = 10 << 20
	// defaultPoll is how often it is asked for mail of which nobody told.
	defaultPoll = time.Minute
	// defaultPatience is how long an answer may take, or a mail to arrive.
	defaultPatience = 2 * time.Minute
	// defaultMaxWait is the longest wait between two connections.
	defaultMaxWait = 2 * time.Minute
	// attempts is how often a replay connects until it gives up.
	attempts = 4
)

// Options name a mailbox. Address and User are needed.
type Options struct {
	Address  string // host:port
	User     string
	Password string
	Mailbox  string // default INBOX
	MoveTo   string // folder for what was read; "": it stays where it is

	TLS      *tls.Config // nil: none
	StartTLS bool        // TLS begins after the greeting

	Follow  bool          // go on after what is there at first
	MaxMail int           // the longest mail in bytes (default 10 MiB)
	Poll    time.Duration // default a minute
	// Patience is how long an answer, or a mail, may take (default 2 minutes).
	Patience time.Duration
	// MaxWait is the longest wait before a connection is made again (default 2 minutes).
	MaxWait time.Duration
}

func (o Options) withDefaults() Options {
	if o.Mailbox == "" {
		o.Mailbox = defaultMailbox
	}
	if o.MaxMail <= 0 {
		o.MaxMail = defaultMaxMail
	}
	for _, d := range []struct {
		to *time.Duration
		by time.Duration
	}{{&o.Poll, defaultPoll}, {&o.Patience, defaultPatience}, {&o.MaxWait, defaultMaxWait}} {
		if *d.to <= 0 {
			*d.to = d.by
		}
	}
	if o.TLS != nil && o.TLS.ServerName == "" {
		o.TLS = o.TLS.Clone()
		o.TLS.ServerName, _, _ = net.SplitHostPort(o.Address)
	}
	return o
}

// Name names the mailbox as a URL does (RFC 5092), without a password.
func (o Options) Name() string {
	o = o.withDefaults()
	return "imap://" + o.User + "@" + o.Address + "/" + o.Mailbox
}
