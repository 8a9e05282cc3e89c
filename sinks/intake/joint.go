package intake

import (
	"context"
	"time"
)

// Merger is a Batch that can hold the rows of several: small batches of partitions
// that wake together become one write.
type Merger interface {
	Batch
	// Merge takes in what another one from the same NewBatch holds, which is Reset then.
	Merge(other Batch)
}

// gathering is how long a joint write waits for others to take part.
const gathering = 20 * time.Millisecond

// joint is one write of what several partitions have. It goes on while any of them
// waits for it.
type joint struct {
	batch  Batch
	bytes  int
	of     []*position
	left   int // how many of them wait no more
	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{} // closed when it is written, or all have left: then err
	err    error
}

// writeJointly has the batch written, maybe together with others'.
func (c *consumer) writeJointly(ctx context.Context) error {
	j := c.board(ctx)
	select {
	case <-j.done:
		return j.err
	case <-ctx.Done():
		if c.in.leave(j) {
			<-j.done // nothing is written after the last Consume has returned
		}
		return ctx.Err()
	}
}

// board gives the batch to the joint write that gathers, or begins one with it.
func (c *consumer) board(ctx context.Context) *joint {
	in := c.in
	in.mu.Lock()
	defer in.mu.Unlock()
	j := in.gathers
	if j != nil && j.batch.Rows()+c.batch.Rows() <= in.opts.MaxRows && j.bytes+c.bytes <= in.opts.MaxBytes {
		j.batch.(Merger).Merge(c.batch)
		j.bytes += c.bytes
		c.release()
	} else {
		j = &joint{batch: c.batch, bytes: c.bytes, done: make(chan struct{})}
		j.ctx, j.cancel = context.WithCancel(context.WithoutCancel(ctx))
		c.batch, c.bytes = nil, 0
		in.gathers = j
		go in.write(j) // ends with the last who waits for it
	}
	j.of = append(j.of, c.at)
	return j
}

// leave says that one waits no more, and reports whether that was the last.
func (in *Intake) leave(j *joint) (last bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if j.left++; j.left < len(j.of) {
		return false
	}
	in.sealed(j)
	j.cancel()
	return true
}

// sealed keeps others from taking part. The lock is held.
func (in *Intake) sealed(j *joint) {
	if in.gathers == j {
		in.gathers = nil
	}
}

func (in *Intake) write(j *joint) {
	timer := time.NewTimer(gathering)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-j.ctx.Done():
	}
	in.mu.Lock()
	in.sealed(j)
	of := j.of
	in.mu.Unlock()
	write := func() error { return j.batch.Write(j.ctx) }
	j.err = in.retry(j.ctx, in.opts.Logger, of, "write", always, write)
	j.batch.Reset()
	in.batches <- j.batch
	j.cancel()
	close(j.done)
}
