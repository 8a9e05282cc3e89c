package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// postfix is one instance in a folder of its own.
type postfix struct {
	dir  string
	zone string
}

// postfixConfig fills in main.cf and master.cf.
type postfixConfig struct {
	Dir, Name, LogFile                                         string
	HostName, OwnAddr, ListDomain, RelayedDomain, StrictDomain string
	NewsDomains, Mailboxes, ClosedAddr                         string
	Lifetime, MailUID                                          int
	Relay                                                      bool // the second instance, which only passes mail on
	LongIDs                                                    bool
}

// startPostfix writes an instance's configuration and starts it.
func startPostfix(s *set, name string, relay bool) (*postfix, error) {
	p := &postfix{dir: filepath.Join(root, s.name, name), zone: s.zone}
	uid, err := mailUID()
	if err != nil {
		return nil, err
	}
	cfg := postfixConfig{
		Dir: p.dir, Name: name, Relay: relay, LongIDs: !relay && !s.classic, Lifetime: s.lifetime, MailUID: uid,
		HostName: hostName, OwnAddr: ownAddr, ListDomain: listDomain, RelayedDomain: relayedDomain, StrictDomain: strictDomain,
		NewsDomains: strings.Join(newsDomains, ", "), ClosedAddr: closedAddr, Mailboxes: strings.Join(ownMailboxes(), ", "),
	}
	if s.classic {
		cfg.LogFile = filepath.Join(root, s.name, "mail.log")
	}
	if err := p.furnish(cfg, "", s.aliases, uid); err != nil {
		return nil, err
	}
	return p, p.command("start")
}

func mailUID() (int, error) {
	u, err := user.Lookup("postfix")
	if err != nil {
		return 0, fmt.Errorf("look up user of Postfix: %w", err)
	}
	return strconv.Atoi(u.Uid)
}

// ownMailboxes are the local mailboxes: where notifications come back to, and where strangers write.
func ownMailboxes() (out []string) {
	for _, d := range newsDomains {
		for _, box := range []string{"bounce", "news", "orders", "reply0", "reply1", "reply2", "grey"} {
			out = append(out, fmt.Sprintf("%s@%s=%s-%s/", box, d, d, box))
		}
	}
	return out
}

func (p *postfix) furnish(cfg postfixConfig, kind string, aliases map[string][]string, uid int) error {
	for _, d := range []string{"spool", "data", "mail"} {
		if err := os.MkdirAll(filepath.Join(p.dir, d), 0o755); err != nil {
			return fmt.Errorf("make folder of Postfix: %w", err)
		}
	}
	for _, d := range []string{"data", "mail"} {
		if err := os.Chown(filepath.Join(p.dir, d), uid, -1); err != nil {
			return fmt.Errorf("hand folder to Postfix: %w", err)
		}
	}
	var lines strings.Builder
	for _, a := range sortedKeys(aliases) {
		fmt.Fprintf(&lines, "%s %s\n", a, strings.Join(aliases[a], ", "))
	}
	return errors.Join(
		writeConfig(filepath.Join(p.dir, "etc/main.cf"), kind+"main.cf", cfg),
		writeConfig(filepath.Join(p.dir, "etc/master.cf"), kind+"master.cf", cfg),
		writeConfig(filepath.Join(p.dir, "etc/bounce.cf"), "bounce.cf", cfg),
		writeFile(filepath.Join(p.dir, "etc/aliases"), []byte(lines.String())),
	)
}

// command runs postfix(1) on the instance.
func (p *postfix) command(verb string) error { return p.tool("/usr/sbin/postfix", verb) }

// expel makes a letter's time run out now.
func (p *postfix) expel(queueID string) error { return p.tool("/usr/sbin/postsuper", "-e", queueID) }

func (p *postfix) tool(name string, args ...string) error {
	cmd := exec.Command(name, append([]string{"-c", filepath.Join(p.dir, "etc")}, args...)...)
	cmd.Env = append(os.Environ(), "TZ="+p.zone, "POSTLOG_HOSTNAME="+hostName)
	if out, err := cmd.CombinedOutput(); err != nil {
		if log, rerr := os.ReadFile(filepath.Join(filepath.Dir(p.dir), "mail.log")); rerr == nil {
			out = append(out, log[max(0, len(log)-2000):]...)
		}
		return fmt.Errorf("run %s %s: %w: %s", name, strings.Join(args, " "), err, out)
	}
	return nil
}

// waiting counts the letters in the instance's queues.
func (p *postfix) waiting() (n int) {
	for _, q := range []string{"maildrop", "incoming", "active", "deferred"} {
		_ = filepath.WalkDir(filepath.Join(p.dir, "spool", q), func(_ string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				n++
			}
			return nil // a letter that moves on while we count is counted at the next look
		})
	}
	return n
}

// drained waits until the queues of all instances have been empty at several looks in a row.
func drained(ctx context.Context, limit time.Duration, all ...*postfix) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for empty := 0; empty < 4; {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for empty queues: %w", ctx.Err())
		case <-tick.C:
		}
		empty++
		for _, p := range all {
			if p.waiting() > 0 {
				empty = 0
			}
		}
	}
	return nil
}

// delivered counts the letters in the local mailboxes whose names start so.
func (p *postfix) delivered(prefix string) (int, error) {
	found, err := filepath.Glob(filepath.Join(p.dir, "mail", prefix+"*", "new", "*"))
	return len(found), err
}
