package publish

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"mailfate/pipeline/kafkalog"
	"mailfate/pipeline/store"
	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/stray"
	"mailfate/sources/tail"
)

// Log is where records go. Publish returns when they are acknowledged; after an
// error, it is unknown which are there. [kafkalog.Publisher] is the real one.
type Log interface {
	Publish(ctx context.Context, topic string, partition int, records []kafkalog.Record) error
}

// Gate holds publishing back while those who read the log are too far behind.
type Gate interface {
	Wait(ctx context.Context) error
}

const (
	// defaultBatchBytes is large enough that a round trip costs little beside it.
	defaultBatchBytes = 4 << 20
	// defaultLinger is how long a follower's event may wait for company.
	defaultLinger = 50 * time.Millisecond
	// defaultCheckpointEvery bounds what is read again after a crash.
	defaultCheckpointEvery = time.Second
	// defaultClockEvery is how exactly timers fire while following.
	defaultClockEvery = 5 * time.Second
	// defaultIdleAfter is how long a log may be silent until the wall clock speaks for it.
	defaultIdleAfter = 30 * time.Second
	// defaultDrainWithin leaves the process two of the ten seconds it has to stop.
	defaultDrainWithin = 8 * time.Second
	// MaxAhead is how far ahead of the wall clock an event may be.
	MaxAhead = 24 * time.Hour
	// maxValue keeps a record below the log's default limit.
	maxValue = 900_000
	// maxDeadLine is how much of its line a dead letter keeps.
	maxDeadLine = 256 << 10
)

// Options of a stream. Name, Reader, Parser, Store, Log and Partitions are needed.
type Options struct {
	// Name is the stream's name; it begins its checkpoint's keys.
	Name   string
	Reader tail.Reader           // at its beginning; the stream closes it
	Parser func() sources.Parser // makes one for the stream's beginning
	Store  *store.Store
	Log    Log
	Gate   Gate // optional

	Partitions         int // of mail.events
	DeadPartitions     int // of mail.dead (default 1)
	UnparsedPartitions int // of mail.unparsed (default 1)

	Type   string       // what Path is read as, for warnings
	Path   string       // of the stream, likewise
	Knows  stray.Knows  // of which other types lines are; nil: nobody looks
	Logger *slog.Logger // told what is not read (default: nobody)

	RawExamples bool // keep lines that are not understood as they were read; else redacted

	Now func() time.Time // the wall clock (default time.Now)

	BatchBytes      int           // when a batch is full (default 4 MiB)
	Linger          time.Duration // how long a follower's batch waits (default 50 ms)
	CheckpointEvery time.Duration // default 1 s
	ClockEvery      time.Duration // default 5 s
	IdleAfter       time.Duration // default 30 s
	DrainWithin     time.Duration // for what is left when Follow is stopped (default 8 s)
}

func (o Options) withDefaults() (Options, error) {
	switch {
	case o.Name == "":
		return o, errors.New("open stream: it has no name")
	case o.Reader == nil || o.Parser == nil || o.Store == nil || o.Log == nil:
		return o, fmt.Errorf("open stream %s: reader, parser, store and log are needed", o.Name)
	case o.Partitions < 1:
		return o, fmt.Errorf("open stream %s: %d partitions", o.Name, o.Partitions)
	}
	if o.Gate == nil {
		o.Gate = open{}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.DeadPartitions = max(o.DeadPartitions, 1)
	o.UnparsedPartitions = max(o.UnparsedPartitions, 1)
	defaultInt(&o.BatchBytes, defaultBatchBytes)
	defaultInt(&o.Linger, defaultLinger)
	defaultInt(&o.CheckpointEvery, defaultCheckpointEvery)
	defaultInt(&o.ClockEvery, defaultClockEvery)
	defaultInt(&o.IdleAfter, defaultIdleAfter)
	defaultInt(&o.DrainWithin, defaultDrainWithin)
	return o, nil
}

func defaultInt[T int | time.Duration](v *T, d T) {
	if *v <= 0 {
		*v = d
	}
}

// open is a gate that never closes.
type open struct{}

func (open) Wait(context.Context) error { return nil }

// Name returns the name of a stream that was given none: its type and path.
func Name(t schemas.SourceType, set tail.Set) string { return t.String() + ":" + set.Path }
