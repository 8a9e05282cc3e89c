package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// rareLifetime is after how many seconds Postfix gives up in the recording of rare lines.
const rareLifetime = 20

// rarity is the recording of what a Postfix logs seldom: filters, holds, letters queued anew or deleted, local programs,
// probes, connections that fail in all their ways. One run tells each story once.
type rarity struct {
	dir     string
	queues  []*postfix // the second one is behind the filter
	servers *rareServers
	letters []*rareLetter
	refused []refusedRecipient
}

// recordRare records it and puts log and truth into the folder out.
func recordRare(ctx context.Context, out string) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &rarity{dir: filepath.Join(root, "rare"), servers: newRareServers()}
	if err := errors.Join(serveDNS(ctx, rareZone()), r.servers.serve(ctx), serveMilter(ctx), serveAuth(ctx), r.start()); err != nil {
		return err
	}
	err = r.perform(ctx)
	for _, p := range r.queues {
		err = errors.Join(err, p.command("stop"))
	}
	if err != nil {
		return fmt.Errorf("record rare lines: %w", err)
	}
	return r.finish(out)
}

func (r *rarity) start() error {
	uid, err := mailUID()
	if err != nil {
		return err
	}
	for i, name := range []string{"postfix", "postfix-out"} {
		p := &postfix{dir: filepath.Join(r.dir, name), zone: "UTC"}
		cfg := postfixConfig{
			Dir: p.dir, Name: name, Relay: i > 0, Lifetime: rareLifetime, MailUID: uid, HostName: hostName, OwnAddr: ownAddr,
			LogFile: filepath.Join(r.dir, "mail.log"),
		}
		if err := errors.Join(p.furnish(cfg, "rare-", rareAliases, uid), p.furnishPrograms(), p.command("start")); err != nil {
			return err
		}
		r.queues = append(r.queues, p)
	}
	return nil
}

// furnishPrograms writes what pipe(8) runs, and the aliases of local(8).
func (p *postfix) furnishPrograms() error {
	local := "team ok-team@far.example, ok-team2@far.example\nlog " + filepath.Join(p.dir, "mail/log") + "\nrun \"|/bin/true\"\nmine nobody@local.mailfate.example\n"
	exits := filepath.Join(p.dir, "etc/exits")
	if err := errors.Join(writeFile(filepath.Join(p.dir, "etc/local"), []byte(local)), writeFile(exits, []byte("#!/bin/sh\necho \"no (such) place\"\nexit \"$1\"\n"))); err != nil {
		return err
	}
	if err := os.Chmod(filepath.Join(p.dir, "mail"), 0o777); err != nil {
		return fmt.Errorf("open mailboxes to all: %w", err)
	}
	return os.Chmod(exits, 0o755)
}

// perform tells the stories.
func (r *rarity) perform(ctx context.Context) error {
	for _, l := range rareLetters() {
		if err := r.send(l); err != nil {
			return fmt.Errorf("send letter %s: %w", l.ID, err)
		}
		r.letters = append(r.letters, l)
	}
	if err := errors.Join(r.beRefused(), r.goAway(), r.verify(), pause(ctx, 5*time.Second)); err != nil {
		return err
	}
	for _, l := range r.letters {
		if l.admin != "" {
			if err := r.queues[0].tool("/usr/sbin/postsuper", l.admin, l.queueID); err != nil {
				return err
			}
		}
	}
	r.servers.open()
	slog.Info("all sent; waiting until Postfix is done")
	return errors.Join(r.queues[0].tool("/usr/sbin/postqueue", "-f"), drained(ctx, drainLimit, r.queues...))
}

// send hands a letter over, in the way that its story wants.
func (r *rarity) send(l *rareLetter) error {
	if l.port == "sendmail" {
		return r.sendLocally(l)
	}
	c, err := dialSMTP("10.20.0.11", l.port, "app1.mailfate.example")
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if l.user != "" {
		if err := c.say(235, "AUTH PLAIN %s", base64.StdEncoding.EncodeToString([]byte("\x00"+l.user+"\x00secret"))); err != nil {
			return err
		}
	}
	return errors.Join(l.converse(c), c.say(221, "QUIT"))
}

