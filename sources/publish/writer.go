package publish

import (
	"context"
	"fmt"
	"sync"

	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
)

// publishers is how many partitions are written to at once: enough to hide the
// round trips, few enough for two cores.
const publishers = 4

// writer publishes the waves of one stream, one after the other.
type writer struct {
	opts *Options
	enc  *schemas.Encoder
	in   chan *wave
	free chan *wave
	err  error // of the wave that failed; read after done
	done chan struct{}
}

// wavesInFlight are one that is filled, one that waits and one that is published.
const wavesInFlight = 3

// startWriter starts the goroutine; fail is called when it cannot go on.
func startWriter(ctx context.Context, opts *Options, fail context.CancelCauseFunc) *writer {
	w := &writer{
		opts: opts, enc: schemas.NewEncoder(),
		in: make(chan *wave), free: make(chan *wave, wavesInFlight), done: make(chan struct{}),
	}
	for range wavesInFlight {
		w.free <- newWave(opts)
	}
	go func() {
		defer close(w.done)
		for wave := range w.in {
			if w.err = w.publish(ctx, wave); w.err != nil {
				fail(w.err)
				return
			}
			wave.reset()
			w.free <- wave
		}
	}()
	return w
}

// send hands a wave over and returns an empty one.
func (w *writer) send(full *wave) (*wave, error) {
	select {
	case w.in <- full:
	case <-w.done:
		return nil, w.err
	}
	select {
	case empty := <-w.free:
		return empty, nil
	case <-w.done:
		return nil, w.err
	}
}

// finish waits for what was handed over.
func (w *writer) finish() error {
	close(w.in)
	<-w.done
	return w.err
}

// target is what one Publish writes.
type target struct {
	topic     string
	partition int
	records   []kafkalog.Record
}

func (w *writer) publish(ctx context.Context, wave *wave) error {
	if err := w.all(ctx, targets(wave)); err != nil {
		return err
	}
	if wave.clock != 0 {
		clocks, err := w.clocks(wave.clock)
		if err != nil {
			return err
		}
		if err := w.all(ctx, clocks); err != nil {
			return err
		}
	}
	if wave.checkpoint.Empty() {
		return nil
	}
	if err := wave.checkpoint.Commit(true); err != nil {
		return fmt.Errorf("keep checkpoint of %s: %w", w.opts.Name, err)
	}
	if wave.kept != nil {
		wave.kept()
	}
	return nil
}

func targets(wave *wave) []target {
	var ts []target
	for _, t := range []struct {
		topic string
		parts [][]ref
	}{
		{schemas.TopicEvents, wave.events},
		{schemas.TopicDead, wave.dead},
		{schemas.TopicUnparsed, wave.unparsed},
	} {
		for p, refs := range t.parts {
			if len(refs) > 0 {
				ts = append(ts, target{t.topic, p, wave.cut(refs)})
			}
		}
	}
	return ts
}

// clocks are one record for every partition of the events.
func (w *writer) clocks(time int64) ([]target, error) {
	value, err := w.enc.Clock(schemas.Clock{Stream: w.opts.Name, Time: time})
	if err != nil {
		return nil, fmt.Errorf("encode clock of %s: %w", w.opts.Name, err)
	}
	record := []kafkalog.Record{{Key: []byte("clock:" + w.opts.Name), Value: value}}
	ts := make([]target, w.opts.Partitions)
	for p := range ts {
		ts[p] = target{schemas.TopicEvents, p, record}
	}
	return ts, nil
}

// all publishes several targets at once and returns when every one has ended.
func (w *writer) all(ctx context.Context, ts []target) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slots := make(chan struct{}, publishers)
	var wg sync.WaitGroup
	for _, t := range ts {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := w.one(ctx, t); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

func (w *writer) one(ctx context.Context, t target) error {
	err := w.opts.Gate.Wait(ctx)
	if err == nil {
		err = w.opts.Log.Publish(ctx, t.topic, t.partition, t.records)
	}
	if err != nil {
		return fmt.Errorf("publish %s: %w", w.opts.Name, err)
	}
	return nil
}
