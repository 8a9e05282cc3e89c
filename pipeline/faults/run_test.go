package faults

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"mailfate/sinks/clickhouse"
)

// A fault is something that goes wrong, and how.
type fault struct {
	name string
	// inject makes it happen, and undoes it unless the pipeline has to.
	inject func(ctx context.Context, g *rig) error
}

// ask is what a run does.
type ask struct {
	name   string
	seed   uint64
	in     layout
	faults []fault // in this order
	broker kind
}

// run lets a pipeline take in a workload while things go wrong, and compares what
// it made of it with what it has to be.
func run(t *testing.T, a ask) {
	t.Helper()
	needServer(t)
	ctx, cancel := context.WithTimeout(t.Context(), settleWithin+time.Duration(len(a.faults))*time.Minute)
	defer cancel()
	events := max(*eventsFlag, perFault*len(a.faults))
	w, ought, err := expected(ctx, a.seed, events, a.in.hosts())
	if err != nil {
		t.Fatalf("work out what has to follow: %v", err)
	}
	g, err := newRig(ctx, w, a.in, a.broker.start, t.Logf)
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	closed := false
	defer func() {
		if !closed {
			_ = g.close(context.WithoutCancel(ctx))
		}
	}()
	l := &line{fault: a.name, broker: a.broker.name, runs: 1, events: len(w.items)}
	if err := g.wreak(ctx, a, l); err != nil {
		t.Errorf("seed %d, %s: %v", a.seed, a.name, err)
		g.tell(t, nil)
	}
	v, err := g.settle(ctx, ought)
	if err != nil || v == nil {
		t.Errorf("seed %d, %s: settle: %v; verdict so far %v", a.seed, a.name, err, v)
		g.tell(t, v)
		v = &verdict{lost: 1}
	}
	l.rows, l.lost, l.doubled, l.different, l.again = v.rows, v.lost, v.doubled, v.different, v.again
	if !v.exact() {
		t.Errorf("seed %d, %s: %s", a.seed, a.name, v)
		g.tell(t, v)
	}
	lost, unexpected, err := g.deadLetters(ctx)
	if err != nil || lost+unexpected > 0 {
		t.Errorf("seed %d, %s: %d dead letters lost, %d unexpected, %v", a.seed, a.name, lost, unexpected, err)
	}
	for _, m := range g.members {
		l.exits, l.mended = l.exits+m.exits, l.mended+m.mended
		for _, why := range m.reasons {
			t.Logf("%s: %s ended by itself: %s", a.name, m.name, why)
		}
	}
	l.kills = int(g.kills.Load())
	table.add(l)
	if err := (&results{lines: []*line{l}}).save(*tableFlag); err != nil {
		t.Error(err)
	}
	closed = true
	if err := g.close(ctx); err != nil {
		t.Errorf("close: %v", err)
	}
}

// wreak injects the faults, one after the other, and measures how long it takes
// after each until everything that was published is in ClickHouse.
func (g *rig) wreak(ctx context.Context, a ask, l *line) error {
	for i, f := range a.faults {
		g.limit = len(g.w.items) * (i + 1) / (len(a.faults) + 1)
		if err := g.feed(ctx, max((g.limit-g.next)/3, chunk)); err != nil {
			return err
		}
		if err := g.caughtUpWithin(ctx, againWithin); err != nil {
			return err
		}
		began := time.Now()
		if err := f.inject(ctx, g); err != nil {
			return fmt.Errorf("%s (fault %d): %w", f.name, i+1, err)
		}
		injected := time.Now()
		if err := g.onward(ctx); err != nil {
			return fmt.Errorf("%s (fault %d): %w", f.name, i+1, err)
		}
		l.waited(time.Since(injected).Seconds())
		g.note("%s: took %v, processing again after %v", f.name, injected.Sub(began).Round(time.Millisecond), time.Since(injected).Round(time.Millisecond))
	}
	return nil
}

// perFault is how many events each fault of a run meets at least.
const perFault = 50

// againWithin is how long it may take after a fault until all goes on.
const againWithin = time.Minute

// oracles keep what has to follow from workloads that several runs use.
var oracles struct {
	sync.Mutex
	known map[string]*oracle
}

type oracle struct {
	w        *workload
	database string
}

// expected returns a workload and the name of the database that says what has to
// follow from it.
func expected(ctx context.Context, seed uint64, events, hosts int) (*workload, string, error) {
	oracles.Lock()
	defer oracles.Unlock()
	name := fmt.Sprintf("ought_%d_%d_%d", seed, events, hosts)
	if o := oracles.known[name]; o != nil {
		return o.w, o.database, nil
	}
	w, err := newWorkload(seed, events, hosts)
	if err != nil {
		return nil, "", err
	}
	x, err := expect(ctx, w)
	if err != nil {
		return nil, "", err
	}
	db, err := clickhouse.Open(clickhouse.Options{Addresses: []string{shared.addr()}, Database: name})
	if err != nil {
		return nil, "", err
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		return nil, "", err
	}
	if err := x.write(ctx, db); err != nil {
		return nil, "", err
	}
	if oracles.known == nil {
		oracles.known = map[string]*oracle{}
	}
	oracles.known[name] = &oracle{w, name}
	return w, name, nil
}
