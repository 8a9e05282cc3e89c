package cli

import (
	"errors"
	"io"
	"strings"
	"testing"

	"mailfate/sinks/clickhouse"
)

// Who types a name almost right, or a part of it, is told those that there are.
func TestSchemaNamesWhatIsNear(t *testing.T) {
	names := []string{"bounce_rates", "bounce_reasons", "messages", "events"}
	for name, want := range map[string]string{
		"bounce":   "did you mean bounce_rates, bounce_reasons?",
		"mesages":  "did you mean messages?",
		"zzzzzzzz": "want one of bounce_rates, bounce_reasons, messages, events",
	} {
		err := withNear(&clickhouse.UnknownTableError{Name: name, Names: names})
		if !errors.As(err, new(usageError)) || !strings.HasSuffix(err.Error(), want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := withNear(io.EOF); !errors.Is(err, io.EOF) || errors.As(err, new(usageError)) {
		t.Errorf("another error: %v", err)
	}
}
