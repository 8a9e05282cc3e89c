package imap

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
)

var errBeforeTLS = errors.New("the server says more than it may before TLS")

// secure begins TLS, if it is wanted, and returns what is to be read and written.
func (s *session) secure() (net.Conn, error) {
	switch {
	case s.opts.TLS == nil:
		return text{s.conn, s.conn}, nil
	case s.opts.StartTLS:
		if err := s.askForTLS(); err != nil {
			return nil, fmt.Errorf("begin TLS: %w", err)
		}
	}
	conn := tls.Client(s.conn, s.opts.TLS)
	if err := conn.HandshakeContext(s.ctx); err != nil {
		return nil, fmt.Errorf("begin TLS: %w", err)
	}
	if s.opts.StartTLS {
		return greeted{text{conn, s.conn}, strings.NewReader("* OK\r\n")}, nil
	}
	return text{conn, s.conn}, nil
}

// askForTLS speaks as much as may be heard by others. Nothing that comes before TLS
// is taken for something that came in it.
func (s *session) askForTLS() error {
	in := bufio.NewReader(text{s.conn, s.conn})
	if line, err := in.ReadSlice('\n'); err != nil {
		return err
	} else if !strings.HasPrefix(strings.ToUpper(string(line)), "* OK") {
		return fmt.Errorf("the server greets with %.*q", maxWords, line)
	}
	if _, err := io.WriteString(s.conn, "S STARTTLS\r\n"); err != nil {
		return err
	}
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		answer, ours := strings.CutPrefix(string(line), "S ")
		switch {
		case !ours && strings.HasPrefix(answer, "* "): // untagged, and of no interest
		case !ours || !strings.HasPrefix(strings.ToUpper(answer), "OK"):
			return fmt.Errorf("the server says %.*q", maxWords, line)
		case in.Buffered() > 0:
			return errBeforeTLS
		default:
			return nil
		}
	}
}

// greeted is a connection on which the greeting has come: the client waits for one.
type greeted struct {
	net.Conn
	greeting *strings.Reader
}

func (g greeted) Read(p []byte) (int, error) {
	if g.greeting.Len() > 0 {
		return g.greeting.Read(p)
	}
	return g.Conn.Read(p)
}
