package app

import (
	"context"
	"sync"
	"time"

	"mailfate/pipeline/process"
	"mailfate/schemas"
	"mailfate/sinks/api"
	"mailfate/sinks/clickhouse"
)

const (
	// healthAge is how old what is told of this process may be: whoever asks often
	// does not have Kafka asked as often.
	healthAge = 2 * time.Second
	// healthTime bounds how long Kafka is asked.
	healthTime = 5 * time.Second
)

// processHealth is what was told of this process last.
type processHealth struct {
	mu   sync.Mutex
	at   time.Time
	last api.Process
	dead deadCount
}

// tellProcess tells of lag and dead letters, as far as Kafka answers, and of the
// counts by the hour, if this process compares them.
func (a *App) tellProcess(ctx context.Context) api.Process {
	h := &a.health
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.at) < healthAge {
		return h.last
	}
	// What is found out is everybody's, so it does not end with who asked first.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), healthTime)
	defer cancel()
	h.last = api.Process{Rollup: a.rollups.tell()}
	var parts sync.WaitGroup
	parts.Go(func() { h.last.Lag.Processor = a.lagOf(ctx, process.Group, schemas.TopicEvents) })
	parts.Go(func() { h.last.Lag.Sink = a.lagOf(ctx, a.sinkGroup, clickhouse.Topics()...) })
	parts.Go(func() {
		h.last.DeadLetters = h.countDead(ctx, &DeadLetters{client: a.client, dec: schemas.NewDecoder()})
	})
	parts.Wait()
	h.at = time.Now()
	return h.last
}

func (h *processHealth) countDead(ctx context.Context, d *DeadLetters) *uint64 {
	if d.open(ctx) != nil {
		return nil
	}
	n, err := h.dead.count(ctx, d)
	if err != nil {
		return nil
	}
	return &n
}

func (a *App) lagOf(ctx context.Context, group string, topics ...string) *int64 {
	records, err := a.lag(ctx, group, topics)
	if err != nil {
		return nil // whoever needs Kafka says why
	}
	return &records
}

// tell is nothing of a process that never compared counts with messages.
func (r *rollups) tell() (known api.Rollup) {
	if at := r.at.Load(); at != 0 {
		stale := r.stale.Load()
		known.ComparedAt, known.StaleHours = api.Instant(at*1000), &stale
	}
	if failed := r.failed.Load(); failed != 0 || known.ComparedAt != 0 {
		known.Failures = &failed
	}
	return known
}

// deadCount counts dead letters, each once however often it is asked.
type deadCount struct {
	of []deadPartition
}

type deadPartition struct {
	start, end int64 // what was counted
	n          uint64
}

// count reads what has come since the last time, or all of a partition of which the
// beginning was deleted since.
func (c *deadCount) count(ctx context.Context, d *DeadLetters) (total uint64, err error) {
	if len(c.of) != len(d.ends) {
		c.of = make([]deadPartition, len(d.ends))
	}
	for p := range c.of {
		have := &c.of[p]
		if have.start != d.starts[p] || have.end > d.ends[p] {
			*have = deadPartition{start: d.starts[p], end: d.starts[p]}
		}
		var n uint64
		err := d.read(ctx, p, have.end, func(l *Letter) error {
			if l.Reason != schemas.DeadRetried && l.ID.Offset < d.ends[p] {
				n++
			}
			return nil
		})
		if err != nil {
			return 0, err
		}
		have.n, have.end = have.n+n, d.ends[p]
		total += have.n
	}
	return total, nil
}
