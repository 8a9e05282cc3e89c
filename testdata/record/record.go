package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"
)

// drainLimit is how long Postfix may take, after all is sent, until the last letter has met its fate.
const drainLimit = 4 * time.Minute

// recording is one run of a set.
type recording struct {
	*set
	dir      string // in the sandbox
	queues   []*postfix
	syslog   *program
	web      *program
	sites    []*site
	platform *platform
	sources  map[string]map[string]int
	lost     int // events that no letter claims
}

// recordSet records a set and puts its files into the folder out.
func recordSet(ctx context.Context, s *set, out string) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &recording{set: s, dir: filepath.Join(root, s.name), sources: map[string]map[string]int{}}
	slog.Info("record", "set", s.name, "letters", len(s.cast.letters))
	if err := errors.Join(serveDNS(ctx, newZone()), serveProviders(ctx, s.cast), r.startPrograms()); err != nil {
		return err
	}
	err = r.perform(ctx)
	if err = errors.Join(err, r.stopPrograms()); err != nil {
		return fmt.Errorf("record %s: %w", s.name, err)
	}
	if err := s.check(); err != nil {
		return fmt.Errorf("check %s against its script: %w", s.name, err)
	}
	return r.finish(out)
}

// perform lives through the recording: letters, hits, and the wait for the last letter.
func (r *recording) perform(ctx context.Context) error {
	bg := newBackground(ctx)
	if !r.classic {
		r.schedule(bg)
		if err := r.platformOnly(r.platform); err != nil {
			return err
		}
	}
	var n atomic.Int64 // letters are handed over by several sessions at once
	err := r.sendAll(ctx, func(l *letter) {
		if r.platform != nil {
			bg.note(r.platform.before(l, int(n.Add(1)-1)))
		}
	})
	if err := errors.Join(err, makeNoise(), r.tryRejections(), r.expelLetters()); err != nil {
		return err
	}
	slog.Info("all sent; waiting until Postfix is done", "set", r.name)
	if !r.classic {
		bg.note(r.visit(ctx))
	}
	err = drained(ctx, drainLimit, r.queues...)
	if err := errors.Join(err, bg.wait()); err != nil {
		return err
	}
	if r.classic {
		return nil
	}
	return errors.Join(r.lateVisits(), r.complain(), r.closePlatform())
}

// closePlatform ends the platform's log with lines that are no new events.
func (r *recording) closePlatform() error {
	again, err := r.repeatedEvent()
	if err != nil {
		return err
	}
	if err := r.platform.finish(again); err != nil {
		return err
	}
	r.sources["platform.ndjson"] = map[string]int{"broken": r.platform.broken, "repeated": r.platform.twice}
	return nil
}

// expelLetters has an administrator expire the letters whose story wants it.
func (r *recording) expelLetters() error {
	for _, l := range r.cast.letters {
		if l.expel {
			if err := r.queues[0].expel(l.queueID); err != nil {
				return err
			}
		}
	}
	return nil
}

// check holds what the servers saw against the script.
func (s *set) check() error {
	s.cast.mu.Lock()
	defer s.cast.mu.Unlock()
	var errs []error
	seen := map[string]bool{}
	for _, l := range s.cast.letters {
		for _, a := range l.to {
			key := l.id + " for " + canonical(a.written)
			if seen[key] {
				errs = append(errs, fmt.Errorf("letter %s is there twice", key))
			}
			seen[key] = true
			for _, b := range a.boxes {
				if !b.asScripted() {
					errs = append(errs, fmt.Errorf("letter %s at %s: end %d, accepted %v, rejected %v, %d deferrals", key, b.address, b.end, b.accepted, b.rejected, b.deferrals))
				}
			}
		}
	}
	return errors.Join(errs...)
}

// asScripted tells whether a mailbox met its end.
func (b *mailbox) asScripted() bool {
	took, refused := !b.accepted.IsZero(), !b.rejected.IsZero()
	switch b.end {
	case accepts:
		return took && !refused && b.deferrals >= len(b.first)
	case rejects:
		return refused && !took
	case stalls:
		return b.deferrals > 0 && !took && !refused
	default:
		return !took && !refused
	}
}

// finish writes the truth beside the set's folder and puts all files in their place.
func (r *recording) finish(out string) error {
	notices, err := r.queues[0].delivered("")
	if err != nil {
		return fmt.Errorf("count notifications: %w", err)
	}
	answers, err := r.queues[0].delivered(newsDomains[0] + "-reply")
	if err != nil {
		return fmt.Errorf("count letters from outside: %w", err)
	}
	if answers != r.inbound {
		return fmt.Errorf("count letters from outside: %d arrived of %d", answers, r.inbound)
	}
	t := r.sumUp(r.lost, notices-answers+r.cast.notices)
	t.Sources = r.sources
	for _, name := range []string{"mail.log", "access.log", "access.json", "platform.ndjson"} {
		if err := r.keep(name, out); err != nil {
			return err
		}
	}
	if !r.classic {
		reports := filepath.Join(out, "reports")
		if err := errors.Join(os.RemoveAll(reports), os.CopyFS(reports, os.DirFS(filepath.Join(r.dir, "reports")))); err != nil {
			return fmt.Errorf("keep reports: %w", err)
		}
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(t); err != nil {
		return fmt.Errorf("encode truth: %w", err)
	}
	slog.Info("recorded", "set", r.name, "messages", t.Totals.Messages, "by_status", t.Totals.ByStatus)
	return writeFile(out+".truth.json", text.Bytes())
}

// keep copies one of the recorded files, when this set has it, and counts its lines.
func (r *recording) keep(name, out string) error {
	data, err := os.ReadFile(filepath.Join(r.dir, name))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("keep %s: %w", name, err)
	}
	if r.sources[name] == nil {
		r.sources[name] = map[string]int{}
	}
	counts := r.sources[name]
	counts["lines"] = bytes.Count(data, []byte("\n"))
	counts["bytes"] = len(data)
	if known := counts["hits"] + counts["noise"]; known > 0 && known != counts["lines"] {
		return fmt.Errorf("keep %s: %d lines for %d requests", name, counts["lines"], known)
	}
	return writeFile(filepath.Join(out, name), data)
}
