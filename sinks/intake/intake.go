package intake

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"mailfate/pipeline/kafkalog"
)

// ErrSkip is wrapped by the error of a Batch.Add that refuses a record for good
// and loses nothing by it. The record is counted and passed over.
var ErrSkip = errors.New("record is of no use")

// Log is one partition, read from where the sink has got to. *kafkalog.Reader is one.
type Log interface {
	Fetch(ctx context.Context, maxWait time.Duration, maxBytes int, fn func(kafkalog.Record) error) (kafkalog.Progress, error)
}

// Batch collects what records say and writes it. It is for one goroutine at a time.
type Batch interface {
	// Add takes in a record, whose bytes it must not keep. A snapshot has to be
	// told as a whole when earlier ones may have been compacted away unread.
	// An error other than ErrSkip ends Consume.
	Add(topic string, rec kafkalog.Record, whole bool) error
	// Rows is how much waits to be written.
	Rows() int
	// Write makes what was added durable. After an error it is called again.
	Write(ctx context.Context) error
	// Reset forgets what was added.
	Reset()
}

// Options says how an intake works. What is zero gets a default.
type Options struct {
	NewBatch func() Batch
	Batches  int           // how many partitions fill or write a batch at once
	MaxRows  int           // a batch ends with so many rows
	MaxBytes int           // or with so many bytes of records
	Every    time.Duration // so often small batches are written
	// Compaction is the least time that a snapshot which was superseded stays in
	// the log: the topic's min.compaction.lag. Negative: it may go at any time, as
	// with a broker that does not know this setting; then all are told as a whole.
	Compaction time.Duration
	Logger     *slog.Logger
}

const (
	defaultBatches = 3
	// 50,000 rows are well above where ClickHouse's cost per insert stops to matter.
	defaultMaxRows    = 50_000
	defaultMaxBytes   = 8 << 20
	defaultEvery      = 500 * time.Millisecond
	defaultCompaction = 24 * time.Hour

	// fetchBytes is what one request asks for; it is held for every partition.
	fetchBytes = 1 << 20
	// fetchWait is how long an idle partition waits in one request.
	fetchWait = 2 * time.Second
)

// Intake moves the records of any number of partitions. It is safe for concurrent use.
type Intake struct {
	opts     Options
	batches  chan Batch // those that nobody uses
	progress progress
	began    time.Time // all rests end at whole Every since then

	mu      sync.Mutex
	gathers *joint // the write that others may still take part in
}

// New makes an intake.
func New(opts Options) *Intake {
	setDefault(&opts.Batches, defaultBatches)
	setDefault(&opts.MaxRows, defaultMaxRows)
	setDefault(&opts.MaxBytes, defaultMaxBytes)
	setDefault(&opts.Every, defaultEvery)
	if opts.Compaction == 0 {
		opts.Compaction = defaultCompaction
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	in := &Intake{opts: opts, batches: make(chan Batch, opts.Batches), began: time.Now()}
	for range opts.Batches {
		in.batches <- opts.NewBatch()
	}
	in.progress.init()
	return in
}

func setDefault[T int | time.Duration](v *T, def T) {
	if *v <= 0 {
		*v = def
	}
}

// Partition is one partition to consume.
type Partition struct {
	Topic  string
	Number int
	From   int64 // where Log begins: everything before is written
	Log    Log
	// Commit notes that everything before offset is written.
	Commit func(ctx context.Context, offset int64) error
}

// Consume moves a partition's records until ctx ends, which is no error, or
// until something is wrong that time does not mend.
func (in *Intake) Consume(ctx context.Context, p Partition) error {
	at := in.progress.join(p.Topic, p.Number, p.From)
	defer in.progress.leave(at)
	c := &consumer{in: in, Partition: p, at: at, log: in.opts.Logger.With("topic", p.Topic, "partition", p.Number)}
	err := c.run(ctx)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// WaitFor waits until everything before the given offsets of a topic, by
// partition, is written and committed. Meanwhile no partition rests.
func (in *Intake) WaitFor(ctx context.Context, topic string, offsets map[int]int64) error {
	return in.progress.waitFor(ctx, topic, offsets)
}
