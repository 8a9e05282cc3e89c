package app

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"mailfate/pipeline/store"
	"mailfate/schemas"
	"mailfate/sinks/file"
	"mailfate/sinks/intake"
	"mailfate/sinks/report"
	"mailfate/sources/publish"
	"mailfate/sources/tail"
)

// Progress is told how a replay is doing; it is called from one goroutine.
type Progress func(read, total uint64, lines uint64, what string)

// progressEvery is how often Progress is called.
const progressEvery = 200 * time.Millisecond

// Replay reads the sources to their ends and returns what became of the
// messages when ClickHouse has everything that follows from them. Files that
// could not be read are in the error, beside a report of the others. It needs a
// process with all roles.
func (a *App) Replay(ctx context.Context, srcs []Source, tell Progress) (report.Report, error) {
	ctx, cancel := a.untilFailure(ctx)
	defer cancel()
	ctx, stuck := a.untilStuck(ctx)
	defer stuck(nil)
	r, err := a.replay(ctx, srcs, tell)
	if cause := context.Cause(ctx); err != nil && errors.Is(cause, errStuck) {
		return r, cause
	}
	return r, err
}

func (a *App) replay(ctx context.Context, srcs []Source, tell Progress) (report.Report, error) {
	var now atomic.Pointer[[]*publish.Stream]
	stopTelling := a.tell(&now, srcs, tell)
	defer stopTelling()
	streams, err := a.read(ctx, srcs, reading{limit: runtime.GOMAXPROCS(0), each: (*publish.Stream).Replay, begun: now.Store})
	if err != nil {
		return report.Report{}, a.orFailure(err)
	}
	if err := a.drain(ctx); err != nil {
		return report.Report{}, a.orFailure(err)
	}
	if _, err := a.db.RollUp(ctx); err != nil {
		return report.Report{}, a.orFailure(err)
	}
	r, err := a.db.Report(ctx)
	if err != nil {
		return r, a.orFailure(err)
	}
	dead, err := a.deadLetters(ctx)
	if err != nil {
		return r, err
	}
	r.DeadLetters = &dead
	r.Sources = map[string]report.Source{}
	var problems []error
	for _, s := range streams {
		r.Sources[s.Name()] = sourceReport(s.Stats())
		problems = append(problems, s.Problems()...)
	}
	return r, errors.Join(problems...)
}

// stuckAfter is for how long the embedded ClickHouse may take nothing before a
// replay gives up: whoever waits for its end has to learn that, say, the disk is full.
const stuckAfter = 20 * time.Second

var errStuck = errors.New("embedded ClickHouse takes nothing")

// untilStuck returns a context that ends with ctx or when the embedded ClickHouse
// has taken nothing for too long. A cluster is waited for, as always.
func (a *App) untilStuck(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	if a.db.server == nil {
		return ctx, cancel
	}
	tick := time.NewTicker(time.Second)
	go func() {
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if s := a.sink.Status(); s.LastError != nil && time.Since(s.WaitingSince) > stuckAfter {
				cancel(fmt.Errorf("write statuses: %w: %w; mend that and replay again, nothing is lost", errStuck, s.LastError))
			}
		}
	}()
	return ctx, cancel
}

// Follow reads the sources until ctx ends, and takes down before it returns how
// far it has read. Without the role of a source it leaves the other parts running.
func (a *App) Follow(asked context.Context, srcs []Source) error {
	ctx, cancel := a.untilFailure(asked)
	defer cancel()
	a.parts.Go(func() error { a.tellLag(ctx); return nil })
	if a.roles.Have(RoleSink) {
		a.parts.Go(func() error { a.keepRollup(ctx); return nil })
		a.parts.Go(func() error { a.keepRows(ctx); return nil })
	}
	if a.tracker != nil {
		srcs = append(slices.Clip(srcs), a.tracker.source)
	}
	m, err := a.startMetrics(ctx)
	if err != nil {
		return err
	}
	if !a.opts.needsCheckpoints() {
		<-ctx.Done() // if a part has failed, Close says why
		return nil
	}
	closeListeners, err := a.listen(srcs)
	if err != nil {
		return err
	}
	defer closeListeners()
	_, err = a.read(ctx, srcs, reading{tail: tail.Options{Follow: true}, limit: -1, each: (*publish.Stream).Follow, begun: m.streams.Store})
	if asked.Err() != nil && a.ctx.Err() == nil && errors.Is(err, context.Canceled) {
		return nil // it was asked to end before it had begun to read
	}
	return a.orFailure(err)
}

// untilFailure returns a context that ends with ctx or when a part fails.
func (a *App) untilFailure(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	release := context.AfterFunc(a.ctx, cancel)
	return ctx, func() { release(); cancel() }
}

// orFailure says why a part failed, if that is why something was cancelled.
func (a *App) orFailure(err error) error {
	if err == nil || a.ctx.Err() == nil {
		return err
	}
	a.stop()
	return errors.Join(a.parts.Wait(), err)
}

