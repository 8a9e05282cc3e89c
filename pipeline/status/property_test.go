package status

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"mailfate/schemas"
)

// Small alphabets, so that events collide in every way there is.
var (
	drawKind   = rapid.Map(rapid.IntRange(1, int(schemas.KindCount)-1), func(n int) schemas.Kind { return schemas.Kind(n) }).Filter(func(k schemas.Kind) bool { return !k.Derived() })
	drawQueue  = rapid.SampledFrom([]string{"", "Q1", "Q2", "Q3"})
	drawStream = rapid.SampledFrom([]string{"a", "b"})
	drawSender = rapid.SampledFrom([]string{"", "", "s@example.com"})
	drawAgent  = rapid.SampledFrom([]string{"", "Mozilla/5.0", "Mozilla/5.0 (X11)", "curl/8.14.1", "a", "b", "c", "d", "e", "f"})
	drawSource = rapid.SampledFrom([]schemas.SourceType{schemas.SourcePostfix, schemas.SourcePostfix, schemas.SourcePostfix, schemas.SourceARF})
	drawReply  = rapid.SampledFrom([]string{"", "no", "yes"})
)

var drawConfidence = rapid.SampledFrom([]schemas.Confidence{
	schemas.ConfidenceStated, schemas.ConfidenceStated, schemas.ConfidenceStated, schemas.ConfidenceStated, schemas.ConfidenceStated,
	schemas.ConfidenceNone, schemas.ConfidenceLikely, schemas.ConfidenceStrong, schemas.ConfidenceExact,
})

func drawEvent(t *rapid.T) schemas.Event {
	k := drawKind.Draw(t, "kind")
	ev := schemas.Event{
		ID:     schemas.EventID(rapid.IntRange(1, 60).Draw(t, "id")),
		Kind:   k,
		Time:   int64(rapid.IntRange(0, 12).Draw(t, "time")) * 43_200_000,
		Stream: drawStream.Draw(t, "stream"),
		Reply:  drawReply.Draw(t, "reply"),
		Sender: drawSender.Draw(t, "sender"),
		Source: drawSource.Draw(t, "source"),
	}
	ev.Confidence = drawConfidence.Draw(t, "confidence")
	if rs := k.Reasons(); len(rs) > 0 && rapid.Bool().Draw(t, "reasoned") {
		ev.Reason = rapid.SampledFrom(rs).Draw(t, "reason")
	}
	if k.Stage() == schemas.StageEngagement {
		ev.UserAgent = drawAgent.Draw(t, "agent")
	}
	if k.Stage() == schemas.StageTransport {
		ev.QueueID = drawQueue.Draw(t, "queue")
		ev.NextQueueID = drawQueue.Draw(t, "next")
		ev.Enhanced = rapid.SampledFrom([]string{"", "5.1.1", "4.2.2"}).Draw(t, "enhanced")
	}
	return ev
}

func fill(events []schemas.Event) *schemas.Snapshot {
	s := &schemas.Snapshot{Identity: schemas.Identity{MessageID: "m", Recipient: "r"}}
	for i := range events {
		Add(s, &events[i])
	}
	return s
}

func known(s *schemas.Snapshot) schemas.Snapshot {
	return schemas.Snapshot{Events: s.Events, Counted: s.Counted, Accounts: s.Accounts, Recipients: s.Recipients}
}

func mustEqual(t *rapid.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("%s (-want +got):\n%s", what, d)
	}
}

func TestSetIsASemilattice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Few kinds, so that the caps are reached.
		k := drawKind.Draw(t, "the kind")
		events := rapid.SliceOfN(rapid.Custom(drawEvent), 0, 120).Draw(t, "events")
		for i := range events {
			if i%4 != 0 {
				events[i].Kind = k
				events[i].Reason = schemas.ReasonNone
			}
		}
		want := known(fill(events))
		shuffled := rapid.Permutation(events).Draw(t, "order")
		mustEqual(t, "shuffled", known(fill(shuffled)), want)

		full := fill(events)
		for i := range shuffled {
			if Add(full, &shuffled[i]) {
				t.Fatal("adding again says that it changed something")
			}
		}
		mustEqual(t, "twice", known(full), want)
	})
}

func TestViewDoesNotDependOnOrder(t *testing.T) {
	clock := func(stream string) int64 {
		if stream == "a" {
			return 4 * 43_200_000
		}
		return 1 << 50
	}
	e := NewEvaluator(Timers{})
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.SliceOfN(rapid.Custom(drawEvent), 1, 14).Draw(t, "events")
		view := e.Evaluate(&Message{Key: fill(events), Clock: clock})
		row, history, timers := view.Row, slices.Clone(view.History), slices.Clone(view.Timers)

		view = e.Evaluate(&Message{Key: fill(rapid.Permutation(events).Draw(t, "order")), Clock: clock})
		mustEqual(t, "row", view.Row, row)
		mustEqual(t, "history", slices.Clone(view.History), history)
		mustEqual(t, "timers", slices.Clone(view.Timers), timers)
		checkHistory(t, history)
	})
}

