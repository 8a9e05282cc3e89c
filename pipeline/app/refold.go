package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
)

// Refolded is what folding everything again has come to so far.
type Refolded struct {
	Looked  uint64 `json:"looked"`  // messages looked at
	Changed uint64 `json:"changed"` // those of them whose row or history is another now
}

const (
	// refoldWait is how long one request for news of a refold waits.
	refoldWait = time.Second
	// refoldBytes is how much of mail.status one request reads for them.
	refoldBytes = 1 << 20
	// refoldSilence is after how long without an answer it is said that none comes.
	refoldSilence = 15 * time.Second
)

// Refold is for an App instead of Start: it has every message folded again, by
// the rules of this program and of Options.Timers, and returns when ClickHouse
// has what has changed. When it is interrupted, whoever processes next goes on.
// tell, if not nil, is called with how far it has come, one call at a time.
func (a *App) Refold(ctx context.Context, tell func(Refolded)) (Refolded, error) {
	order, err := orderRefold(ctx, a.client)
	if err != nil {
		return Refolded{}, err
	}
	a.Start() // not before: that rules have changed is no news to who is about to mend it
	ctx, cancel := a.untilFailure(ctx)
	defer cancel()
	sum, err := order.follow(ctx, tell)
	if err == nil {
		err = a.drain(ctx)
	}
	return sum, a.orFailure(err)
}

// OrderRefold is Refold by processors that run already, by their rules: those of
// the cluster that the options name, else the one of another mailfate on that
// data directory. ClickHouse has what has changed a moment later.
func OrderRefold(ctx context.Context, o Options, tell func(Refolded)) (sum Refolded, err error) {
	client, err := dialRunning(o)
	if err != nil {
		return Refolded{}, err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	order, err := orderRefold(ctx, client)
	if err != nil {
		return Refolded{}, err
	}
	silence := time.AfterFunc(refoldSilence, func() {
		if o.Logger != nil {
			o.Logger.Warn("no processor has answered yet; is one running?", "data", o.Dir, "brokers", o.Kafka.Brokers)
		}
	})
	defer silence.Stop()
	return order.follow(ctx, func(r Refolded) {
		silence.Stop()
		if tell != nil {
			tell(r)
		}
	})
}

// A refoldOrder is an order that was given to all partitions.
type refoldOrder struct {
	client *kafkalog.Client
	id     uint64
	from   []int64 // where mail.status ended before

	mu    sync.Mutex
	parts []schemas.Refolding // what each partition said last
}

func orderRefold(ctx context.Context, client *kafkalog.Client) (*refoldOrder, error) {
	from, err := client.EndOffsets(ctx, schemas.TopicStatus)
	if err != nil {
		return nil, fmt.Errorf("find end of %s: %w", schemas.TopicStatus, err)
	}
	o := &refoldOrder{client: client, id: uint64(time.Now().UnixMicro()), from: from, parts: make([]schemas.Refolding, len(from))}
	value, err := schemas.NewEncoder().Refold(schemas.Refold{ID: o.id})
	if err != nil {
		return nil, err
	}
	out := client.NewPublisher()
	for p := range from {
		record := kafkalog.Record{Key: []byte("refold"), Value: slices.Clone(value)}
		if err := out.Publish(ctx, schemas.TopicEvents, p, []kafkalog.Record{record}); err != nil {
			return nil, fmt.Errorf("order refold: %w", err)
		}
	}
	return o, nil
}

// follow reads what the partitions say until each has carried out the order, or
// a newer one, which carries out this one too.
func (o *refoldOrder) follow(ctx context.Context, tell func(Refolded)) (Refolded, error) {
	all, ctx := errgroup.WithContext(ctx)
	for p := range o.from {
		all.Go(func() error { return o.followPartition(ctx, p, tell) })
	}
	if err := all.Wait(); err != nil {
		return o.sum(), fmt.Errorf("follow refold: %w; the order stands, and whoever processes carries it out", err)
	}
	return o.sum(), nil
}

func (o *refoldOrder) followPartition(ctx context.Context, p int, tell func(Refolded)) error {
	reader := o.client.NewReader(schemas.TopicStatus, p, o.from[p])
	dec := schemas.NewDecoder()
	for done := false; !done; {
		_, err := reader.Fetch(ctx, refoldWait, refoldBytes, func(rec kafkalog.Record) error {
			if done || !bytes.Equal(rec.Key, schemas.RefoldKey) {
				return nil
			}
			r, err := dec.Refolding(rec.Value)
			if err != nil || r.ID < o.id {
				return err // an older one is brought to its end first, or is replaced
			}
			done = r.Done
			o.said(p, r, tell)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (o *refoldOrder) said(p int, r schemas.Refolding, tell func(Refolded)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.parts[p] = r
	if tell != nil {
		tell(o.sum())
	}
}

func (o *refoldOrder) sum() (sum Refolded) {
	for _, r := range o.parts {
		sum.Looked += r.Looked
		sum.Changed += r.Changed
	}
	return sum
}
