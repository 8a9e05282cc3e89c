package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"
)

// A script is what the server says to RCPT or, behind "data ", to the letter's end; the last reply is said for ever.
type script []string

// server is the other side: it answers by script and keeps what it took.
type server struct {
	mu      sync.Mutex
	scripts map[string]script // by recipient
	taken   map[letterTo]int
}

type letterTo struct{ messageID, recipient string }

// listen serves SMTP on the scripted server's address until ctx ends.
func (s *server) listen(ctx context.Context) error {
	l, err := net.Listen("tcp", net.JoinHostPort(mxAddr, "25"))
	if err != nil {
		return fmt.Errorf("listen for mail: %w", err)
	}
	context.AfterFunc(ctx, func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				_ = conn.SetDeadline(time.Now().Add(time.Minute))
				d := dialogue{server: s, in: bufio.NewReader(conn), out: conn}
				d.hold()
			}()
		}
	}()
	return nil
}

// next returns what a recipient's script has at a stage, "" for nothing, and goes on in it.
func (s *server) next(recipient, stage string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	script := s.scripts[recipient]
	if len(script) == 0 {
		return ""
	}
	reply, atData := strings.CutPrefix(script[0], "data ")
	if atData != (stage == "data") {
		return ""
	}
	if len(script) > 1 {
		s.scripts[recipient] = script[1:]
	}
	return reply
}

type dialogue struct {
	server     *server
	in         *bufio.Reader
	out        net.Conn
	recipients []string
}

func (d *dialogue) say(lines ...string) bool {
	for _, l := range lines {
		if _, err := d.out.Write([]byte(l + "\r\n")); err != nil {
			return false
		}
	}
	return true
}

func (d *dialogue) hold() {
	for ok := d.say("220 mx.example ESMTP"); ok; {
		line, err := d.in.ReadString('\n')
		if err != nil {
			return
		}
		ok = d.obey(strings.TrimRight(line, "\r\n"))
	}
}

func (d *dialogue) obey(line string) bool {
	verb, arg, _ := strings.Cut(line, " ")
	switch strings.ToUpper(verb) {
	case "EHLO":
		return d.say("250-mx.example", "250-ENHANCEDSTATUSCODES", "250 SIZE 1000000")
	case "MAIL", "RSET":
		d.recipients = nil
	case "RCPT":
		_, rest, _ := strings.Cut(arg, "<")
		return d.rcpt(strings.ToLower(rest[:strings.LastIndexByte(rest, '>')]))
	case "DATA":
		return d.data()
	case "QUIT":
		d.say("221 2.0.0 Bye")
		return false
	}
	return d.say("250 2.0.0 Ok")
}

func (d *dialogue) rcpt(recipient string) bool {
	switch reply := d.server.next(recipient, "rcpt"); reply {
	case "":
		d.recipients = append(d.recipients, recipient)
		return d.say("250 2.1.5 Ok")
	case "hang up":
		return false
	default:
		return d.say(strings.Split(reply, "\n")...)
	}
}

func (d *dialogue) data() bool {
	if len(d.recipients) == 0 {
		return d.say("554 5.5.1 no valid recipients")
	}
	if !d.say("354 go ahead") {
		return false
	}
	id := ""
	for {
		line, err := d.in.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		if v, ok := strings.CutPrefix(line, "Message-ID: "); ok && id == "" {
			id = strings.Trim(v, "<>\r\n")
		}
	}
	for _, r := range d.recipients {
		if reply := d.server.next(r, "data"); reply != "" {
			return d.say(strings.Split(reply, "\n")...)
		}
	}
	d.server.mu.Lock()
	defer d.server.mu.Unlock()
	for _, r := range d.recipients {
		d.server.taken[letterTo{id, r}]++
	}
	return d.say("250 2.0.0 Ok: queued as 4Fz" + fmt.Sprintf("%06d", len(d.server.taken)))
}
