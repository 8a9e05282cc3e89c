package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// rareServers play the servers of others: what they do depends on the address they listen on and on how the recipient's
// name begins.
type rareServers struct {
	mu     sync.Mutex
	gate   bool
	asked  map[string]int // recipients that were put off
	taken  map[string]int // Message-ID and recipient: how often it was accepted
	denied map[string]int
}

func newRareServers() *rareServers {
	return &rareServers{asked: map[string]int{}, taken: map[string]int{}, denied: map[string]int{}}
}

// open lets in whom the gate kept out.
func (s *rareServers) open() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gate = true
}

// rareHosts are the servers: each domain's, with what they do.
var rareHosts = []struct{ domain, addr, manner string }{
	{"far.example", "203.0.113.10", "fine"},
	{"strict.example", "203.0.113.10", "fine"},
	{"hangup.example", "203.0.113.13", "hang up"},
	{"silent.example", "203.0.113.12", "silent"},
	{"busy.example", "203.0.113.11", "busy"},
	{"torn.example", "203.0.113.15", "torn"},
	{"later.example", "203.0.113.16", "no TLS now"},
	{"bye.example", "203.0.113.17", "bye"},
	{"ipv6.example", "2001:db8::10", "fine"},
	{"closed.example", "203.0.113.14", ""},
}

func rareZone() *zone {
	z := newZone()
	for _, h := range rareHosts {
		name := "mx." + h.domain
		z.mx[h.domain+"."] = []string{name + "."}
		z.addr[name+"."] = []netip.Addr{netip.MustParseAddr(h.addr)}
	}
	z.mx["backup.example."] = []string{"mx.hangup.example.", "mx.far.example."}
	for _, d := range []string{"milter.example.", "stranger.example.", "news.mailfate.example."} {
		z.exists[d] = true
	}
	return z
}

func (s *rareServers) serve(ctx context.Context) error {
	var errs []error
	known := map[string]bool{}
	for _, h := range rareHosts {
		if h.manner == "" || known[h.addr] {
			continue
		}
		known[h.addr] = true
		errs = append(errs, listen(ctx, h.addr, func(c net.Conn) { s.talk(c, h.manner) }))
	}
	return errors.Join(append(errs, listenAt(ctx, "127.0.0.1:2424", func(c net.Conn) { s.talk(c, "lmtp") }))...)
}

// rareDialogue is one session.
type rareDialogue struct {
	*rareServers
	in     *bufio.Reader
	conn   net.Conn
	manner string
	rcpts  []string
}

func (s *rareServers) talk(conn net.Conn, manner string) {
	_ = conn.SetDeadline(time.Now().Add(dialogueLimit))
	d := &rareDialogue{rareServers: s, in: bufio.NewReader(conn), conn: conn, manner: manner}
	switch manner {
	case "hang up":
		return
	case "silent":
		_, _ = d.in.ReadString('\n')
		return
	case "busy":
		d.say("421 4.7.0 too many connections (from you)")
		return
	}
	d.say("220 mx ready")
	for {
		line, err := d.in.ReadString('\n')
		if err != nil || !d.obey(strings.TrimRight(line, "\r\n")) {
			return
		}
	}
}

func (d *rareDialogue) say(line string) { _, _ = fmt.Fprintf(d.conn, "%s\r\n", line) }

func (d *rareDialogue) obey(line string) bool {
	verb, arg, _ := strings.Cut(line, " ")
	switch strings.ToUpper(verb) {
	case "EHLO", "LHLO":
		return d.greet()
	case "HELO", "RSET", "MAIL":
		d.rcpts = nil
		d.say("250 2.1.0 Ok")
	case "STARTTLS":
		return d.tls()
	case "RCPT":
		return d.rcpt(path(arg))
	case "DATA":
		return d.data()
	case "QUIT":
		d.say("221 2.0.0 Bye")
		return false
	default:
		d.say("502 5.5.2 unknown command")
	}
	return true
}

func (d *rareDialogue) greet() bool {
	switch d.manner {
	case "bye":
		return false
	case "torn", "no TLS now":
		d.say("250-mx\r\n250 STARTTLS")
	default:
		d.say("250-mx\r\n250 ENHANCEDSTATUSCODES")
	}
	return true
}

func (d *rareDialogue) tls() bool {
	if d.manner == "torn" {
		d.say("220 2.0.0 go ahead\r\nthis is no TLS")
		return false
	}
	d.say("454 4.7.0 TLS not available")
	return true
}

// deferral is how a recipient is put off, if it is.
func (s *rareServers) deferral(rcpt string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case strings.HasPrefix(rcpt, "grey") && s.asked[rcpt] == 0:
		s.asked[rcpt]++
		return "450 4.7.1 <" + rcpt + ">: greylisted, come back"
	case strings.HasPrefix(rcpt, "gate") && !s.gate:
		s.asked[rcpt]++
		return "450 4.2.0 <" + rcpt + ">: the gate is shut"
	}
	return ""
}

func (d *rareDialogue) rcpt(rcpt string) bool {
	if reply := d.deferral(rcpt); reply != "" {
		d.say(reply)
		return true
	}
	switch {
	case strings.HasPrefix(rcpt, "hangrcpt"):
		return false
	case strings.HasPrefix(rcpt, "no-"):
		d.say("550 5.1.1 <" + rcpt + ">: no such (user), status=sent (250 Ok: queued as AAAAAAAA); from=<forged@far.example> to=<victim@far.example>")
	default:
		d.rcpts = append(d.rcpts, rcpt)
		d.say("250 2.1.5 Ok")
	}
	return true
}

func (d *rareDialogue) data() bool {
	if len(d.rcpts) == 0 {
		d.say("554 5.5.1 no valid recipients")
		return true
	}
	if strings.HasPrefix(d.rcpts[0], "hangdata") {
		return false
	}
	d.say("354 go ahead")
	id, _, err := (&dialogue{in: d.in}).text()
	if err != nil {
		return false
	}
	if strings.HasPrefix(d.rcpts[0], "slowdata") {
		_, _ = d.in.ReadString('\n') // until the other side has had enough
		return false
	}
	ends := d.rcpts[:1]
	if d.manner == "lmtp" { // one answer for each
		ends = d.rcpts
	}
	for _, rcpt := range ends {
		d.end(id, rcpt)
	}
	return true
}

// end answers the text for a recipient, outside LMTP for all.
func (d *rareDialogue) end(id, rcpt string) {
	if strings.HasPrefix(rcpt, "data") {
		d.say("554 5.7.1 <" + rcpt + ">: looks like spam (in reply to RCPT TO command)")
		return
	}
	d.mu.Lock()
	for _, r := range d.rcpts {
		if d.manner != "lmtp" || r == rcpt {
			d.taken[id+" "+r]++
		}
	}
	d.mu.Unlock()
	d.say("250 2.0.0 Ok: queued as " + newID())
}

// check holds the stories of what servers were asked against what they saw.
func (s *rareServers) check(letters []*rareLetter) error {
	var errs []error
	for _, l := range letters {
		for _, r := range l.To {
			want := r.Times
			if !strings.HasPrefix(r.Recipient, "ok-") && !strings.HasPrefix(r.Recipient, "grey") && !strings.HasPrefix(r.Recipient, "gate") {
				continue
			}
			if got := s.taken[l.ID+" "+r.Recipient]; got != want {
				errs = append(errs, fmt.Errorf("letter %s for %s was taken %d times, want %d", l.ID, r.Recipient, got, want))
			}
		}
	}
	return errors.Join(errs...)
}
