package embedded

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	// compactLook is how often the compacted topics' size is looked at.
	compactLook = 30 * time.Second
	// compactFrom is the size below which compaction is not worth a pause.
	compactFrom = 64 << 20
	// compactGrowth is by how much they must have grown since the last one, so
	// that all compactions together cost a fixed share of the writing.
	compactGrowth = 2
	// quietLimit bounds the wait for open transactions to end.
	quietLimit = 10 * time.Second
	// quietPoll is how often they are asked for.
	quietPoll = 2 * time.Millisecond
)

// ErrBusy says that transactions stayed open, so nothing was compacted.
var ErrBusy = errors.New("transactions are still open")

// producer is one life of a transactional producer: a later life, which
// fences it, has a higher epoch.
type producer struct {
	pid   int64
	epoch int16
}

// txnGate keeps new transactions out while it is closed: producers are told
// to try again, as they are by a cluster that has not finished their last one.
// Those inside may take further partitions in; else nobody would ever finish.
type txnGate struct {
	mu     sync.Mutex
	closed bool
	inside map[producer]struct{}
}

// enter reports whether the producer may take partitions in.
func (g *txnGate) enter(p producer) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, ok := g.inside[p]; !ok && g.closed {
		return false
	}
	if g.inside == nil {
		g.inside = make(map[producer]struct{})
	}
	g.inside[p] = struct{}{}
	return true
}

func (g *txnGate) leave(p producer) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.inside, p)
}

func (g *txnGate) set(closed bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = closed
}

// forget drops those who never left: they were fenced, or timed out.
func (g *txnGate) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	clear(g.inside)
}

// Compact keeps the newest record of each key in compacted topics. New
// transactions are put off until it is done and open ones waited for, because
// the broker would take what they wrote for committed; then it answers nobody
// until it has finished. A kill at any moment loses nothing.
func (b *Broker) Compact(ctx context.Context) error {
	b.compacting.Lock()
	defer b.compacting.Unlock()
	gate := b.intents.gate
	gate.set(true)
	defer gate.set(false)
	if err := b.waitQuiet(ctx); err != nil {
		return fmt.Errorf("compact topics: %w", err)
	}
	gate.forget()
	if err := saveCopies(b.topics); err != nil {
		return err
	}
	b.cluster.Compact()
	if b.log.hasFailed() {
		return b.Err() // the next start needs the copies
	}
	return dropCopies(b.topics)
}

// waitQuiet returns when no transaction is open.
func (b *Broker) waitQuiet(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, quietLimit, ErrBusy)
	defer cancel()
	tick := time.NewTicker(quietPoll)
	defer tick.Stop()
	for {
		req := kmsg.NewPtrListTransactionsRequest()
		req.StateFilters = []string{"Ongoing"}
		resp, err := req.RequestWith(ctx, b.client)
		if err == nil {
			err = kerr.ErrorForCode(resp.ErrorCode)
		}
		if err == nil && len(resp.TransactionStates) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		case <-tick.C:
		}
	}
}

// KeepCompact compacts whenever these topics have grown enough to be worth it,
// until ctx ends. An open transaction puts it off to the next look.
func (b *Broker) KeepCompact(ctx context.Context, topics ...string) error {
	tick := time.NewTicker(compactLook)
	defer tick.Stop()
	var after int64
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		size, err := logBytes(ctx, b.client, topics)
		if err == nil && size > max(compactFrom, compactGrowth*after) {
			if err = b.Compact(ctx); err == nil {
				after, err = logBytes(ctx, b.client, topics)
			}
		}
		if err != nil && ctx.Err() == nil && !errors.Is(err, ErrBusy) {
			return err
		}
	}
}

// logBytes is what the broker stores for these topics.
func logBytes(ctx context.Context, client *kgo.Client, topics []string) (int64, error) {
	req := kmsg.NewPtrDescribeLogDirsRequest() // all topics: an unknown one is no error then
	resp, err := req.RequestWith(ctx, client)
	if err != nil {
		return 0, fmt.Errorf("ask broker for the size of topics: %w", err)
	}
	wanted := make(map[string]bool, len(topics))
	for _, t := range topics {
		wanted[t] = true
	}
	var sum int64
	for _, dir := range resp.Dirs {
		if err := kerr.ErrorForCode(dir.ErrorCode); err != nil {
			return 0, fmt.Errorf("ask broker for the size of topics: %w", err)
		}
		for _, t := range dir.Topics {
			if !wanted[t.Topic] {
				continue
			}
			for _, p := range t.Partitions {
				sum += p.Size
			}
		}
	}
	return sum, nil
}