// reading says how sources are read.
type reading struct {
	tail  tail.Options
	limit int // how many at once; -1: all
	each  func(*publish.Stream, context.Context) error
	begun func(*[]*publish.Stream) // may be nil
}

// read reads the sources. When the store turns out to be damaged, it begins anew
// with the one that takes its place, which has no checkpoints: that is exact.
func (a *App) read(ctx context.Context, srcs []Source, how reading) ([]*publish.Stream, error) {
	for {
		streams, err := a.readOnce(ctx, srcs, how)
		if !errors.Is(err, store.ErrDamaged) || ctx.Err() != nil {
			return streams, err
		}
		a.log.Warn("all streams are read again from their beginnings", "error", err)
	}
}

func (a *App) readOnce(ctx context.Context, srcs []Source, how reading) ([]*publish.Stream, error) {
	begin, err := a.begin(ctx, srcs, how.tail)
	if err != nil {
		return nil, err
	}
	streams := begin.streams
	if how.begun != nil {
		how.begun(&streams)
	}
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(how.limit)
	for _, s := range streams {
		all.Go(func() error { return how.each(s, ctx) })
	}
	if how.tail.Follow && a.opts.Look != nil {
		come := arrivals{app: a, how: how, begin: begin, all: all}
		all.Go(func() error { return come.watch(ctx) })
	}
	return streams, all.Wait()
}

// begin makes streams of the sources.
func (a *App) begin(ctx context.Context, srcs []Source, opts tail.Options) (*beginning, error) {
	st, err := a.checkpoints.Renewed()
	if err != nil {
		return nil, err
	}
	if err := a.checkCluster(ctx, st); err != nil {
		return nil, err
	}
	b := &beginning{app: a, tail: opts, names: map[string]bool{}, paths: map[string]bool{}, options: publish.Options{
		Store: st, Log: a.client.NewPublisher(), Gate: a.gate,
		Partitions: a.partitions, DeadPartitions: a.partitions, UnparsedPartitions: a.partitions,
		RawExamples: a.opts.RawExamples, Logger: a.log,
	}}
	for i := range srcs {
		if _, err := b.source(ctx, &srcs[i]); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// drain waits until everything that is in the log has arrived in the sinks.
func (a *App) drain(ctx context.Context) error {
	events, err := a.client.EndOffsets(ctx, schemas.TopicEvents)
	if err != nil {
		return err
	}
	if err := a.processor.WaitFor(ctx, events); err != nil {
		return err
	}
	for _, topic := range []string{schemas.TopicEvents, schemas.TopicStatus, schemas.TopicUnparsed} {
		ends, err := a.client.EndOffsets(ctx, topic)
		if err != nil {
			return err
		}
		offsets := byPartition(ends)
		if err := a.waitForSink(ctx, a.sink, a.sinkGroup, topic, offsets); err != nil {
			return err
		}
		if a.file != nil && topic == schemas.TopicStatus {
			if err := a.waitForSink(ctx, a.file, file.Group, topic, offsets); err != nil {
				return err
			}
		}
	}
	return nil
}

// lookEvery is how often a replay asks how far the sinks of other processes have come.
const lookEvery = 250 * time.Millisecond

// waitForSink waits until everything before the offsets of a topic is written, be
// it by this process or by others of the group. Meanwhile this one's do not rest.
func (a *App) waitForSink(ctx context.Context, sink *intake.Intake, group, topic string, offsets map[int]int64) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	here := make(chan error, 1)
	go func() { here <- sink.WaitFor(ctx, topic, offsets) }()
	for {
		select {
		case err := <-here:
			return err
		case <-time.After(lookEvery):
		}
		if read, err := a.client.ReadBy(ctx, group, topic, offsets); err != nil || read {
			return err
		}
	}
}

// deadLetters counts what is in mail.dead.
func (a *App) deadLetters(ctx context.Context) (uint64, error) {
	d := &DeadLetters{client: a.client, dec: schemas.NewDecoder()}
	if err := d.open(ctx); err != nil {
		return 0, err
	}
	return d.Count(ctx)
}

func sourceReport(s publish.Stats) report.Source {
	return report.Source{
		Lines: s.Lines, Bytes: s.Bytes, Events: s.Events, Ignored: s.IgnoredTotal(), Unparsed: s.Unparsed, IgnoredBy: s.Ignored,
		Provisional: s.Provisional,
	}
}

// tell calls tell with how far the streams of now have come, until the returned
// function is called.
func (a *App) tell(now *atomic.Pointer[[]*publish.Stream], srcs []Source, tell Progress) (stop func()) {
	if tell == nil {
		return func() {}
	}
	var total uint64
	for _, src := range srcs {
		for _, f := range src.Set.Files {
			total += uint64(f.Size)
		}
	}
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(progressEvery)
		defer tick.Stop()
		for {
			var read, lines uint64
			if streams := now.Load(); streams != nil {
				for _, s := range *streams {
					stats := s.Stats()
					read, lines = read+stats.Bytes, lines+stats.Lines
				}
			}
			what := "reading"
			if read >= total {
				what = "storing"
			}
			tell(read, total, lines, what)
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	}()
	return func() { close(done); <-stopped }
}
