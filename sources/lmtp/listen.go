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
	// maxLine is the longest line: reports are taken as they come, with lines beyond
	// the 998 characters of RFC 5321, and a command of that length is memory.
	maxLine = 1 << 20
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
	s.MaxMessageBytes, s.MaxLineLength, s.MaxRecipients = maxMail, maxLine, maxRecipients
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
	mail := incoming{r: r}
	err := s.box.deliver(s.head(time.Now()), &mail)
	switch {
	case err == nil:
		return nil
	case mail.err != nil:
		s.log.Debug("a mail was not taken", "error", mail.err)
		return refusal(mail.err)
	}
	s.log.Error("a mail was put off", "error", err)
	return putOff
}

// LMTPData answers the same for every recipient. Without it the server would ask
// who they are after a RSET has removed them.
func (s *session) LMTPData(r io.Reader, _ smtp.StatusCollector) error { return s.Data(r) }

// putOff has the client try again.
var putOff = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "cannot be stored now"}

// refusal is what is answered to what did not come whole.
func refusal(err error) error {
	var said *smtp.SMTPError
	switch {
	case errors.As(err, &said):
		return said // too long
	case errors.Is(err, smtp.ErrTooLongLine):
		return &smtp.SMTPError{Code: 552, EnhancedCode: smtp.EnhancedCode{5, 3, 4}, Message: "a line is too long"}
	}
	return putOff // the client went away, or took it back
}

// incoming is a mail that remembers why it ended before its end.
type incoming struct {
	r   io.Reader
	err error
}

// Read is an io.Reader's.
func (m *incoming) Read(b []byte) (int, error) {
	n, err := m.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		m.err = err
	}
	return n, err
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
