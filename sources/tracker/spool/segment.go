package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// nameLayout is how a segment's name says when it began, in UTC.
const nameLayout = "20060102-150405"

// A Segment is one file of the spool.
type Segment struct {
	Path    string
	Size    int64
	ModTime time.Time
}

// begin begins a segment, whose name is later than that of the one before.
func (s *Spool) begin() error {
	now := s.opts.Now().UTC()
	at := now
	if before, err := time.Parse(nameLayout+Ending, s.name); err == nil && !at.Truncate(time.Second).After(before) {
		at = before.Add(time.Second)
	}
	name := at.Format(nameLayout) + Ending
	out, err := s.create(name)
	if err != nil {
		return err
	}
	s.out, s.name, s.size, s.began, s.torn = out, name, 0, now, false
	return nil
}

func (s *Spool) createSegment(name string) (file, error) {
	f, err := os.OpenFile(filepath.Join(s.opts.Dir, name), os.O_WRONLY|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("begin segment: %w", err)
	}
	if err := syncDir(s.opts.Dir); err != nil {
		return nil, errors.Join(fmt.Errorf("begin segment: %w", err), f.Close())
	}
	return f, nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// segments lists the files, oldest first.
func (s *Spool) segments() (all []Segment, err error) {
	entries, err := os.ReadDir(s.opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("list spool: %w", err)
	}
	for _, e := range entries {
		stem, ok := strings.CutSuffix(e.Name(), Ending)
		if _, err := time.Parse(nameLayout, stem); !ok || err != nil {
			continue // not ours
		}
		if info, err := e.Info(); err == nil {
			all = append(all, Segment{filepath.Join(s.opts.Dir, e.Name()), info.Size(), info.ModTime()})
		}
	}
	slices.SortFunc(all, func(a, b Segment) int { return strings.Compare(a.Path, b.Path) })
	return all, nil
}

// Tidy removes the segments that were read to their ends, and no other: those that
// are older than keep, and of the others as many of the oldest as it takes to be below
// half of what may be kept.
func (s *Spool) Tidy(keep time.Duration, read func(Segment) bool) error {
	all, err := s.segments()
	if err != nil {
		return err
	}
	s.mu.Lock()
	current := s.name
	s.mu.Unlock()
	var errs []error
	for _, seg := range all {
		if filepath.Base(seg.Path) == current || !read(seg) {
			continue
		}
		if s.Stats().Bytes <= s.opts.MaxBytes/2 && s.opts.Now().Sub(seg.ModTime) < keep {
			continue
		}
		if err := os.Remove(seg.Path); err != nil {
			errs = append(errs, fmt.Errorf("remove what was read: %w", err))
			continue
		}
		s.mu.Lock()
		s.total -= seg.Size
		s.mu.Unlock()
	}
	return errors.Join(errs...)
}
