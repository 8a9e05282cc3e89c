package clickhouse

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mailfate/pipeline/classify"
	machine "mailfate/pipeline/status"
	"mailfate/schemas"
)

// A step is what one record of mail.events does to a message's own record.
type step struct {
	event   schemas.Event
	account string // that somebody's event names; no event then
}

// wander takes steps into a message's own record, one after the other, and
// returns every snapshot that the processor would emit, encoded.
func wander(t testing.TB, steps []step) []schemas.Snapshot {
	e := machine.NewEvaluator(machine.Timers{})
	enc, dec := schemas.NewEncoder(), schemas.NewDecoder()
	s := &schemas.Snapshot{Identity: schemas.Identity{MessageID: "m"}}
	var emitted []schemas.Snapshot
	for i, st := range steps {
		grown := false
		if st.account != "" {
			grown = machine.AddAccount(s, st.account)
		} else {
			grown = machine.Add(s, &st.event)
		}
		v := e.Evaluate(&machine.Message{Key: s, Header: s, Clock: func(string) int64 { return day }})
		if !machine.Settle(s, &v, grown, int64(i)) {
			continue
		}
		value, err := enc.Snapshot(s)
		if err != nil {
			t.Fatal(err)
		}
		out := schemas.Snapshot{Identity: s.Identity}
		if err := dec.Snapshot(value, &out); err != nil {
			t.Fatal(err)
		}
		emitted = append(emitted, out)
	}
	return emitted
}

// finalRows returns what FINAL would show of unmatched and contested: of all rows
// with the same key the one with the greatest revision, unless it is withdrawn.
// The keys are those of the schema; bookkeeping is left out.
func finalRows(list []schemas.Snapshot) map[string]string {
	b := newBatch(nil, classify.Default())
	for i := range list {
		b.addRows(&list[i], false)
	}
	type place struct {
		rows *heldRows
		i    int
	}
	newest := map[string]place{}
	for _, r := range []*heldRows{b.unmatched, b.contested} {
		for i := range r.rows() {
			key := fmt.Sprint(r.name, r.messageID.list[i], r.recipient.list[i], r.account.list[i], r.kind.list[i], r.slot.list[i])
			if old, ok := newest[key]; !ok || r.revision.list[i] >= old.rows.revision.list[old.i] {
				newest[key] = place{r, i}
			}
		}
	}
	rows := map[string]string{}
	for key, at := range newest {
		if at.rows.withdrawn.list[at.i] == 0 {
			rows[key] = describe(&at.rows.table, at.i)
		}
	}
	return rows
}

// describe writes one row out, without bookkeeping.
func describe(t *table, i int) string {
	var out strings.Builder
	for j, c := range t.columns {
		if name := t.names[j]; name != "revision" && name != "withdrawn" && name != "ingested_at" {
			fmt.Fprintf(&out, "%s=%s ", name, cell(c, i))
		}
	}
	return out.String()
}

func drawSteps(t *rapid.T) []step {
	kinds := []schemas.Kind{schemas.Opened, schemas.Opened, schemas.Opened, schemas.Opened, schemas.Clicked, schemas.Complained, schemas.Queued}
	steps := make([]step, 0, 102)
	for i := range 100 {
		steps = append(steps, step{event: schemas.Event{
			ID: schemas.EventID(i + 1), Kind: rapid.SampledFrom(kinds).Draw(t, "kind"),
			Time: minute(rapid.Int64Range(0, 60).Draw(t, "minute")), URL: fmt.Sprint("https://acme.example/", i),
		}})
	}
	for _, account := range []string{"acme", "other"}[:rapid.IntRange(0, 2).Draw(t, "accounts")] {
		steps = append(steps, step{account: account})
	}
	return steps
}

// In whatever order events and accounts become known, however often, and whether
// the sink sees each snapshot or, after a compaction, only the last one: the rows
// are the same.
func TestHeldRowsDoNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		steps := drawSteps(rt)
		all := wander(t, steps)
		want := finalRows(all)
		if len(want) == 0 {
			rt.Fatal("no rows")
		}
		shuffled := rapid.Permutation(append(slices.Clone(steps), steps[:20]...)).Draw(rt, "order")
		again := wander(t, shuffled)
		for name, got := range map[string]map[string]string{
			"shuffled":      finalRows(again),
			"only the last": finalRows(all[len(all)-1:]),
			"twice":         finalRows(append(slices.Clone(again), again...)),
		} {
			if diff := cmp.Diff(want, got); diff != "" {
				rt.Fatalf("%s (-want +got):\n%s", name, diff)
			}
		}
	})
}

// The column events counts what was seen, not what is kept.
func TestHeldRowsCountEvents(t *testing.T) {
	for seen, want := range map[int]struct{ rows, events int }{
		1: {1, 1}, 32: {32, 32}, 33: {32, 33}, 100: {32, 100}, 256: {32, 256}, 300: {32, 256},
	} {
		var steps []step
		for i := range seen {
			steps = append(steps, step{event: schemas.Event{ID: schemas.EventID(i + 1), Kind: schemas.Opened, Time: minute(int64(i))}})
		}
		rows := finalRows(wander(t, steps))
		if len(rows) != want.rows {
			t.Errorf("%d events make %d rows, want %d", seen, len(rows), want.rows)
		}
		for _, row := range slices.Sorted(maps.Values(rows)) {
			if n := fmt.Sprintf(" events=%d ", want.events); !strings.Contains(row, n) {
				t.Errorf("%d events make a row without%s: %s", seen, n, row)
				break
			}
		}
	}
}

// The same through ClickHouse: the tables' keys are those of finalRows, and the
// report counts events.
func TestReportCountsHeldEvents(t *testing.T) {
	db := migrated(t)
	var steps []step
	for i := range 100 {
		kind := schemas.Opened
		if i%10 == 0 {
			kind = schemas.Complained
		}
		steps = append(steps, step{event: schemas.Event{ID: schemas.EventID(i + 1), Kind: kind, Time: minute(int64(i * 37 % 100))}})
	}
	steps = append(steps, step{account: "acme"})
	put := func(steps []step) {
		t.Helper()
		emitted := wander(t, steps)
		list := make([]*schemas.Snapshot, len(emitted))
		for i := range emitted {
			list[i] = &emitted[i]
		}
		write(t, db, schemas.TopicStatus, false, statusRecords(t, 0, list...)...)
	}
	held := func() (uint64, uint64) {
		t.Helper()
		r, err := db.Report(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return r.Unmatched, r.Contested
	}
	put(steps)
	if n, m := held(); n != 100 || m != 0 {
		t.Errorf("%d events are unmatched, want 100; %d contested", n, m)
	}
	if n := numberOf(t, db, "SELECT count() FROM unmatched FINAL"); n != 32+10 {
		t.Errorf("%d rows, want 42", n)
	}
	put(append(steps, step{account: "other"}))
	if n, m := held(); n != 0 || m != 100 {
		t.Errorf("%d events are contested, want 100; %d are unmatched still", m, n)
	}
}
