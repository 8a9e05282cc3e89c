package cli

import (
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
