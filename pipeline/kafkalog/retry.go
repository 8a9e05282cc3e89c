package kafkalog

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/segmentio/kafka-go"
)

const (
	// firstBackoff suits the commonest wait: for a transaction's markers, 1–20 ms.
	firstBackoff = 2 * time.Millisecond
	// maxBackoff keeps a client that waits for an election from hammering the broker.
	maxBackoff = 500 * time.Millisecond
	// warnAfter is the first wait that an operator should hear of.
	warnAfter = 100 * time.Millisecond
	// patience is for how long an answer that Kafka gives while all is well is not
	// worth a word.
	patience = 5 * time.Second
	// warnEvery keeps a long outage from filling the log.
	warnEvery = 10 * time.Second
)

// Backoff yields growing waits, each somewhere between half and the whole of its
// step, so that many clients that failed together do not come back together.
type Backoff struct {
	// Max is the largest step (default 500 ms).
	Max  time.Duration
	step time.Duration
}

// Next returns the next wait.
func (b *Backoff) Next() time.Duration {
	most := b.Max
	if most <= 0 {
		most = maxBackoff
	}
	b.step = min(max(2*b.step, firstBackoff), most)
	return b.step/2 + rand.N(b.step/2+1)
}

// Reset makes the waits small again.
func (b *Backoff) Reset() { b.step = 0 }

// Wait waits for what is next and says whether ctx let it.
func (b *Backoff) Wait(ctx context.Context) bool { return sleep(ctx, b.Next()) }

// retry calls op until it succeeds, fails for good, ctx ends or RetryFor is over.
func (c *Client) retry(ctx context.Context, op func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, c.opts.RetryFor)
	defer cancel()
	return c.retryUntil(limited, op)
}

// retryUntil is retry without a bound but ctx. It always calls op once. When ctx
// ends it returns op's last own error with ctx's: that is the one that says why.
func (c *Client) retryUntil(ctx context.Context, op func(context.Context) error) error {
	var wait Backoff
	var why error
	var warned time.Time
	began := time.Now()
	for {
		err := op(ctx)
		if err == nil {
			return nil
		}
		if cause := ctx.Err(); cause == nil || why == nil || !errors.Is(err, cause) {
			why = err
		}
		if !temporary(why) {
			return why
		}
		d := wait.Next()
		if now := time.Now(); d >= warnAfter && now.Sub(warned) >= warnEvery && c.worthAWord(why, began) {
			c.log.Warn("kafka: trying again", "error", why, "wait", d)
			warned = now
		}
		if !sleep(ctx, d) {
			return ended(ctx, why)
		}
	}
}

// worthAWord reports whether an operator should hear of an error that has been
// tried to get around since then.
func (c *Client) worthAWord(err error, since time.Time) bool {
	if !usual(err) || time.Since(since) > patience {
		return true
	}
	c.log.Debug("kafka: trying again", "error", err)
	return false
}

// usual says whether an error is what Kafka answers while a transaction ends, a
// coordinator moves or begins, or members come and go.
func usual(err error) bool {
	switch brokerCode(err) {
	case kafka.ConcurrentTransactions, kafka.GroupLoadInProgress, kafka.GroupCoordinatorNotAvailable, kafka.NotCoordinatorForGroup,
		kafka.RebalanceInProgress, kafka.UnknownMemberId, kafka.IllegalGeneration, kafka.MemberIDRequired:
		return true
	default:
		return false
	}
}

// ended adds that the caller gave up to the error that it gave up on.
func ended(ctx context.Context, err error) error {
	if cause := ctx.Err(); !errors.Is(err, cause) {
		return &gaveUpError{err: err, cause: cause}
	}
	return err
}

// gaveUpError is a temporary error that lasted until the caller's context ended.
type gaveUpError struct{ err, cause error }

func (e *gaveUpError) Error() string   { return "gave up (" + e.cause.Error() + "): " + e.err.Error() }
func (e *gaveUpError) Unwrap() []error { return []error{e.err, e.cause} }

// sleep waits for d and says whether ctx let it.
func sleep(ctx context.Context, d time.Duration) bool {
	if ctx.Err() != nil {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
