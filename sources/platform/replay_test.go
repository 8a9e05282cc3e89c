package platform

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"mailfate/schemas"
	"mailfate/sources"
)

const replay = "../../testdata/replay/"

// TestRecording holds what is read of the recorded platform's lines against
// what the recording program wrote.
func TestRecording(t *testing.T) {
	raw, err := os.ReadFile("../../testdata/replay.truth.json")
	if err != nil {
		t.Fatal(err)
	}
	var truth struct {
		Sources map[string]struct{ Lines, Broken, Repeated int }
	}
	if err := json.Unmarshal(raw, &truth); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(replay + "platform.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	p := New(Options{})
	outcomes := map[sources.Outcome]int{}
	ids := map[schemas.EventID]bool{}
	for line := range bytes.Lines(data) {
		evs, res := parseOne(p, bytes.TrimSuffix(line, []byte("\n")))
		outcomes[res.Outcome]++
		for i := range evs {
			checkEvent(t, &evs[i])
			ids[evs[i].ID] = true
		}
	}
	want := truth.Sources["platform.ndjson"]
	if outcomes[sources.Events] != want.Lines-want.Broken || outcomes[sources.Unparsed] != want.Broken || len(ids) != want.Lines-want.Broken-want.Repeated {
		t.Errorf("outcomes %v, %d ids, want %+v", outcomes, len(ids), want)
	}
}
