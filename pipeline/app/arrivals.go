package app

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"mailfate/schemas"
	"mailfate/sources/tail"
)

const (
	// defaultLookEvery is how soon a new file of a directory or pattern is found.
	defaultLookEvery = 3 * time.Second
	// maxStreams bounds what is begun without a restart: a directory with more logs
	// is not one of logs.
	maxStreams = 10_000
)

// A Look finds what there is to read that is not of a path already known.
type Look func(known func(path string) bool) ([]Source, error)

// FindNew is FindToFollow for what has come since into a directory or turned up
// under a pattern. What is known is neither opened nor recognised again. What has
// gone since it was listed is none.
func FindNew(known func(path string) bool) Finder {
	return func(arg Argument, settings func(schemas.SourceType, string) Settings) ([]Source, error) {
		if !namesSeveral(arg.Path) {
			return nil, nil
		}
		sets, err := discover(arg)
		if errors.Is(err, tail.ErrNothingFound) {
			err = nil
		}
		var came []tail.Set
		for _, set := range sets {
			if !known(set.Path) {
				came = append(came, set)
			}
		}
		found, recogniseErr := asSources(arg, came, settings, tail.Rotation)
		return found, errors.Join(err, recogniseErr)
	}
}

// namesSeveral reports whether other files than now may be meant by a path.
func namesSeveral(path string) bool {
	if info, err := os.Stat(path); err == nil {
		return info.IsDir()
	}
	return isPattern(path)
}

func isPattern(path string) bool { return strings.ContainsAny(path, "*?[") }

// arrivals begins to read what comes while others are read.
type arrivals struct {
	app   *App
	how   reading
	begin *beginning
	all   *errgroup.Group // that reads

	problem string // that was met when we last looked
	told    string // the problem that was last told
	full    bool   // was told
}

// watch looks again and again until ctx ends.
func (r *arrivals) watch(ctx context.Context) error {
	every := r.app.opts.LookEvery
	if every <= 0 {
		every = defaultLookEvery
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		came, err := r.app.opts.Look(r.begin.knows())
		r.tell(err)
		for i := range came {
			if err := r.read(ctx, &came[i]); err != nil {
				return err
			}
		}
	}
}

// tell says what is wrong with what has come, once, when it is still so at the
// second look: a file may have been half written at the first.
func (r *arrivals) tell(err error) {
	problem := ""
	if err != nil {
		problem = err.Error()
	}
	if problem != "" && problem == r.problem && problem != r.told {
		r.app.log.Warn("cannot read what is new", "error", err)
		r.told = problem
	}
	r.problem = problem
}

// read begins to read a source. That it cannot be told from another is no reason
// to end the others.
func (r *arrivals) read(ctx context.Context, src *Source) error {
	if len(r.begin.streams) >= maxStreams {
		if !r.full {
			r.app.log.Warn("too many files to read: what is new is left until the next start", "path", src.Set.Path, "streams", maxStreams)
		}
		r.full = true
		return nil
	}
	streams, err := r.begin.source(ctx, src)
	if errors.Is(err, errSameName) {
		r.app.log.Warn("cannot read what is new", "path", src.Set.Path, "error", err)
		return nil
	}
	if err != nil {
		return err
	}
	if r.how.begun != nil {
		now := r.begin.streams
		r.how.begun(&now)
	}
	for _, s := range streams {
		r.all.Go(func() error { return r.how.each(s, ctx) })
	}
	return nil
}
