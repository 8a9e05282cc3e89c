package spool

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

const (
	// Ending ends the segments' names, behind the time of their beginning.
	Ending = ".json"
	// defaultSegmentBytes is a minute or so of many hits: what was read can be
	// removed soon.
	defaultSegmentBytes = 64 << 20
	// defaultSegmentAge lets what was read be removed when there are few hits, too.
	defaultSegmentAge = time.Hour
	// defaultMaxBytes is for millions of hits, which is how long Kafka may be away.
	defaultMaxBytes = 4 << 30
	// flushEvery is how long a line that nobody waits for may not be on disk.
	flushEvery = 100 * time.Millisecond
	// tellEvery is how often it is logged that lines are lost.
	tellEvery = 10 * time.Second
)

// ErrFull says that nobody has read what is kept, and that it is as much as may be.
var ErrFull = errors.New("spool is full")

// Options of a spool; only Dir is needed.
type Options struct {
	Dir          string // absolute
	SegmentBytes int64  // how large a segment grows (default 64 MiB)
	SegmentAge   time.Duration
	MaxBytes     int64 // of all segments (default 4 GiB)
	Logger       *slog.Logger
	Now          func() time.Time
}

func (o Options) withDefaults() Options {
	if o.SegmentBytes <= 0 {
		o.SegmentBytes = defaultSegmentBytes
	}
	if o.SegmentAge <= 0 {
		o.SegmentAge = defaultSegmentAge
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = defaultMaxBytes
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// file is what a segment is written to; tests have one that fails.
type file interface {
	Write(b []byte) (int, error)
	Sync() error
	Close() error
}

// Spool is an open spool.
type Spool struct {
	opts   Options
	create func(name string) (file, error)

	mu      sync.Mutex
	out     file
	name    string // of the segment that is written to
	size    int64  // of it
	began   time.Time
	torn    bool // it ends within a line
	buf     []byte
	total   int64   // bytes in all segments
	pending *Commit // of the lines that are not flushed yet
	lost    uint64  // lines
	cause   error   // of the last loss
	closed  bool

	wake chan struct{} // somebody waits for a flush
	stop chan struct{}
	done chan struct{}
}

// A Commit is a number of lines that are flushed together.
type Commit struct {
	spool *Spool
	lines uint64
	done  chan struct{}
	err   error
}

// Wait returns when the lines are on disk, or cannot be brought there.
func (c *Commit) Wait() error {
	select {
	case c.spool.wake <- struct{}{}:
	default: // a flush that has not begun yet is asked for
	}
	<-c.done
	return c.err
}

// Stats is what a spool counts.
type Stats struct {
	Bytes int64  // in all segments
	Lost  uint64 // lines that could not be kept
}

// Open begins a new segment in the directory, which is made if need be.
func Open(o Options) (*Spool, error) {
	s := &Spool{opts: o.withDefaults(), wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	s.create = s.createSegment
	s.pending = s.newCommit()
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make spool: %w", err)
	}
	old, err := s.segments()
	if err != nil {
		return nil, err
	}
	for _, seg := range old {
		s.total += seg.Size
		s.name = filepath.Base(seg.Path)
	}
	if err := s.begin(); err != nil {
		return nil, err
	}
	for _, seg := range old {
		if seg.Size == 0 { // its name was needed until there was a later one
			_ = os.Remove(seg.Path)
		}
	}
	go s.run()
	return s, nil
}

func (s *Spool) newCommit() *Commit { return &Commit{spool: s, done: make(chan struct{})} }

// Append appends one line, without its end. It does not keep it.
func (s *Spool) Append(line []byte) (*Commit, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.write(line)
	if err != nil {
		s.lose(1, err)
		return nil, err
	}
	s.pending.lines++
	return s.pending, nil
}

// write appends one line to the segment. Who holds the lock has nobody in between.
func (s *Spool) write(line []byte) error {
	b := s.buf[:0]
	if s.torn {
		b = append(b, '\n')
	}
	b = append(append(b, line...), '\n')
	s.buf = b
	switch {
	case s.closed:
		return os.ErrClosed
	case s.total+int64(len(b)) > s.opts.MaxBytes:
		return ErrFull
	}
	n, err := s.out.Write(b)
	s.size += int64(n)
	s.total += int64(n)
	if n > 0 {
		s.torn = n < len(b)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", s.name, err)
	}
	return nil
}

func (s *Spool) lose(lines uint64, cause error) {
	s.lost += lines
	s.cause = cause
}

// Stats returns what was counted so far.
func (s *Spool) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stats{Bytes: s.total, Lost: s.lost}
}

// Close flushes what was appended. Nothing can be appended after it.
func (s *Spool) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	close(s.stop)
	<-s.done
	err := s.flush()
	return errors.Join(err, s.out.Close())
}
