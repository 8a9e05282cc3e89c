package process

import (
	"context"
	"slices"
	"sync"

	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
)

// crew is a processor's workers, one for each partition that it is assigned. A
// worker outlives its generation: while the group comes to a new one it goes on,
// and if it keeps its partition it notices nothing. That is safe since it is the
// transactional id, which each partition has of its own, that says who works on
// it: whoever is assigned the partition takes it, and from then on nothing that
// this worker writes is committed, its offset included. It learns of that from
// ErrFenced, or from the generation that does not assign it the partition.
type crew struct {
	processor *Processor
	ctx       context.Context // ends all
	fail      func(error)     // is told what no new worker can mend

	mu    sync.Mutex
	hands map[int]*hand // by partition, also those that have ended
	term  *term         // of the last assignment
}

// term is how long an assignment is in force.
type term struct {
	over  bool
	again chan struct{} // asks for another one: a partition has lost its worker
}

// hand is one worker's goroutine.
type hand struct {
	ctx   context.Context
	stop  context.CancelFunc
	ended chan struct{}
}

func newCrew(ctx context.Context, p *Processor, fail func(error)) *crew {
	return &crew{processor: p, ctx: ctx, fail: fail, hands: map[int]*hand{}}
}

// assign sees to it that exactly the partitions of a generation are worked on.
func (c *crew) assign(gen *kafkalog.Generation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &term{again: make(chan struct{}, 1)}
	c.term = t
	partitions := gen.Assigned[schemas.TopicEvents]
	for partition, h := range c.hands {
		if !slices.Contains(partitions, partition) {
			h.stop()
		}
	}
	for _, partition := range partitions {
		if h := c.hands[partition]; h == nil || h.ctx.Err() != nil {
			c.start(partition, h)
		}
	}
	gen.Run(func(ctx context.Context) { c.hold(ctx, t) })
}

// hold lasts as long as a generation, which ends early when it has to be joined again.
func (c *crew) hold(ctx context.Context, t *term) {
	select {
	case <-ctx.Done():
	case <-t.again:
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	t.over = true
}

// start lets a worker begin when the one before it on the partition, if any, has ended.
func (c *crew) start(partition int, before *hand) {
	h := &hand{ended: make(chan struct{})}
	h.ctx, h.stop = context.WithCancel(c.ctx)
	c.hands[partition] = h
	go func() {
		defer close(h.ended)
		if before != nil {
			<-before.ended
		}
		err := c.processor.work(h.ctx, partition, c.isValid)
		c.mu.Lock()
		defer c.mu.Unlock()
		if h.ctx.Err() != nil {
			return
		}
		h.stop()
		if err != nil {
			c.fail(err)
			return
		}
		select {
		case c.term.again <- struct{}{}:
		default:
		}
	}()
}

// isValid says whether nobody else can have been assigned the partitions yet, as
// far as this member has heard.
func (c *crew) isValid() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.term.over
}

// wait returns when all workers have ended, after ctx.
func (c *crew) wait() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, h := range c.hands {
		h.stop()
		c.mu.Unlock() // it needs this to end
		<-h.ended
		c.mu.Lock()
	}
}
