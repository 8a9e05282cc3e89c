package main

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"time"
)

// client is one SMTP dialogue with sendmail.
type client struct {
	conn net.Conn
	in   *bufio.Reader
}

func dial(from string) (*client, error) {
	to := "127.0.0.1"
	d := net.Dialer{Timeout: 10 * time.Second}
	if from != "" {
		to = ownAddr
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(from)}
	}
	conn, err := d.Dial("tcp", to+":25")
	if err != nil {
		return nil, fmt.Errorf("connect to sendmail: %w", err)
	}
	_ = conn.SetDeadline(time.Now().Add(2 * time.Minute))
	c := &client{conn: conn, in: bufio.NewReader(conn)}
	if _, err := c.reply(); err != nil {
		return nil, err
	}
	return c, nil
}

// reply reads a reply and returns its last line.
func (c *client) reply() (string, error) {
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return "", fmt.Errorf("hear sendmail: %w", err)
		}
		if len(line) < 4 || line[3] != '-' {
			return strings.TrimRight(line, "\r\n"), nil
		}
	}
}

func (c *client) say(line string) (string, error) {
	if _, err := c.conn.Write([]byte(line + "\r\n")); err != nil {
		return "", fmt.Errorf("talk to sendmail: %w", err)
	}
	return c.reply()
}

// send sends a letter and tells whom sendmail refused, with what words; taken is whether it took the letter.
func (l *letter) send() (refusals map[string]string, taken bool, err error) {
	c, err := dial(l.from)
	if err != nil {
		return nil, false, err
	}
	defer func() { _ = c.conn.Close() }()
	options := ""
	if l.notify {
		options = " NOTIFY=SUCCESS,FAILURE"
	}
	refusals = map[string]string{}
	steps := []string{"EHLO client.mailfate.example", "MAIL FROM:<" + l.sender + ">"}
	for _, step := range steps {
		if said, err := c.say(step); err != nil || said[0] != '2' {
			return refusals, false, err
		}
	}
	left := len(l.to)
	for _, p := range l.to {
		said, err := c.say("RCPT TO:<" + p.address + ">" + options)
		if err != nil {
			return refusals, false, err
		}
		if said[0] != '2' {
			refusals[p.address] = said
			left--
		}
	}
	if left > 0 {
		if taken, err = c.data(l); l.cut || err != nil {
			return refusals, false, err
		}
	}
	_, err = c.say("QUIT")
	return refusals, taken, err
}

func (c *client) data(l *letter) (taken bool, err error) {
	if said, err := c.say("DATA"); err != nil || said[0] != '3' {
		return false, err
	}
	text := strings.ReplaceAll(string(l.text()), "\n", "\r\n")
	if l.cut {
		_, err = c.conn.Write([]byte(text))
		return false, err
	}
	said, err := c.say(text + ".")
	return err == nil && said[0] == '2', err
}
