package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"
)

const sender = "bounce@news.example"

// full are mailboxes that have room for one letter, which each gets first.
var full = []string{
	"full",    // refuses for good
	"fullnow", // refuses for now, until Postfix gives up
}

// others are written to over LMTP, too. What each does with letters is in its Sieve script.
var others = []string{
	"nobody",  // is none
	"refuse",  // refuses in a mail
	"refuse8", // likewise, in words that are not ASCII
	"atonce",  // refuses in the dialogue
	"away",    // answers
}

// play sends letters and waits until all is said of them. When Dovecot looks for
// room early, nothing else is different.
func (h *host) play(ctx context.Context) error {
	for _, to := range full {
		if err := h.deliver(ctx, to); err != nil {
			return err
		}
	}
	over := full
	if !h.Early {
		over = append(over, others...)
	}
	for _, to := range over {
		if err := h.run(ctx, letter(to), "/usr/sbin/sendmail", "-C", h.Dir, "-f", sender, "-i", to+"@full.example"); err != nil {
			return err
		}
	}
	if !h.Early {
		if err := errors.Join(h.deliver(ctx, "full"), h.deliver(ctx, "refuse")); err != nil {
			return err
		}
	}
	return h.drained(ctx)
}

// deliver has the local agent deliver a letter, as an MTA does that runs it for each.
func (h *host) deliver(ctx context.Context, to string) error {
	return h.run(ctx, letter(to), lda, "-c", filepath.Join(h.Dir, "dovecot.conf"), "-f", sender, "-d", to+"@full.example")
}

func letter(to string) string {
	return fmt.Sprintf("From: News <news@news.example>\nTo: %[1]s@full.example\nSubject: Autumn offers\nMessage-ID: <autumn.%[1]s@news.example>\nDate: %s\n\n%s",
		to, time.Now().UTC().Format(time.RFC1123Z), strings.Repeat("A line of an offer that nobody is waiting for, and another one.\n", 40))
}

// drained waits until Postfix's queue has been empty at several looks in a row.
func (h *host) drained(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for empty := 0; empty < 4; empty++ {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for empty queue: %w", ctx.Err())
		case <-tick.C:
		}
		if h.waiting() > 0 {
			empty = -1
		}
	}
	return nil
}

// waiting counts the letters in Postfix's queue.
func (h *host) waiting() (n int) {
	for _, q := range []string{"maildrop", "incoming", "active", "deferred"} {
		_ = filepath.WalkDir(filepath.Join(h.Dir, "spool", q), func(_ string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				n++
			}
			return nil // a letter that moves on while we count is counted at the next look
		})
	}
	return n
}