// checkHistory checks that each step is one that its vocabulary's table allows.
func checkHistory(t *rapid.T, history []schemas.Change) {
	var now schemas.Statuses
	for _, c := range history {
		if c.Before != now {
			t.Fatalf("%v does not follow %v", c, now)
		}
		for v, voc := range schemas.Vocabularies {
			if to := voc.Next(c.Before[v], c.Kind, c.Reason); to != c.After[v] {
				t.Fatalf("%s: %s{%s} leads to %s, not %s", voc.Name, c.Kind, c.Reason, voc.Row(to).ID, voc.Row(c.After[v]).ID)
			}
			if voc.Row(c.Before[v]).Final && c.Before[v] != c.After[v] && c.Kind != schemas.Resend {
				t.Fatalf("%s: %s left the final status %s", voc.Name, c.Kind, voc.Row(c.Before[v]).ID)
			}
		}
		now = c.After
	}
}

// toldChange is a row of the table of changes, which names the sender too.
type toldChange struct {
	Change schemas.Change
	Sender string
}

// changesTable is a table of changes that applies what snapshots tell.
type changesTable map[schemas.Withdrawal]toldChange

func (table changesTable) apply(told *schemas.Snapshot) {
	for _, c := range told.History {
		if slices.Contains(told.Fresh, c.Cause) {
			table[schemas.Withdrawal{Cause: c.Cause, Time: c.Time}] = toldChange{c, told.Row.Sender}
		}
	}
	for _, w := range told.Withdrawn {
		delete(table, w)
	}
}

// Applying what is told to an empty table ends up with the history, and with the
// row that all events in one batch would give, however they come: in any order,
// several times, in batches, with restarts between.
func TestTellingIsExact(t *testing.T) {
	e := NewEvaluator(Timers{})
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.SliceOfN(rapid.Custom(drawEvent), 1, 20).Draw(t, "events")
		all := append(slices.Clone(events), rapid.SliceOfN(rapid.SampledFrom(events), 0, 5).Draw(t, "again")...)
		s := &schemas.Snapshot{Identity: schemas.Identity{MessageID: "m", Recipient: "r"}}
		table := changesTable{}
		enc, dec := schemas.NewEncoder(), schemas.NewDecoder()
		end := int64(len(all)) * 86_400_000
		for i, ev := range rapid.Permutation(all).Draw(t, "order") {
			grown := Add(s, &ev)
			if i < len(all)-1 && rapid.Bool().Draw(t, "batched") {
				continue
			}
			now := min(end, int64(i+1)*86_400_000)
			view := e.Evaluate(&Message{Key: s, Clock: func(string) int64 { return now }})
			revision := s.Revision
			if !Settle(s, &view, grown, 5) {
				continue
			}
			if s.Revision <= revision {
				t.Fatalf("revision %d after %d", s.Revision, revision)
			}
			told := roundTrip(t, enc, dec, s)
			table.apply(told)
			if rapid.Bool().Draw(t, "restarted") {
				s = told
			}
		}
		checkTold(t, table, s, e.Evaluate(&Message{Key: fill(events), Clock: func(string) int64 { return end }}))
	})
}

func checkTold(t *rapid.T, table changesTable, s *schemas.Snapshot, want View) {
	t.Helper()
	mustEqual(t, "history", slices.Clone(s.History), slices.Clone(want.History))
	if !s.Row.Equal(&want.Row) {
		mustEqual(t, "row", s.Row, want.Row)
	}
	if len(table) != len(s.History) {
		t.Fatalf("table has %d changes, history %d", len(table), len(s.History))
	}
	for _, c := range s.History {
		mustEqual(t, "change", table[schemas.Withdrawal{Cause: c.Cause, Time: c.Time}], toldChange{c, s.Row.Sender})
	}
}

// roundTrip encodes and decodes a snapshot and checks that nothing is lost.
func roundTrip(t *rapid.T, enc *schemas.Encoder, dec *schemas.Decoder, s *schemas.Snapshot) *schemas.Snapshot {
	b, err := enc.Snapshot(s)
	if err != nil {
		t.Fatal(err)
	}
	b = bytes.Clone(b)
	got := &schemas.Snapshot{Identity: s.Identity}
	if err := dec.Snapshot(b, got); err != nil {
		t.Fatal(err)
	}
	again, err := enc.Snapshot(got)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b, again) {
		t.Fatal("a decoded snapshot encodes differently")
	}
	mustEqual(t, "events", got.Events, s.Events)
	mustEqual(t, "row", got.Row.Equal(&s.Row) || s.Standing != schemas.Shown, true)
	if !slices.Equal(got.History, s.History) {
		t.Fatalf("history: got %v, want %v", got.History, s.History)
	}
	return got
}
