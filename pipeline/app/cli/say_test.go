package cli

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

func TestSaysACauseOnce(t *testing.T) {
	full := errors.New("use store d: no space left")
	partition := fmt.Errorf("process partition 3: %w", full)
	other := errors.New("stop broker: it hangs")
	for want, err := range map[string]error{
		"use store d: no space left":                                             full,
		"process partition 3: use store d: no space left":                        errors.Join(errors.Join(full, partition), partition, full),
		"process partition 3: use store d: no space left\nstop broker: it hangs": errors.Join(partition, other, full),
	} {
		if got := says(err); got != want {
			t.Errorf("says %q, want %q", got, want)
		}
	}
}

// Who is asked to end says that, and not what it was doing.
func TestStoppedSaysSo(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	doing := fmt.Errorf("apply migration 7: %w", context.Canceled)
	if got := stopped(ctx, doing); !errors.Is(got, doing) {
		t.Errorf("nobody stopped it: %v", got)
	}
	stop()
	if got := stopped(ctx, doing); !errors.Is(got, errStopped) {
		t.Errorf("it was stopped: %v", got)
	}
	other := errors.New("disk full")
	if got := stopped(ctx, other); !errors.Is(got, other) {
		t.Errorf("it failed: %v", got)
	}
}
