package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"github.com/twmb/franz-go/pkg/kfake"
)

// failedWrites begin what the broker says of a write that failed. It goes on and
// answers as if nothing had happened, which we do not: see Broker.Done.
var failedWrites = []string{"persist ", "endTx: failed", "rebuildSegments ", "compact ", "save session state"}

// brokerLogger passes the broker's warnings and errors on; what it says about
// every request is of no use to anybody here.
type brokerLogger struct {
	to     *slog.Logger
	failed chan struct{} // closed at the first write that failed

	once sync.Once
	err  error // which one; for who has seen failed closed
}

func newBrokerLogger(to *slog.Logger) *brokerLogger {
	if to == nil {
		to = slog.New(slog.DiscardHandler)
	}
	return &brokerLogger{to: to, failed: make(chan struct{})}
}

// Logf implements kfake.Logger. The broker calls it from within the request whose
// write has failed, before that is answered.
func (l *brokerLogger) Logf(level kfake.LogLevel, format string, args ...any) {
	if level != kfake.LogLevelError && level != kfake.LogLevelWarn {
		return
	}
	text := fmt.Sprintf(format, args...)
	for _, begin := range failedWrites {
		if strings.HasPrefix(format, begin) {
			l.once.Do(func() {
				l.err = errors.New(text)
				close(l.failed)
			})
			l.to.Log(context.Background(), slog.LevelError, "embedded broker", "text", text)
			return
		}
	}
	l.to.Log(context.Background(), slog.LevelWarn, "embedded broker", "text", text)
}

// hasFailed reports whether a write has failed.
func (l *brokerLogger) hasFailed() bool {
	select {
	case <-l.failed:
		return true
	default:
		return false
	}
}
