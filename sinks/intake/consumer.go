package intake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"mailfate/pipeline/kafkalog"
)

// consumer is one partition being consumed.
type consumer struct {
	in *Intake
	Partition
	at  *position
	log *slog.Logger

	batch Batch // nil while nothing was read
	bytes int
	// asked is when the log was asked last, and atEnd when it was asked and had
	// nothing more to read: the zero time while that was never so. See whole.
	asked, atEnd time.Time
}

// run makes one batch after the other.
func (c *consumer) run(ctx context.Context) error {
	defer c.release()
	for {
		if err := c.fill(ctx); err != nil {
			return err
		}
		full := c.full()
		if err := c.flush(ctx); err != nil {
			return err
		}
		if full {
			continue
		}
		if err := c.rest(ctx); err != nil {
			return err
		}
	}
}

// fill reads until the batch is full or the log's end is reached.
func (c *consumer) fill(ctx context.Context) error {
	for wait := fetchWait; ; wait = 0 {
		p, err := c.fetch(ctx, wait)
		if err != nil {
			return err
		}
		if p.Position >= p.LastStable {
			c.atEnd = c.asked
			return nil
		}
		if c.full() {
			return nil
		}
	}
}

func (c *consumer) full() bool {
	return c.batch != nil && (c.batch.Rows() >= c.in.opts.MaxRows || c.bytes >= c.in.opts.MaxBytes)
}

// fetch adds what one request returns to the batch. A request that fails for the
// time being is repeated; what it handed out before stays added.
func (c *consumer) fetch(ctx context.Context, wait time.Duration) (kafkalog.Progress, error) {
	var p kafkalog.Progress
	err := c.retry(ctx, "read", temporary, func() error {
		c.asked = wallClock()
		var err error
		p, err = c.Log.Fetch(ctx, wait, fetchBytes, func(rec kafkalog.Record) error { return c.add(ctx, rec) })
		return err
	})
	if err != nil {
		return p, fmt.Errorf("consume %s/%d: %w", c.Topic, c.Number, err)
	}
	c.at.read(p)
	return p, nil
}

// add takes in one record; the first of a batch waits for a batch to be free.
func (c *consumer) add(ctx context.Context, rec kafkalog.Record) error {
	if c.batch == nil {
		select {
		case c.batch = <-c.in.batches:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	err := c.batch.Add(c.Topic, rec, c.whole())
	if errors.Is(err, ErrSkip) {
		if c.at.skip() == 1 {
			c.log.WarnContext(ctx, "record passed over; more are only counted", "offset", rec.Offset, "error", err)
		}
		err = nil
	}
	if err != nil {
		return &recordError{fmt.Errorf("offset %d: %w", rec.Offset, err)}
	}
	c.bytes += len(rec.Key) + len(rec.Value)
	return nil
}

// whole says whether snapshots may lie behind which were compacted away before
// they were read. Only what was superseded for the time of Compaction can be, so
// none is for that long after the log's end had been reached. Half of it is left
// for clocks that differ and for what is under way.
func (c *consumer) whole() bool {
	return c.in.opts.Compaction < 0 || c.atEnd.IsZero() || wallClock().Sub(c.atEnd) > c.in.opts.Compaction/2
}

// wallClock leaves out the monotonic clock, which stands still while a machine
// sleeps: the broker's does not.
func wallClock() time.Time { return time.Now().Round(0) }

// flush writes the batch, if there is one, and commits how far it goes. Offsets
// without records, as transactions leave them, are committed with the next one.
func (c *consumer) flush(ctx context.Context) error {
	if c.batch != nil {
		if err := c.write(ctx); err != nil {
			return err
		}
		commit := func() error { return c.Commit(ctx, c.at.position()) }
		if err := c.retry(ctx, "commit", temporary, commit); err != nil {
			return fmt.Errorf("consume %s/%d: %w", c.Topic, c.Number, err)
		}
	}
	c.in.progress.advance(c.at)
	return nil
}

// write has the batch written, and gives it back. A large one is worth a write of its own.
func (c *consumer) write(ctx context.Context) error {
	if _, ok := c.batch.(Merger); ok && !c.full() {
		return c.writeJointly(ctx)
	}
	write := func() error { return c.batch.Write(ctx) }
	if err := c.retry(ctx, "write", always, write); err != nil {
		return err
	}
	c.release()
	return nil
}

func (c *consumer) retry(ctx context.Context, what string, again func(error) bool, do func() error) error {
	return c.in.retry(ctx, c.log, []*position{c.at}, what, again, do)
}

// release gives the batch back, empty.
func (c *consumer) release() {
	if c.batch != nil {
		c.batch.Reset()
		c.in.batches <- c.batch
		c.batch, c.bytes = nil, 0
	}
}

// rest lets records gather until all partitions wake, unless somebody waits for them.
func (c *consumer) rest(ctx context.Context) error {
	every := c.in.opts.Every
	timer := time.NewTimer(every - time.Since(c.in.began)%every)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.in.progress.hurry():
	case <-ctx.Done():
	}
	return ctx.Err()
}
