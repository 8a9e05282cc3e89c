package process

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"mailfate/pipeline/kafkalog"
	"mailfate/pipeline/status"
	"mailfate/pipeline/store"
	"mailfate/schemas"
)

const (
	// fetchWait is how long an idle worker waits for input.
	fetchWait = 250 * time.Millisecond

	// leastFetch, mostFetch and allFetch bound how much input, as it is compressed, goes
	// into one transaction of a partition, and into those of all together: few large
	// transactions cost the broker less than many small ones.
	leastFetch, mostFetch, allFetch = 1 << 17, 1 << 20, 1 << 22

	// leastCells, mostCells and allCells bound how many cells, which are some kilobytes
	// each, they touch. What compresses well, and gives many, ends a transaction by that.
	leastCells, mostCells, allCells = 1 << 10, 1 << 14, 1 << 16
)

// worker is the owner of one partition. It is dropped after any doubt.
type worker struct {
	processor *Processor
	partition int
	patience  *patience
	keys      *keyspace
	store     *store.Store
	producer  *kafkalog.Producer
	enc       *schemas.Encoder
	dec       *schemas.Decoder

	into        *store.Batch     // what the store is to hold when the transaction at hand was committed
	event       schemas.Event    // the one that is being taken in
	restored    schemas.Snapshot // the one that is being restored, as far as that is looked at
	restoredDay uint32           // when it was heard of
	eval        *status.Evaluator
	recent      recent
	space       *space
	input       int64             // the next offset to read
	clocks      map[string]int64  // how far each stream has come
	expired     map[string]bool   // streams that may have timers to fire
	fanOuts     []*fanOut         // messages all of whose recipients have to be looked at
	pace        int               // how many of these in one transaction
	refold      schemas.Refolding // of everything; Done while there is none
	lives       lives
	rules       uint64 // see schemas.Bookmark
	checkAt     int64  // with which input rules are compared
	committed   meta
}

func newWorker(p *Processor, st *store.Store, partition int, with *patience) *worker {
	return &worker{
		processor: p, partition: partition, patience: with,
		keys: newKeyspace(partition), store: st, into: st.NewBatch(),
		producer: p.client.NewProducer(transactionalID(partition), with.commit+abortAfter),
		eval:     status.NewEvaluator(p.timers).JudgeBy(p.replies), enc: schemas.NewEncoder(), dec: schemas.NewDecoder(), space: newSpace(),
		clocks: map[string]int64{}, expired: map[string]bool{},
		refold: schemas.Refolding{Done: true}, pace: leastAtOnce,
	}
}

// transactionalID names the owner of a partition: one at a time, whoever was the
// last to call Init.
func transactionalID(partition int) string { return Group + "-" + strconv.Itoa(partition) }

// run works until ctx ends, or until the partition has to be taken and restored
// anew, which an error, or a producer that is not ready, says.
func (w *worker) run(ctx context.Context) error {
	if err := w.producer.Init(ctx); err != nil {
		return err
	}
	if err := w.restore(ctx); err != nil {
		return err
	}
	input := w.processor.client.NewReader(schemas.TopicEvents, w.partition, w.input)
	for ctx.Err() == nil && w.producer.Ready() {
		if err := w.turn(ctx, input); err != nil {
			return err
		}
		w.checkRules()
		w.processor.report(w.partition, progress{input: w.input, idle: !w.busy()})
	}
	return nil
}

// turn reads a batch of input and does what it brings about.
func (w *worker) turn(ctx context.Context, input *kafkalog.Reader) (err error) {
	b := newBatch(w)
	defer func() { err = errors.Join(err, b.release()); w.space.clear() }()
	wait := fetchWait
	if w.busy() {
		wait = 0
	}
	fetch, room := w.processor.share()
	b.room = room
	_, err = input.Fetch(ctx, wait, fetch, b.take)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil && !errors.Is(err, errEnough) {
		return fmt.Errorf("read input: %w", err)
	}
	b.input = input.Position()
	return w.step(ctx, b)
}

// busy reports whether there is work that needs no input.
func (w *worker) busy() bool {
	return len(w.expired) > 0 || len(w.fanOuts) > 0 || !w.refold.Done || w.lives.more
}

// step does everything that a batch brings about, in one transaction.
func (w *worker) step(ctx context.Context, b *batch) error {
	if err := errors.Join(b.apply(), b.release()); err != nil {
		return err
	}
	if b.empty() {
		w.input = b.input
		return nil
	}
	// The partition may be taken away meanwhile; what was begun is brought to its end.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), w.patience.commit)
	defer cancel()
	if err := w.producer.Begin(); err != nil {
		return err
	}
	mark := schemas.Bookmark{Input: b.input, Nonce: rand.Uint64(), Rules: w.rules}
	if err := b.write(mark); err != nil {
		return err
	}
	written, err := w.producer.Commit(ctx, &kafkalog.GroupOffsets{Group: Group, Offsets: kafkalog.Positions{
		{Topic: schemas.TopicEvents, Partition: w.partition}: b.input,
	}})
	if err != nil {
		if ctx.Err() != nil {
			w.patience.timedOut()
		}
		return err
	}
	end := written[kafkalog.TopicPartition{Topic: schemas.TopicStatus, Partition: w.partition}]
	if err := b.keep(meta{Cluster: w.processor.cluster, Changelog: end - 1, Nonce: mark.Nonce, Time: b.intake / 1000}); err != nil {
		return err
	}
	w.patience.pause.Reset()
	return nil
}
