package process

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"mailfate/pipeline/classify"
	"mailfate/pipeline/kafkalog"
	"mailfate/pipeline/status"
	"mailfate/pipeline/store"
	"mailfate/schemas"
)

// Group is the consumer group of all processors, and the first part of their
// transactional ids.
const Group = "mailfate-process"

// Options says what a processor works with. Client and Store are required.
type Options struct {
	Client  *kafkalog.Client
	Store   *store.Store
	Logger  *slog.Logger
	Timers  status.Timers    // the same in all processors
	Replies *classify.Rules  // likewise; default the embedded ones
	Life    time.Duration    // likewise: how long a message is kept in mind after it was heard of; default 31 days
	Now     func() time.Time // for bookkeeping and ends of life alone; default time.Now
	Steady  time.Duration    // how long that runs evenly before lives end by it; default an hour; negative: it is believed at once
}

// Processor is one member of the group of processors.
type Processor struct {
	client  *kafkalog.Client
	store   *store.Store
	log     *slog.Logger
	clock   *wallClock
	life    time.Duration
	timers  status.Timers
	replies *classify.Rules
	cluster string

	pause func(context.Context, *kafkalog.Backoff) bool // between a partition's workers; false: ctx has ended

	warnRules sync.Once

	mu      sync.Mutex
	changed chan struct{} // closed and replaced when progress was made
	joined  bool          // an assignment is known
	mine    map[int]bool  // partitions that it assigns
	done    map[int]progress
	err     error
}

// progress is how far a worker has come.
type progress struct {
	input int64 // the next offset that it will read
	idle  bool  // nothing that it has read is still to be done
}

// New returns a processor; Run starts it.
func New(o Options) *Processor {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Steady == 0 {
		o.Steady = defaultSteady
	}
	if o.Life <= 0 {
		o.Life = defaultLife
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Processor{
		client: o.Client, store: o.Store, log: o.Logger, clock: newWallClock(o.Now, o.Steady), life: o.Life, timers: o.Timers, replies: o.Replies,
		pause:   func(ctx context.Context, wait *kafkalog.Backoff) bool { return wait.Wait(ctx) },
		changed: make(chan struct{}), done: map[int]progress{},
	}
}

// Run works on whatever the group assigns until ctx ends or an error that no
// retry can mend occurs. It returns nil when it was asked to end.
func (p *Processor) Run(ctx context.Context) error {
	var err error
	if p.cluster, err = p.client.ClusterID(ctx); err != nil {
		if ctx.Err() != nil {
			return nil //nolint:nilerr // it was asked to end
		}
		return fmt.Errorf("identify cluster: %w", err)
	}
	had, err := p.had()
	if err != nil {
		return err
	}
	group, err := p.client.NewGroup(kafkalog.GroupOptions{
		ID: Group, Topics: []string{schemas.TopicEvents}, Had: map[string][]int{schemas.TopicEvents: had},
	})
	if err != nil {
		return fmt.Errorf("join processors: %w", err)
	}
	err = p.generations(ctx, group)
	if closeErr := group.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = p.failure()
	}
	return err
}

func (p *Processor) generations(ctx context.Context, group *kafkalog.Group) error {
	ctx, stop := context.WithCancel(ctx)
	crew := newCrew(ctx, p, func(err error) {
		p.fail(err)
		stop()
	})
	defer crew.wait()
	defer stop()
	for {
		gen, err := group.Next(ctx)
		switch {
		case ctx.Err() != nil, errors.Is(err, kafkalog.ErrGroupClosed):
			return nil
		case err != nil:
			return fmt.Errorf("get partitions assigned: %w", err)
		}
		p.assign(gen.Assigned[schemas.TopicEvents])
		p.log.Info("partitions assigned", "generation", gen.ID, "partitions", gen.Assigned[schemas.TopicEvents])
		if err := checkPartitions(gen.Assigned[schemas.TopicEvents]); err != nil {
			return err
		}
		if err := p.keepHad(gen.Assigned[schemas.TopicEvents]); err != nil {
			return err
		}
		crew.assign(gen)
	}
}

// work runs one worker after another on a partition until ctx ends or the
// partition is another's. It returns only errors that no new worker could mend.
func (p *Processor) work(ctx context.Context, partition int, assigned func() bool) error {
	defer p.report(partition, progress{input: -1})
	with := newPatience()
	for ctx.Err() == nil {
		st, err := p.store.Renewed()
		if err == nil {
			err = newWorker(p, st, partition, with).run(ctx)
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			p.log.Info("partition is restored after a connection broke", "partition", partition)
		case errors.Is(err, kafkalog.ErrFenced):
			p.log.Info("partition was taken over", "partition", partition, "reason", err)
			return nil
		case errors.Is(err, kafkalog.ErrOutcomeUnknown), isTemporary(err):
			p.log.Warn("partition is restored after an error", "partition", partition, "error", err)
		default:
			return fmt.Errorf("process partition %d: %w", partition, err)
		}
		if !p.pause(ctx, &with.pause) || !assigned() {
			return nil // to take it now could only disturb whoever has it since
		}
	}
	return nil
}

// share is a partition's part of what goes into a transaction: bytes of input, and cells.
func (p *Processor) share() (fetch, cells int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := max(len(p.mine), 1)
	return min(max(allFetch/n, leastFetch), mostFetch), min(max(allCells/n, leastCells), mostCells)
}

// Working reports whether the processor has partitions assigned, maybe none, and
// has the states of them.
func (p *Processor) Working() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for partition := range p.mine {
		if now, ok := p.done[partition]; !ok || now.input < 0 {
			return false
		}
	}
	return p.joined
}

func isTemporary(err error) bool {
	var t interface{ Temporary() bool }
	return errors.As(err, &t) && t.Temporary()
}

func (p *Processor) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = err
	}
	p.wake()
}

func (p *Processor) failure() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

func (p *Processor) report(partition int, now progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done[partition] != now {
		p.done[partition] = now
		p.wake()
	}
}

func (p *Processor) wake() {
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *Processor) assign(partitions []int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.joined, p.mine = true, map[int]bool{}
	for _, partition := range partitions {
		p.mine[partition] = true
	}
	p.wake()
}

// lookEvery is how often WaitFor asks how far other processors have come.
const lookEvery = 100 * time.Millisecond

// WaitFor returns when all input before the given offsets, by partition, was taken
// in, by whichever processor has the partition, and, as far as this one has it,
// everything that followed from it.
func (p *Processor) WaitFor(ctx context.Context, ends []int64) error {
	for {
		p.mu.Lock()
		changed, err := p.changed, p.err
		reached, others := p.reached(ends)
		p.mu.Unlock()
		var look <-chan time.Time
		if err == nil && reached && len(others) > 0 {
			look = time.After(lookEvery)
			reached, err = p.client.ReadBy(ctx, Group, schemas.TopicEvents, others)
		}
		if err != nil || reached {
			return err
		}
		select {
		case <-changed:
		case <-look:
		case <-ctx.Done():
			return fmt.Errorf("wait for processor: %w", ctx.Err())
		}
	}
}

// reached reports whether this processor has done its part, and returns what is
// other processors'.
func (p *Processor) reached(ends []int64) (mine bool, others map[int]int64) {
	others = map[int]int64{}
	for partition, end := range ends {
		now, ok := p.done[partition]
		switch {
		case ok && now.input >= end && now.idle:
		case p.joined && !p.mine[partition]:
			others[partition] = end
		default:
			return false, nil
		}
	}
	return true, others
}
