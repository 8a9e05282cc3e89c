package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"time"
)

// perSession is how many letters an application hands over in one SMTP session.
const perSession = 5

// sendAll hands all letters to Postfix at the set's rate, those that take long first, the one that has it all last.
func (s *set) sendAll(ctx context.Context, before func(*letter)) error {
	queue := s.order()
	work := make(chan []*letter)
	errs := make(chan error, 64)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for batch := range work {
				if err := sendBatch(batch, w, before); err != nil {
					errs <- err
				}
			}
		})
	}
	tick := time.NewTicker(perSession * time.Second / time.Duration(s.rate))
	defer tick.Stop()
	for len(queue) > 0 && len(errs) == 0 && ctx.Err() == nil {
		n := batchOf(queue)
		work <- queue[:n]
		queue = queue[n:]
		<-tick.C
	}
	close(work)
	wg.Wait()
	close(errs)
	var all []error
	for err := range errs {
		all = append(all, err)
	}
	return errors.Join(append(all, ctx.Err())...)
}

// order shuffles the letters, and sends those that take long in the first third.
func (s *set) order() []*letter {
	rnd := rand.New(rand.NewPCG(s.seed, 2))
	var slow, quick, last []*letter
	for _, l := range s.cast.letters {
		switch {
		case l.via == byNobody:
		case l.to[0] == s.whole:
			last = append(last, l)
		case l.slow:
			slow = append(slow, l)
		default:
			quick = append(quick, l)
		}
	}
	rnd.Shuffle(len(slow), func(i, j int) { slow[i], slow[j] = slow[j], slow[i] })
	rnd.Shuffle(len(quick), func(i, j int) { quick[i], quick[j] = quick[j], quick[i] })
	third := min(len(quick), len(slow))
	mixed := append(slow, quick[:third]...)
	rnd.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	return slices.Concat(mixed, quick[third:], last)
}

// batchOf is how many of the next letters come in the same way, and so fit into one session.
func batchOf(queue []*letter) int {
	n := 1
	for n < len(queue) && n < perSession && queue[n].via == queue[0].via {
		n++
	}
	return n
}

// client is one SMTP session with our own Postfix.
type client struct{ *textproto.Conn }

func dialSMTP(from, port, name string) (client, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: 20 * time.Second}
	conn, err := d.Dial("tcp", net.JoinHostPort(ownAddr, port))
	if err != nil {
		return client{}, fmt.Errorf("connect to Postfix: %w", err)
	}
	c := client{textproto.NewConn(conn)}
	if _, _, err := c.ReadResponse(220); err != nil {
		return c, fmt.Errorf("read greeting of Postfix: %w", err)
	}
	return c, c.say(250, "EHLO %s", name)
}

func (c client) say(want int, format string, args ...any) error {
	_, err := c.ask(want, format, args...)
	return err
}

func (c client) ask(want int, format string, args ...any) (string, error) {
	if err := c.PrintfLine(format, args...); err != nil {
		return "", fmt.Errorf("speak to Postfix: %w", err)
	}
	_, msg, err := c.ReadResponse(want)
	return msg, err
}

func sendBatch(batch []*letter, worker int, before func(*letter)) error {
	from, port, name := fmt.Sprintf("10.20.0.%d", 11+worker%appServers), "25", fmt.Sprintf("app%d.mailfate.example", 1+worker%appServers)
	switch batch[0].via {
	case byFilter:
		port = "587"
	case byOutside:
		from, name = strangerAddr, "mail.stranger.example"
	default:
		// Application servers use the ordinary port.
	}
	c, err := dialSMTP(from, port, name)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	for _, l := range batch {
		before(l)
		if err := c.send(l); err != nil {
			return fmt.Errorf("send letter %s: %w", l.id, err)
		}
	}
	return c.say(221, "QUIT")
}

func (c client) send(l *letter) error {
	extra := ""
	if l.utf8 {
		extra = " SMTPUTF8"
	}
	if err := c.say(250, "MAIL FROM:<%s>%s", l.sender, extra); err != nil {
		return err
	}
	for _, a := range l.to {
		if err := c.rcpt(l, a); err != nil {
			return err
		}
	}
	if err := c.say(354, "DATA"); err != nil {
		return err
	}
	w := c.DotWriter()
	_, werr := w.Write(l.text())
	if err := errors.Join(werr, w.Close()); err != nil {
		return err
	}
	code, msg, err := c.ReadResponse(0)
	if l.header != "" {
		return expect(code, 550, msg)
	}
	_, l.queueID, _ = strings.Cut(msg, "queued as ")
	return errors.Join(err, expect(code, 250, msg))
}

func (c client) rcpt(l *letter, a *addressee) error {
	extra := ""
	if l.notify {
		extra = " NOTIFY=SUCCESS"
	}
	if err := c.PrintfLine("RCPT TO:<%s>%s", a.written, extra); err != nil {
		return err
	}
	code, msg, err := c.ReadResponse(0)
	if a.refused != nil && l.header == "" {
		return expect(code, a.refused.code, msg)
	}
	return errors.Join(err, expect(code, 250, msg))
}

func expect(code, want int, msg string) error {
	if code != want {
		return fmt.Errorf("expect answer %d of Postfix: got %d %s", want, code, msg)
	}
	return nil
}

// text is the letter: short, with the links that mailfate tracks.
func (l *letter) text() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "From: Shop <%s>\r\nTo: undisclosed-recipients:;\r\nSubject: %s\r\n", l.sender, l.subject)
	fmt.Fprintf(&b, "Date: %s\r\nMessage-ID: <%s>\r\n", time.Now().Format(time.RFC1123Z), l.id)
	if l.header != "" {
		b.WriteString(l.header + "\r\n")
	}
	b.WriteString("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello,\r\nthis is a letter of the recording.\r\n")
	for b.Len() < l.size {
		b.WriteString("It goes on and on, so that it becomes too large for some servers.\r\n")
	}
	return []byte(b.String())
}

// tryRejections has our own Postfix refuse what it refuses.
func (s *set) tryRejections() error {
	for _, r := range s.rejects {
		for range r.count {
			if err := r.try(); err != nil {
				return fmt.Errorf("try refused recipient %s: %w", r.recipient, err)
			}
		}
	}
	return nil
}

func (r *rejection) try() error {
	c, err := dialSMTP(r.from, "25", "mail.stranger.example")
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if err := c.say(250, "MAIL FROM:<%s>", r.sender); err != nil {
		return err
	}
	if err := c.PrintfLine("RCPT TO:<%s>", r.recipient); err != nil {
		return err
	}
	code, msg, err := c.ReadResponse(250)
	if err == nil {
		return errors.New("it was taken")
	}
	r.reply = fmt.Sprintf("%d %s", code, msg)
	return c.say(221, "QUIT")
}

// makeNoise does what every server on the Internet sees: sessions that lead to no letter.
func makeNoise() error {
	c, err := dialSMTP(strangerAddr, "25", "scanner.stranger.example")
	if err != nil {
		return err
	}
	_ = c.say(250, "NOOP")
	_, _ = c.ask(250, "GET / HTTP/1.1")
	if err := c.Close(); err != nil {
		return fmt.Errorf("hang up on Postfix: %w", err)
	}
	c, err = dialSMTP("10.20.0.12", "25", "app2.mailfate.example")
	if err != nil {
		return err
	}
	_ = c.say(250, "MAIL FROM:<news@shop.example>")
	_ = c.say(250, "RCPT TO:<never-sent@gmail.example>")
	_ = c.say(354, "DATA")
	return c.Close() // in the middle of the letter: a queue id without a Message-ID
}
