package feedback

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"mailfate/schemas"
	"mailfate/sources"
)

const replay = "../../testdata/replay/"

// truth is what the recording program counted.
type truth struct {
	Sources struct {
		Reports struct {
			Reports    int
			Duplicates int
			NoReport   int `json:"no_report"`
		}
	}
	Messages []struct {
		MessageID  string `json:"message_id"`
		Recipient  string
		Complaints int
		Suspicious int
	}
}

// TestRecording holds what is read of the recorded mailbox against what was
// reported when it was made.
func TestRecording(t *testing.T) {
	raw, err := os.ReadFile("../../testdata/replay.truth.json")
	if err != nil {
		t.Fatal(err)
	}
	var want truth
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(replay + "reports/[cn][ue][rw]/*")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no mails: %v", err)
	}
	complaints := map[schemas.Identity]int{}
	ids := map[schemas.EventID]bool{}
	outcomes := map[sources.Outcome]int{}
	p := New(Options{})
	for _, path := range paths {
		mail, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		evs, res := parse(p, mail)
		outcomes[res.Outcome]++
		for _, ev := range evs {
			if !ids[ev.ID] && ev.Kind == schemas.Complained {
				complaints[ev.Identity]++
			}
			ids[ev.ID] = true
		}
	}
	if s := want.Sources.Reports; len(ids) != s.Reports || outcomes[sources.Events] != s.Reports+s.Duplicates || outcomes[sources.Ignored] != s.NoReport || outcomes[sources.Unparsed] != 0 {
		t.Errorf("outcomes %v, %d reports, want %+v", outcomes, len(ids), s)
	}
	recipients := map[string]int{}
	for _, m := range want.Messages {
		recipients[m.MessageID]++
	}
	for _, m := range want.Messages {
		got := complaints[schemas.Identity{MessageID: m.MessageID, Recipient: m.Recipient}]
		if recipients[m.MessageID] == 1 { // whom a redacted report means
			got += complaints[schemas.Identity{MessageID: m.MessageID}]
		}
		if got != m.Complaints && m.Suspicious == 0 {
			t.Errorf("%s to %s: %d complaints, want %d", m.MessageID, m.Recipient, got, m.Complaints)
		}
	}
}
