package config

import (
	"regexp"
	"slices"
	"time"

	"mailfate/sources/tracking"
)

// Config is everything that can be configured.
type Config struct {
	Data       string   // directory of state, checkpoints and embedded parts; "": none named
	Roles      []string // some of RoleNames
	Kafka      Kafka
	ClickHouse ClickHouse
	Accounts   []Account
	IDKeys     []IDKey
	Sources    []Source
	Timers     Timers
	Classify   Classify
	Retention  Retention
	Metrics    Metrics
	Tracker    Tracker
	API        API

	KeepExamples string // of lines that are not understood; one of ExampleKinds

	// Defaults of all sources.
	Location         *time.Location // of stamps without a zone
	Year             int            // of stamps without one; 0: from the file's date
	MessageIDPattern *regexp.Regexp // see Source; may be nil

	accounts *accountIndex
	read     *problems // knows where each key stands; nil: the configuration is of no file
}

// Kafka says which cluster to use.
type Kafka struct {
	Brokers     []string // host:port; none: an embedded broker
	TLS         *TLS     // nil: none
	SASL        *SASL    // nil: none
	Partitions  int      // of topics; 0: as they are, or a default where they are made
	Replication int      // of topics that are made
}

// SASL is how to log in to Kafka.
type SASL struct {
	Mechanism string // one of Mechanisms
	User      string
	Password  Secret
}

// ClickHouse says which server to use.
type ClickHouse struct {
	Addresses []string // host:port of the native protocol; none: an embedded server
	Database  string
	User      string
	Password  Secret // zero: none
	TLS       *TLS   // nil: none
}

// Account is one customer of the platform, or one part of it.
type Account struct {
	Name          string
	Domains       []string // of envelope senders, as A-labels; *.d is every subdomain of d
	SASLUsers     []string
	Header        string // name of the header that names the account; "": none
	OpenTracking  bool   // whether its messages have a pixel
	ClickTracking bool   // whether its links are rewritten
}

// IDKey is a key that our mails' ids are signed with, so that reports about them
// are known to be about them.
type IDKey struct {
	Name   string
	Secret Secret
}

// Source is where events are read from.
type Source struct {
	Type     string // as schemas.ParseSourceType knows it; "": the content decides
	Paths    []string
	IMAP     *IMAP          // a mailbox on a server, instead of paths; may be nil
	Listen   string         // lmtp:// or smtp://host:port to take mails at, likewise; "": nowhere
	Stream   string         // "": made of type and path
	Host     string         // "": what the lines say
	Location *time.Location // of stamps without a zone
	Year     int            // of stamps without one; 0: from the file's date
	// MessageIDPattern takes the platform's own id out of a Message-ID: its group
	// message_id is the id. Where it does not match, and when it is nil, the
	// Message-ID is the id.
	MessageIDPattern *regexp.Regexp
	PathPatterns     []tracking.Pattern // of tracking paths; none: the default ones
	AddressPatterns  []*regexp.Regexp   // of our envelope addresses, in reports; see feedback.AddressPatterns
	Remember         time.Duration      // a queue id after its last line; 0: the default
	MaxOpen          int                // queue ids in memory; 0: the default
}

// IMAP is a mailbox on a server.
type IMAP struct {
	Address  string // host:port
	User     string
	Password Secret
	Mailbox  string // "": INBOX
	MoveTo   string // folder for mails that were read; "": they stay
	TLS      *TLS   // nil: none, which only this machine is asked without
	StartTLS bool   // TLS begins after the greeting
}

// Retention says for how long things are kept.
type Retention struct {
	Life time.Duration // a message's state, after it was last heard of
	Rows Rows
}

// Rows says for how many days rows stay in ClickHouse: days on which messages began,
// before the newest one. 0 is for ever.
type Rows struct {
	Events   int // 0: as long as messages
	Changes  int // likewise
	Messages int
	Hours    int // counts by the hour
}

// Timers say after how long time itself decides what became of a message.
type Timers struct {
	GiveUp   time.Duration // after an attempt's first deferral
	Depleted time.Duration // after credit ran out
}

// Classify says by which rules replies and hits are judged.
type Classify struct {
	Rules    string // a file of rules that go before the embedded ones; "": none
	Machines string // likewise, of rules that tell machines from people
	Networks string // a file of networks that those name, instead of the embedded one; "": none
}

// Metrics says where figures about the process are told.
type Metrics struct {
	Listen string // host:port; "": nowhere
}

// ExampleKinds are the ways to keep examples of lines that are not understood.
var ExampleKinds = []string{"redacted", "raw"}

// RoleNames are what a process can do of all that there is to do, in the order
// in which data flows, and what answers hits.
var RoleNames = []string{"source", "processor", "sink", "tracker"}

// Mechanisms are the ways to log in to Kafka.
var Mechanisms = []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}

// Default is the configuration of an empty file.
func Default() Config {
	return Config{
		Roles:      slices.Clone(RoleNames),
		Kafka:      Kafka{Replication: 1},
		ClickHouse: ClickHouse{Database: "mail", User: "default"},
		Timers:     Timers{GiveUp: 5 * day, Depleted: day},
		Retention:  Retention{Life: 31 * day},
		Tracker:    Tracker{MaxHeld: 1000, MaxConnections: 10_000, SpoolMB: 4096, Keep: day},
		Location:   time.UTC,

		KeepExamples: ExampleKinds[0],
	}
}

// MessageID returns what takes the platform's own id out of a Message-ID, ""
// where there is none; nil when the source has no pattern.
func (s *Source) MessageID() func(string) string {
	if s.MessageIDPattern == nil {
		return nil
	}
	re, group := s.MessageIDPattern, 2*s.MessageIDPattern.SubexpIndex(messageIDGroup)
	return func(id string) string {
		m := re.FindStringSubmatchIndex(id)
		if m == nil || m[group] < 0 {
			return ""
		}
		return id[m[group]:m[group+1]]
	}
}
