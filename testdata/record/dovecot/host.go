package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"text/template"
	"time"
)

//go:embed config
var configs embed.FS

const lda = "/usr/lib/dovecot/dovecot-lda"

// A host has one Postfix that delivers by LMTP to one Dovecot.
type host struct {
	Dir   string
	UID   int  // of mail, whose the mailboxes are
	Early bool // Dovecot looks for room before it takes a letter
}

// furnish writes all configurations and folders.
func furnish(dir string, early bool) (*host, error) {
	mail, err := user.Lookup("mail")
	if err != nil {
		return nil, fmt.Errorf("look up owner of mailboxes: %w", err)
	}
	postfix, err := user.Lookup("postfix")
	if err != nil {
		return nil, fmt.Errorf("look up user of Postfix: %w", err)
	}
	h := &host{Dir: dir, Early: early}
	if h.UID, err = strconv.Atoi(mail.Uid); err != nil {
		return nil, fmt.Errorf("read user id: %w", err)
	}
	daemon, err := strconv.Atoi(postfix.Uid)
	if err != nil {
		return nil, fmt.Errorf("read user id: %w", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, fmt.Errorf("open up folder: %w", err)
	}
	for name, owner := range map[string]int{"spool": 0, "data": daemon, "run": 0, "state": 0, "mail": h.UID, "returned": h.UID, "own": h.UID} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.Mkdir(path, 0o755), os.Chown(path, owner, -1)); err != nil {
			return nil, fmt.Errorf("make folder: %w", err)
		}
	}
	return h, h.configure()
}

// configure fills in the files of config.
func (h *host) configure() error {
	all, err := template.ParseFS(configs, "config/*")
	if err != nil {
		return fmt.Errorf("read configurations: %w", err)
	}
	for _, t := range all.Templates() {
		var text strings.Builder
		if err := t.Execute(&text, h); err != nil {
			return fmt.Errorf("fill in configuration: %w", err)
		}
		path := filepath.Join(h.Dir, t.Name())
		// Dovecot runs its sendmail, the others are read.
		if err := os.WriteFile(path, []byte(text.String()), 0o755); err != nil {
			return fmt.Errorf("write configuration: %w", err)
		}
	}
	return nil
}

func (h *host) start(ctx context.Context) error {
	return errors.Join(
		h.run(ctx, "", "/usr/sbin/dovecot", "-c", filepath.Join(h.Dir, "dovecot.conf")),
		h.run(ctx, "", "/usr/sbin/postfix", "-c", h.Dir, "start"),
	)
}

func (h *host) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return errors.Join(
		h.run(ctx, "", "/usr/sbin/postfix", "-c", h.Dir, "stop"),
		h.run(ctx, "", "/usr/bin/doveadm", "-c", filepath.Join(h.Dir, "dovecot.conf"), "stop"),
	)
}

func (h *host) run(ctx context.Context, input, name string, args ...string) error {
	c := exec.CommandContext(ctx, name, args...)
	c.Stdin = strings.NewReader(input)
	c.WaitDelay = time.Second // what stays in the background keeps the output open
	if out, err := c.CombinedOutput(); err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		return fmt.Errorf("run %s %s: %w: %s", name, strings.Join(args, " "), err, out)
	}
	return nil
}

// logs returns what both programs logged, as an error.
func (h *host) logs() error {
	var all []error
	for _, name := range []string{"dovecot.log", "postfix.log"} {
		text, err := os.ReadFile(filepath.Join(h.Dir, name))
		all = append(all, err, errors.New(string(text[max(0, len(text)-4000):])))
	}
	return errors.Join(all...)
}
