package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"strings"
	"time"
)

// maxRounds is how often the queue is run at most: Exim gives up long before.
const maxRounds = 60

// play hands all letters over, sees to the queue and does what administrators do.
func play(ctx context.Context, e *exim) error {
	for i := range letters {
		if err := e.submit(ctx, &letters[i]); err != nil {
			return fmt.Errorf("send %q: %w", letters[i].id, err)
		}
	}
	e.idle()
	for round := range maxRounds {
		if err := e.administer(ctx, round); err != nil {
			return err
		}
		if _, err := e.do(ctx, "", "-q"); err != nil {
			return err
		}
		if done, err := e.done(ctx); done || err != nil {
			return err
		}
		if err := pause(ctx, 2*time.Second); err != nil {
			return err
		}
	}
	return fmt.Errorf("exim has not given up after %d runs of its queue", maxRounds)
}

// done reports whether all that is left in the queue is frozen.
func (e *exim) done(ctx context.Context) (bool, error) {
	list, err := e.do(ctx, "", "-bp")
	return strings.Count(list, "<") == strings.Count(list, "*** frozen ***"), err
}

// administer acts on letters before the first and the third run of the queue.
func (e *exim) administer(ctx context.Context, round int) error {
	for i := range letters {
		l := &letters[i]
		var option string
		switch {
		case round == 0 && (l.after == "-Mf" || l.after == "-Mt"):
			option = "-Mf"
		case round == 2 && l.after != "-Mf":
			option = l.after
		}
		if option == "" {
			continue
		}
		if _, err := e.do(ctx, "", option, l.queueID); err != nil {
			return err
		}
	}
	return nil
}

func (l *letter) messageID() string { return l.id + "@news.example" }

func (l *letter) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "From: <%s>\r\nTo: somebody\r\nSubject: %s\r\n", news, l.subject)
	if l.id != "" {
		fmt.Fprintf(&b, "Message-ID: <%s>\r\n", l.messageID())
	}
	b.WriteString("\r\nHello.\r\n")
	if l.big {
		b.WriteString(strings.Repeat("much to say\r\n", 4000))
	}
	return b.String()
}

func (e *exim) submit(ctx context.Context, l *letter) error {
	if l.local != nil {
		_, err := e.do(ctx, strings.ReplaceAll(l.text(), "\r", ""), append([]string{"-odq"}, l.local...)...)
		return err
	}
	c, err := e.dial()
	if err != nil {
		return err
	}
	defer func() { _ = c.conn.Close() }()
	return c.send(l)
}

// idle leaves Exim with clients that want nothing of it, or nothing good.
func (e *exim) idle() {
	for _, lines := range [][]string{
		{"QUIT"},
		{"NOOP", "QUIT"},
		{"MAIL FROM:<" + news + ">", "RSET", "QUIT"},
		{"MAIL FROM:<no at sign", "RCPT TO:<early@far.example>", "NONSENSE", "VRFY ann", "QUIT"},
		{"AUTH PLAIN " + plain("shop 7", "wrong"), "QUIT"},
		{"MAIL FROM:<" + news + ">", "RCPT TO:<ok@far.example>"},
		{"MAIL FROM:<" + news + ">", "RCPT TO:<ok@far.example>", "DATA"},
		{"MAIL FROM:<" + news + ">", "RCPT TO:<unqualified>", "QUIT"},
		{"EHLO ?!", "QUIT"},
	} {
		c, err := e.dial()
		if err != nil {
			continue
		}
		for _, line := range lines {
			if _, err := c.ask(line); err != nil {
				break
			}
		}
		_ = c.conn.Close()
	}
}

// client speaks SMTP with Exim.
type client struct {
	conn net.Conn
	in   *bufio.Reader
}

func (e *exim) dial() (*client, error) {
	conn, err := net.Dial("tcp", e.addr())
	if err != nil {
		return nil, fmt.Errorf("connect to exim: %w", err)
	}
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	c := &client{conn, bufio.NewReader(conn)}
	if _, err := c.reply(); err != nil {
		return nil, err
	}
	_, err = c.ask("EHLO app.news.example")
	return c, err
}

func (c *client) ask(line string) (string, error) {
	if _, err := c.conn.Write([]byte(line + "\r\n")); err != nil {
		return "", fmt.Errorf("talk to exim: %w", err)
	}
	return c.reply()
}

func (c *client) reply() (string, error) {
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return "", fmt.Errorf("listen to exim: %w", err)
		}
		if len(line) < 4 || line[3] != '-' {
			return line, nil
		}
	}
}

func plain(user, password string) string {
	return base64.StdEncoding.EncodeToString([]byte("\x00" + user + "\x00" + password))
}

// send hands a letter over, and checks that Exim says what is expected of it.
func (c *client) send(l *letter) error {
	if l.login != "" {
		if err := c.expect("2", "AUTH PLAIN "+plain(l.login, "open sesame")); err != nil {
			return err
		}
	}
	reply, err := c.ask("MAIL FROM:<" + l.sender + ">")
	if err != nil {
		return err
	}
	taken := false
	if strings.HasPrefix(reply, "2") {
		for _, r := range l.to {
			want := "2"
			if r.fate == refused && l.whole == "" {
				want = ""
			}
			reply, err := c.ask("RCPT TO:<" + r.address + ">")
			if err != nil {
				return err
			}
			if !strings.HasPrefix(reply, want) || want == "" && reply[0] == '2' {
				return fmt.Errorf("exim answered %s to the recipient %s", reply, r.address)
			}
			taken = taken || reply[0] == '2'
		}
	}
	if taken {
		if err := c.data(l); err != nil {
			return err
		}
	}
	_, err = c.ask("QUIT")
	return err
}

func (c *client) data(l *letter) error {
	if err := c.expect("3", "DATA"); err != nil {
		return err
	}
	reply, err := c.ask(l.text() + ".")
	if err != nil {
		return err
	}
	if _, id, ok := strings.Cut(reply, " id="); ok {
		l.queueID = strings.TrimSpace(id)
	}
	return l.check(reply)
}

// check holds Exim's reply to the text against what is expected of it.
func (l *letter) check(reply string) error {
	want := l.whole
	if want == "" {
		want = "2"
	}
	return expect(want, reply)
}

func (c *client) expect(want, line string) error {
	reply, err := c.ask(line)
	if err != nil {
		return err
	}
	return expect(want, reply)
}

func expect(want, reply string) error {
	if !strings.HasPrefix(reply, want) {
		return fmt.Errorf("exim answered %s, not %s", strings.TrimSpace(reply), want)
	}
	return nil
}
