package publish

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/shape"
	"mailfate/sources/stray"
	"mailfate/sources/tail"
)

// Stream is one stream on its way to the log. It is for one goroutine, but for Stats.
type Stream struct {
	opts   Options
	prefix []byte // of the checkpoint's keys
	key    []byte // scratch

	parser sources.Parser
	enc    *schemas.Encoder
	emit   func(*schemas.Event) // s.event, made once
	read   func(sources.Line)   // s.line, likewise
	line   sources.Line         // the one that is parsed
	stats  Stats                // without what the reader counts
	shapes *shape.Table
	strays *stray.Lines
	wave   *wave
	out    *writer

	filled     time.Time // when the wave got its first record
	kept       time.Time // when the last checkpoint was taken
	dirty      bool      // lines were read since
	clocked    time.Time // when the last clock was sent, by the wall clock
	lastLine   time.Time // when the last line was read, likewise
	unsentTime bool      // a file has ended since the last clock
	unread     error     // of the parser's state
	again      bool      // the parser is a new one, of which no checkpoint knows
	told       time.Time // when it was last looked for what is not read
	strayTold  bool      // once is enough
	looked     time.Time // when it was last looked for what cannot be read
	troubles   map[string]*trouble
	problems   uint64 // how many there are
	horizon    int64  // later events are dead letters, ms since 1970 UTC

	mu     sync.Mutex
	shared Stats // a copy for Stats
}

// New loads the stream's checkpoint into its reader and parser.
func New(opts Options) (*Stream, error) {
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Stream{
		opts:   opts,
		prefix: checkpointPrefix(opts.Name),
		enc:    schemas.NewEncoder(),
		stats:  Stats{Ignored: make(map[string]uint64)},
		shapes: shape.NewTable(opts.Name, opts.RawExamples),
		strays: stray.New(opts.Knows),

		troubles: make(map[string]*trouble),
	}
	s.emit, s.read = s.event, s.parse
	s.parser = s.newParser()
	if err := s.load(); err != nil {
		return nil, err
	}
	s.share()
	return s, nil
}

// Name returns the stream's name.
func (s *Stream) Name() string { return s.opts.Name }

// Stats returns the totals of what was read so far. It is safe to call at any time.
func (s *Stream) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shared
}

func (s *Stream) total() Stats {
	all := s.stats.with(s.opts.Reader.Counts())
	all.Provisional += provisional(s.parser)
	all.Problems = s.problems
	return all
}

func (s *Stream) share() {
	t := s.total()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shared = t
}

// Replay reads the stream to its end and returns when all of it is acknowledged
// and kept. The error then has what could not be read (tail.FileError, joined):
// everything else has been published all the same. When ctx ends, it stops.
func (s *Stream) Replay(ctx context.Context) error {
	err := s.run(ctx, ctx, s.replay)
	if err == nil {
		err = errors.Join(s.opts.Reader.Problems()...)
	}
	return errors.Join(err, s.opts.Reader.Close())
}

// Follow reads the stream and what is added to it until ctx ends. Then it
// publishes and keeps what it has read, within Options.DrainWithin, and returns
// nil if it could.
func (s *Stream) Follow(ctx context.Context) error {
	drain, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	stop := context.AfterFunc(ctx, func() {
		t := time.AfterFunc(s.opts.DrainWithin, func() {
			cancel(fmt.Errorf("stop %s: not drained within %v; it is read again at the next start", s.opts.Name, s.opts.DrainWithin))
		})
		context.AfterFunc(drain, func() { t.Stop() })
	})
	defer stop()
	return errors.Join(s.run(ctx, drain, s.follow), s.opts.Reader.Close())
}

// Problems returns which files cannot be read at the moment. Call it from the
// goroutine that runs the stream, or after.
func (s *Stream) Problems() []error { return s.opts.Reader.Problems() }

// run reads while reading lasts, and publishes while publishing lasts.
func (s *Stream) run(reading, publishing context.Context, read func(context.Context) error) error {
	reading, fail := context.WithCancelCause(reading)
	defer fail(nil)
	s.out = startWriter(publishing, &s.opts, fail)
	s.wave = <-s.out.free
	s.kept = time.Now()
	s.lastLine = s.opts.Now()
	err := read(reading)
	if err == nil {
		err = s.flush(true)
	}
	if failed := s.out.finish(); failed != nil {
		return failed // the cause of err, if there is one
	}
	return err
}

// replay reads until there is nothing more.
func (s *Stream) replay(ctx context.Context) error {
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if s.next() == tail.Idle {
			s.warnOfAll()
			s.unsentTime = true
			return nil
		}
		if len(s.wave.arena) >= s.opts.BatchBytes || s.checkpointDue() {
			if err := s.flush(s.checkpointDue()); err != nil {
				return err
			}
		}
	}
}

// next reads and parses one block.
func (s *Stream) next() tail.Status {
	empty := len(s.wave.arena) == 0
	before := s.opts.Reader.Counts().Lines
	s.horizon = s.opts.Now().Add(MaxAhead).UnixMilli()
	status := s.opts.Reader.Next(s.read)
	if s.opts.Reader.Counts().Lines != before {
		s.dirty = true
		s.lastLine = s.opts.Now()
		s.share()
	}
	switch status {
	case tail.FileEnded:
		s.unsentTime = true
	case tail.Again:
		s.startAgain()
	}
	if empty && len(s.wave.arena) > 0 {
		s.filled = time.Now()
	}
	return status
}

// startAgain begins with a new parser, where the reader begins again.
func (s *Stream) startAgain() {
	s.stats.Provisional += provisional(s.parser)
	s.parser, s.again, s.dirty = s.newParser(), true, true
}

func (s *Stream) checkpointDue() bool {
	return s.dirty && time.Since(s.kept) >= s.opts.CheckpointEvery
}

// flush hands the wave over, with a checkpoint if keep says so.
func (s *Stream) flush(keep bool) error {
	if s.unsentTime {
		s.tell(s.streamTime())
	}
	if keep && (s.dirty || s.wave.clock != 0) {
		if err := s.checkpoint(); err != nil {
			return err
		}
		s.kept = time.Now()
		s.dirty = false
	}
	if s.unread != nil {
		return s.unread // nothing that follows from it may leave
	}
	if s.wave.empty() {
		return nil
	}
	next, err := s.out.send(s.wave)
	if err != nil {
		return err
	}
	s.wave = next
	s.share()
	return nil
}
