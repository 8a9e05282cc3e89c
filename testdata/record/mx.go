package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"time"
)

// dialogueLimit ends a dialogue with a client that has gone quiet.
const dialogueLimit = 2 * time.Minute

// serveProviders plays all providers' servers, and the two that never get as far as a dialogue, until ctx ends.
func serveProviders(ctx context.Context, c *cast) error {
	for _, p := range providers {
		if err := listen(ctx, p.addr, func(conn net.Conn) { (&dialogue{provider: p, cast: c}).hold(conn) }); err != nil {
			return err
		}
	}
	if err := listen(ctx, hangUpAddr, func(net.Conn) {}); err != nil {
		return err
	}
	return listen(ctx, silentAddr, func(conn net.Conn) {
		_ = conn.SetReadDeadline(time.Now().Add(dialogueLimit))
		_, _ = conn.Read(make([]byte, 1))
	})
}

func listen(ctx context.Context, addr string, serve func(net.Conn)) error {
	return listenAt(ctx, net.JoinHostPort(addr, "25"), serve)
}

func listenAt(ctx context.Context, addrPort string, serve func(net.Conn)) error {
	l, err := net.Listen("tcp", addrPort)
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
				serve(conn)
			}()
		}
	}()
	return nil
}

// dialogue is one SMTP session of a provider's server.
type dialogue struct {
	provider provider
	cast     *cast
	in       *bufio.Reader
	out      *bufio.Writer
	sender   string
	taken    []*mailbox
	anyRcpt  bool
	refused  bool // the sender was refused; a client that pipelines goes on all the same
}

func (d *dialogue) hold(conn net.Conn) {
	_ = conn.SetDeadline(time.Now().Add(dialogueLimit))
	d.in, d.out = bufio.NewReader(conn), bufio.NewWriter(conn)
	d.say("220 " + strings.ReplaceAll(d.provider.banner, "{id}", newID()))
	for {
		if d.in.Buffered() == 0 && d.out.Flush() != nil {
			return
		}
		line, err := d.in.ReadString('\n')
		if err != nil {
			return
		}
		if !d.obey(strings.TrimRight(line, "\r\n")) {
			_ = d.out.Flush()
			return
		}
	}
}

func (d *dialogue) say(line string) { _, _ = d.out.WriteString(line + "\r\n") }

