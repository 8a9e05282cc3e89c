package lmtp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/net/netutil"
)

const (
	// maxMail is the longest mail that is taken: twice what is read of one.
	maxMail = 20 << 20
	// maxRecipients of a mail: reports have one.
	maxRecipients = 100
	// maxConnections at once; others wait.
	maxConnections = 32
	// patience is how long a client may be silent (RFC 5321, 4.5.3.2, is as patient).
	patience = 5 * time.Minute
	// drainWithin is how long a client has to end what it has begun.
	drainWithin = 2 * time.Second
)

// Listener takes mails.
type Listener struct {
	server *smtp.Server
	addr   net.Addr
	done   chan struct{}
}

// Listen makes the Maildir, if it is not there, and takes mails for it until Close.
func Listen(url, maildir string, log *slog.Logger) (*Listener, error) {
	lmtp, address, err := ParseURL(url)
	if err != nil {
		return nil, fmt.Errorf("listen at %s: %w", url, err)
	}
	box, err := openMaildir(maildir)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for mails: %w; choose another port, or see who has it", err)
	}
	name := "SMTP"
	if lmtp {
		name = "LMTP"
	}
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &session{conn: c, box: box, protocol: name, log: log}, nil
	}))
	s.LMTP, s.Domain = lmtp, box.host
	s.MaxMessageBytes, s.MaxRecipients = maxMail, maxRecipients
	s.ReadTimeout, s.WriteTimeout = patience, patience
	s.EnableSMTPUTF8 = true
	s.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelWarn)
	out := &Listener{server: s, addr: l.Addr(), done: make(chan struct{})}
	go func() {
		defer close(out.done)
		if err := s.Serve(netutil.LimitListener(l, maxConnections)); err != nil && !errors.Is(err, net.ErrClosed) {
			log.Error("no longer listening for mails", "address", address, "error", err)
		}
	}()
	return out, nil
}

// Addr is where mails are taken.
func (l *Listener) Addr() net.Addr { return l.addr }

// Close stops listening and, after a moment, breaks off what is not complete.
func (l *Listener) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), drainWithin)
	defer cancel()
	err := l.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = l.server.Close()
	}
	<-l.done
	if errors.Is(err, smtp.ErrServerClosed) {
		return nil
	}
	return err
}

// session is one connection.
type session struct {
	conn     *smtp.Conn
	box      *maildir
	protocol string
	log      *slog.Logger

	from string
	to   []string
}

// Reset forgets the envelope.
func (s *session) Reset() { s.from, s.to = "", nil }

// Logout has nothing to give back.
func (s *session) Logout() error { return nil }

// Mail takes the sender.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

// Rcpt takes any recipient.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

// Data takes the mail.
func (s *session) Data(r io.Reader) error {
	err := s.box.deliver(s.head(time.Now()), r)
	var said *smtp.SMTPError
	if err == nil || errors.As(err, &said) {
		return err // too long, or the client went away
	}
	s.log.Error("a mail was put off", "error", err)
	return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "cannot be stored now"}
}

// head is what goes above the mail.
func (s *session) head(now time.Time) string {
	head := "Return-Path: <" + clean(s.from) + ">\r\n"
	for _, to := range s.to {
		head += "Delivered-To: " + clean(to) + "\r\n"
	}
	ip, _, _ := net.SplitHostPort(s.conn.Conn().RemoteAddr().String())
	return head + fmt.Sprintf("Received: from %s ([%s]) by %s with %s; %s\r\n", cleanHost(s.conn.Hostname()), ip, s.box.host, s.protocol, now.Format(time.RFC1123Z))
}
