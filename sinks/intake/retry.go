package intake

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"
)

const (
	firstPause = 100 * time.Millisecond
	// lastPause is the longest: a server that is back is noticed so soon.
	lastPause = 5 * time.Second
)

// recordError is a record that cannot be taken in, now or later.
type recordError struct{ error }

func (e *recordError) Unwrap() error { return e.error }

// always is for writes: whatever is wrong there can be mended from outside, and
// what waits must not be lost.
func always(error) bool { return true }

// temporary says whether Kafka's answer may be another one later.
func temporary(err error) bool {
	var record *recordError
	if errors.As(err, &record) {
		return false
	}
	var t interface{ Temporary() bool }
	return errors.As(err, &t) && t.Temporary()
}

// retry calls do until it succeeds, fails for good, or ctx ends. It tells of each
// failure that is not the last word.
func retry(ctx context.Context, again func(error) bool, do func() error, failed func(error)) error {
	pause := firstPause
	for {
		err := do()
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case !again(err):
			return err
		}
		failed(err)
		timer := time.NewTimer(pause/2 + rand.N(pause)) // half to one and a half, so that many do not come back at once
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
		pause = min(2*pause, lastPause)
	}
}

// retry logs trouble when it begins and when it is over.
func (in *Intake) retry(ctx context.Context, log *slog.Logger, of []*position, what string, again func(error) bool, do func() error) error {
	err := retry(ctx, again, do, func(err error) {
		if in.progress.fail(of, err) {
			log.WarnContext(ctx, "sink waits; nothing is lost meanwhile", "operation", what, "error", err)
		}
	})
	if err != nil {
		return err
	}
	if since, waited := in.progress.recover(of); waited {
		log.InfoContext(ctx, "sink works again", "operation", what, "waited", time.Since(since).Round(time.Millisecond))
	}
	return nil
}
