package tracking

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"mailfate/schemas"
	"mailfate/sources"
)

const replay = "../../testdata/replay/"

// truth is what the recording program counted.
type truth struct {
	Sources  map[string]struct{ Lines, Hits, Noise int }
	Messages []struct {
		MessageID    string `json:"message_id"`
		Recipient    string
		Opens        int
		Clicks       int
		Unsubscribes int
		Complaints   int
		Suspicious   int
	}
}

// TestRecording holds what is read of the recorded logs against what was
// requested when they were recorded.
func TestRecording(t *testing.T) {
	raw, err := os.ReadFile("../../testdata/replay.truth.json")
	if err != nil {
		t.Fatal(err)
	}
	var want truth
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	got := map[schemas.Identity]map[schemas.Kind]int{}
	ids := map[schemas.EventID]bool{}
	for _, name := range []string{"access.log", "access.json"} {
		data, err := os.ReadFile(replay + name)
		if err != nil {
			t.Fatal(err)
		}
		p := New(Options{})
		outcomes := map[sources.Outcome]int{}
		for line := range strings.Lines(string(data)) {
			evs, res := parse(p, strings.TrimSuffix(line, "\n"))
			outcomes[res.Outcome]++
			for _, ev := range evs {
				if got[ev.Identity] == nil {
					got[ev.Identity] = map[schemas.Kind]int{}
				}
				got[ev.Identity][ev.Kind]++
				ids[ev.ID] = true
			}
		}
		s := want.Sources[name]
		if outcomes[sources.Events] != s.Hits || outcomes[sources.Ignored] != s.Noise || outcomes[sources.Unparsed] != s.Lines-s.Hits-s.Noise {
			t.Errorf("%s: outcomes %v, want %+v", name, outcomes, s)
		}
	}
	if n := want.Sources["access.log"].Hits + want.Sources["access.json"].Hits; len(ids) != n {
		t.Errorf("%d event ids, want %d", len(ids), n)
	}
	for _, m := range want.Messages {
		if m.Suspicious > 0 {
			continue // counted apart, with complaints among them
		}
		g := got[schemas.Identity{MessageID: m.MessageID, Recipient: m.Recipient}]
		if g[schemas.Opened] != m.Opens || g[schemas.Clicked] != m.Clicks || g[schemas.Unsubscribed] > m.Unsubscribes { // reports ask for some, too
			t.Errorf("%s to %s: %v, want %+v", m.MessageID, m.Recipient, g, m)
		}
	}
}
