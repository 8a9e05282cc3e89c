package held

import (
	"bytes"
	"fmt"
	"testing"

	"mailfate/schemas"
)

func refusal(n int) *schemas.Event {
	return &schemas.Event{Kind: schemas.Refused, Identity: schemas.Identity{MessageID: fmt.Sprint("n:", n)}, QueueID: fmt.Sprint(n % 2)}
}

// TestNothingIsDropped holds more than there is room for, by a new Events after
// each, releases some by choice and lets the others wait too long.
func TestNothingIsDropped(t *testing.T) {
	seen := map[string]int{}
	emit := func(e *schemas.Event) { seen[e.MessageID]++ }
	state := map[string][]byte{}
	h := &Events{}
	again := func() {
		put := func(k, v []byte) error {
			delete(state, string(k))
			if v != nil {
				state[string(k)] = bytes.Clone(v)
			}
			return nil
		}
		if err := h.Changes('h', put); err != nil {
			t.Fatal(err)
		}
		h = &Events{}
		for k, v := range state {
			if err := h.Load([]byte(k)[1:], v); err != nil {
				t.Fatal(err)
			}
		}
	}
	for n := range limit + 10 {
		h.Hold(refusal(n), int64(n), int64(n), emit)
		if n%50 == 0 {
			again()
		}
	}
	if len(seen) != 10 || seen["n:0"] != 1 || seen["n:9"] != 1 {
		t.Errorf("too many: %v", seen)
	}
	again()
	h.Release(func(by int64, e *schemas.Event) bool {
		if e.MessageID != fmt.Sprint("n:", by) {
			t.Errorf("%s was held by %d", e.MessageID, by)
		}
		return e.QueueID == "1"
	}, emit)
	if len(seen) != 10+limit/2 {
		t.Errorf("%d after those of one queue id were released", len(seen))
	}
	again()
	h.Expire(patience+11, emit)
	if len(seen) != 11+limit/2 {
		t.Errorf("%d after one has waited too long", len(seen))
	}
	again()
	h.Expire(2*patience, emit)
	again()
	if len(seen) != limit+10 || len(state) != 0 {
		t.Errorf("%d seen, %d still saved", len(seen), len(state))
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s went out %d times", id, n)
		}
	}
}

func TestDamagedState(t *testing.T) {
	for _, value := range []string{"", "\x00", "\x00\x01\x02", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"} {
		if err := new(Events).Load(make([]byte, 8), []byte(value)); err == nil {
			t.Errorf("%q was taken", value)
		}
	}
}
