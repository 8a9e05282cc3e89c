package embedded

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kfake"
)

// brokerLogger passes the broker's warnings and errors on; what it says about
// every request is of no use to anybody here.
type brokerLogger struct {
	to     *slog.Logger
	errors atomic.Int64
}

// Logf implements kfake.Logger.
func (l *brokerLogger) Logf(level kfake.LogLevel, format string, args ...any) {
	to := slog.LevelWarn
	switch level {
	case kfake.LogLevelError:
		l.errors.Add(1)
		to = slog.LevelError
	case kfake.LogLevelWarn:
	default:
		return
	}
	if l.to != nil {
		l.to.Log(context.Background(), to, "embedded broker", "text", fmt.Sprintf(format, args...))
	}
}