// converse is the dialogue; a refusal ends it, if the story wants one.
func (l *rareLetter) converse(c client) error {
	refused := func(err error) error {
		if l.refusedAt == "" {
			return err
		}
		return nil
	}
	if err := c.say(250, "MAIL FROM:<%s>", l.Sender); err != nil {
		return refused(err)
	}
	for _, to := range l.To {
		err := c.say(250, "RCPT TO:<%s>", to.Recipient)
		if err != nil && to.End == "refused" && l.refusedAt == "" {
			continue
		}
		if err != nil {
			return refused(err)
		}
	}
	if err := c.say(354, "DATA"); err != nil {
		return refused(err)
	}
	w := c.DotWriter()
	_, werr := w.Write(l.text())
	if err := errors.Join(werr, w.Close()); err != nil {
		return err
	}
	_, msg, err := c.ReadResponse(250)
	_, l.queueID, _ = strings.Cut(msg, "queued as ")
	return refused(err)
}

func (r *rarity) sendLocally(l *rareLetter) error {
	args := []string{"-C", filepath.Join(r.queues[0].dir, "etc"), "-f", l.Sender}
	for _, to := range l.To {
		args = append(args, to.Recipient)
	}
	cmd := exec.Command("/usr/sbin/sendmail", args...)
	cmd.Stdin = strings.NewReader(strings.ReplaceAll(string(l.text()), "\r\n", "\n"))
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("run sendmail: %w: %s", err, out)
	}
	return nil
}

// verify asks whether addresses would be taken; no letter comes of it.
func (r *rarity) verify() error {
	cmd := exec.Command("/usr/sbin/sendmail", "-C", filepath.Join(r.queues[0].dir, "etc"), "-bv", "-f", "news@news.mailfate.example", "ok-bv@far.example", "no-bv@far.example")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("run sendmail -bv: %w: %s", err, out)
	}
	return nil
}

// beRefused has Postfix turn recipients away before a letter has a queue id.
func (r *rarity) beRefused() error {
	for _, t := range []struct{ from, port, to string }{
		{strangerAddr, "587", "ok-open@elsewhere.example"},
		{"10.20.0.12", "4587", "no-probe@far.example"},
		{"10.20.0.12", "5587", "proxy-no@far.example"},
		{listedAddr, "25", "ok-listed@far.example"},
	} {
		if err := r.tryRecipient(t.from, t.port, t.to); err != nil {
			return fmt.Errorf("try recipient %s: %w", t.to, err)
		}
	}
	return nil
}

func (r *rarity) tryRecipient(from, port, to string) error {
	c, err := dialSMTP(from, port, "mail.stranger.example")
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if err := c.say(250, "MAIL FROM:<someone@stranger.example>"); err != nil {
		return err
	}
	if err := c.PrintfLine("RCPT TO:<%s>", to); err != nil {
		return err
	}
	code, msg, err := c.ReadResponse(250)
	if err == nil {
		return errors.New("it was taken")
	}
	r.refused = append(r.refused, refusedRecipient{Recipient: to, Sender: "someone@stranger.example", Reply: fmt.Sprintf("%d %s", code, msg), Count: 1})
	return c.say(221, "QUIT")
}

// goAway leaves in the middle of a dialogue: after RCPT, and in the text.
func (r *rarity) goAway() error {
	for _, data := range []bool{false, true} {
		c, err := dialSMTP("10.20.0.13", "587", "app3.mailfate.example")
		if err != nil {
			return err
		}
		err = errors.Join(c.say(250, "MAIL FROM:<news@news.mailfate.example>"), c.say(250, "RCPT TO:<ok-never@far.example>"))
		if data {
			err = errors.Join(err, c.say(354, "DATA"), c.PrintfLine("Subject: cut"))
		}
		if err := errors.Join(err, c.Close()); err != nil {
			return err
		}
	}
	return nil
}

type refusedRecipient struct {
	Recipient string `json:"recipient"`
	Sender    string `json:"sender"`
	Reply     string `json:"reply"`
	Count     int    `json:"count"`
}

// finish holds what the servers saw against the stories, and writes log and truth.
func (r *rarity) finish(out string) error {
	if err := r.servers.check(r.letters); err != nil {
		return fmt.Errorf("check against the stories: %w", err)
	}
	log, err := os.ReadFile(filepath.Join(r.dir, "mail.log"))
	if err != nil {
		return fmt.Errorf("keep log: %w", err)
	}
	text, err := json.MarshalIndent(map[string]any{
		"year": time.Now().Year(), "letters": r.letters, "refused": r.refused, "lines": slicesCount(log),
	}, "", " ")
	if err != nil {
		return fmt.Errorf("encode truth: %w", err)
	}
	return errors.Join(writeFile(filepath.Join(out, "rare.log"), log), writeFile(filepath.Join(out, "rare.truth.json"), append(text, '\n')))
}

func slicesCount(log []byte) int { return len(slices.Collect(strings.Lines(string(log)))) }