func (d *dialogue) obey(line string) bool {
	verb, arg, _ := strings.Cut(line, " ")
	switch strings.ToUpper(verb) {
	case "EHLO":
		d.greet()
	case "HELO", "RSET", "NOOP":
		d.reset()
		d.say("250 ok")
	case "MAIL":
		d.reset()
		d.sender = path(arg)
		d.mail()
	case "RCPT":
		d.rcpt(path(arg))
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

func (d *dialogue) reset() { d.sender, d.taken, d.anyRcpt, d.refused = "", nil, false, false }

func (d *dialogue) greet() {
	lines := append([]string{d.provider.mx + " at your service"}, d.provider.ehlo...)
	for i, l := range lines {
		sep := "-"
		if i == len(lines)-1 {
			sep = " "
		}
		d.say("250" + sep + l)
	}
}

// mail answers for all mailboxes of the letter here: a reply to the sender concerns them all.
func (d *dialogue) mail() {
	d.cast.mu.Lock()
	defer d.cast.mu.Unlock()
	l := d.cast.bySender[strings.ToLower(d.sender)]
	if l == nil {
		d.say("250 2.1.0 Ok")
		return
	}
	var objection *reply
	for _, a := range l.to {
		for _, b := range a.boxes {
			if r, ok := b.objection(atMail); ok && d.servesBox(b) {
				if objection == nil {
					r = d.filled(r, "")
					objection = &r
				}
				b.object(*objection)
			}
		}
	}
	if objection == nil {
		d.say("250 2.1.0 Ok")
		return
	}
	d.refused = true
	d.utter(*objection)
}

func (d *dialogue) servesBox(b *mailbox) bool {
	return strings.HasSuffix(strings.ToLower(b.address), "@"+d.provider.domain)
}

func (d *dialogue) rcpt(addr string) {
	d.cast.mu.Lock()
	defer d.cast.mu.Unlock()
	b := d.cast.box(d.sender, addr)
	switch {
	case d.refused:
		d.say("503 5.5.1 first the sender")
		return
	case d.sender == "" && strings.HasPrefix(addr, "noreply"):
		d.say("550 5.1.1 <" + addr + ">: nobody reads mail here")
		return
	case b == nil && d.sender != "":
		d.say("554 5.7.0 <" + addr + ">: the script knows no such letter")
		return
	case b != nil:
		if r, ok := b.objection(atRcpt); ok {
			r = d.filled(r, addr)
			b.object(r)
			d.utter(r)
			return
		}
		d.taken = append(d.taken, b)
	}
	d.anyRcpt = true
	d.say("250 2.1.5 Ok")
}

// object notes that the mailbox's server said r, which is no acceptance.
func (b *mailbox) object(r reply) {
	b.said = &r
	if r.code < 500 {
		b.deferrals++
		return
	}
	b.rejected = time.Now()
	b.tell()
}

func (b *mailbox) tell() {
	if b.changed != nil {
		go b.changed()
	}
}

func (d *dialogue) data() bool {
	if !d.anyRcpt {
		d.say("554 5.5.1 no valid recipients")
		return true
	}
	d.say("354 go ahead")
	if d.out.Flush() != nil {
		return false
	}
	id, size, err := d.text()
	if err != nil {
		return false
	}
	d.cast.mu.Lock()
	defer d.cast.mu.Unlock()
	for _, b := range d.taken {
		if r, ok := b.objection(atData); ok {
			r = d.filled(r, b.address)
			for _, b := range d.taken {
				b.object(r)
			}
			d.utter(r)
			return true
		}
	}
	for _, b := range d.taken {
		b.accepted = time.Now()
		b.tell()
	}
	if d.sender == "" {
		d.cast.notices++
	}
	d.say(strings.NewReplacer("{id}", newID(), "{mid}", id, "{size}", strconv.Itoa(size)).Replace(d.provider.accepted))
	return true
}

// text reads a letter and tells its Message-ID.
func (d *dialogue) text() (id string, size int, err error) {
	for {
		line, err := d.in.ReadString('\n')
		if err != nil {
			return "", 0, err
		}
		if line == ".\r\n" {
			return id, size, nil
		}
		if v, ok := strings.CutPrefix(line, "Message-ID: "); ok && id == "" {
			id = strings.Trim(v, "<>\r\n")
		}
		size += len(line)
	}
}

// utter says a reply, on as many lines as it has; each carries the codes.
func (d *dialogue) utter(r reply) {
	for _, l := range r.wire() {
		d.say(l)
	}
}

// wire is the reply as the lines of the dialogue.
func (r *reply) wire() []string {
	out := make([]string, len(r.lines))
	for i, l := range r.lines {
		sep := "-"
		if i == len(r.lines)-1 {
			sep = " "
		}
		if r.enhanced != "" {
			l = r.enhanced + " " + l
		}
		out[i] = strconv.Itoa(r.code) + sep + l
	}
	return out
}

func (d *dialogue) filled(r reply, rcpt string) reply {
	f := strings.NewReplacer("{rcpt}", rcpt, "{sender}", d.sender, "{ip}", ownAddr, "{id}", newID())
	lines := make([]string, len(r.lines))
	for i, l := range r.lines {
		lines[i] = f.Replace(l)
	}
	r.lines = lines
	return r
}

// path takes the address out of "FROM:<address> PARAMETERS".
func path(arg string) string {
	_, rest, _ := strings.Cut(arg, "<")
	if i := strings.LastIndexByte(rest, '>'); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

const idLetters = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// newID makes up an id of a foreign server.
func newID() string {
	b := make([]byte, 12)
	for i := range b {
		b[i] = idLetters[rand.IntN(len(idLetters))]
	}
	return string(b)
}
