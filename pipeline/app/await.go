package app

import (
	"context"
	"errors"
	"time"

	"mailfate/sinks/clickhouse"
)

const (
	firstWait = 250 * time.Millisecond
	lastWait  = 5 * time.Second
)

// await does what needs a server. While that is away, whoever follows waits for
// it, and says so; everybody else is told the error at once.
func (a *App) await(ctx context.Context, server string, do func(context.Context) error) error {
	for wait := firstWait; ; wait = min(2*wait, lastWait) {
		err := do(ctx)
		if err == nil || !a.opts.Wait || !isAway(err) || ctx.Err() != nil {
			return err
		}
		a.log.Warn("cannot begin yet; nothing is lost meanwhile", "waits_for", server, "error", err)
		if !sleep(ctx, wait) {
			return err
		}
	}
}

// isAway reports whether a server may answer another time, and only then.
func isAway(err error) bool {
	var t interface{ Temporary() bool }
	return clickhouse.IsAway(err) || errors.As(err, &t) && t.Temporary()
}
