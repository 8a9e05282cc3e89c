package schemas

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

var (
	// Any bytes, few texts that repeat, and many that do not.
	drawText = rapid.OneOf(
		rapid.SampledFrom([]string{"", "a", "b", "\xff", "\x00", "mx1.example.com"}),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 40), func(b []byte) string { return string(b) }),
		rapid.Map(rapid.IntRange(0, 400), func(n int) string { return string(rune('!' + n)) }),
	)
	// Times that stand still, go on, go back and leap.
	drawTime = rapid.OneOf(
		rapid.SampledFrom([]int64{0, 0, 1, sampleTime, sampleTime, math.MinInt64, math.MaxInt64, -1}),
		rapid.Int64(),
	)
	drawID = rapid.Map(rapid.Uint64(), func(n uint64) EventID { return EventID(n) })
)

func drawKindOf(t *rapid.T) Kind { return Kind(rapid.IntRange(0, int(KindCount)-1).Draw(t, "kind")) }

func drawReasonOf(t *rapid.T) Reason {
	return Reason(rapid.IntRange(0, int(ReasonCount)-1).Draw(t, "reason"))
}

func text(t *rapid.T, label string) string { return drawText.Draw(t, label) }

// drawEvent draws an event as a snapshot holds it.
func drawEvent(t *rapid.T) Event {
	return Event{
		ID: drawID.Draw(t, "id"), Kind: drawKindOf(t), Reason: drawReasonOf(t), Time: drawTime.Draw(t, "time"),
		EmailID: text(t, "email id"), Sender: text(t, "sender"), Subject: text(t, "subject"), Campaign: text(t, "campaign"),
		Tags: rapid.SliceOfN(drawText, 0, 4).Draw(t, "tags"), Size: rapid.Int64().Draw(t, "size"),
		Code: rapid.Uint16().Draw(t, "code"), Enhanced: text(t, "enhanced"), Command: text(t, "command"), Reply: text(t, "reply"),
		Relay: text(t, "relay"), QueueID: text(t, "queue id"), NextQueueID: text(t, "next queue id"), URL: text(t, "url"),
		UserAgent: text(t, "user agent"), IP: text(t, "ip"), Source: SourceType(rapid.Uint8().Draw(t, "source")),
		Stream: text(t, "stream"), Host: text(t, "host"), Instance: text(t, "instance"),
	}
}

func TestEventRoundTrip(t *testing.T) {
	e, d := NewEncoder(), NewDecoder()
	rapid.Check(t, func(t *rapid.T) {
		want := drawEvent(t)
		want.Identity = Identity{Account: text(t, "account"), MessageID: text(t, "message id"), Recipient: text(t, "recipient")}
		want.File, want.Offset = text(t, "file"), rapid.Int64().Draw(t, "offset")
		value, err := e.Event(&want)
		if err != nil {
			t.Fatal(err)
		}
		got := Event{Subject: "of the event before", Tags: []string{"x"}}
		if _, isClock, err := d.Record(value, &got); err != nil || isClock {
			t.Fatal(isClock, err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func drawStatuses(t *rapid.T) (s Statuses) {
	for v := range s {
		s[v] = Status(rapid.IntRange(0, len(Vocabularies[v].Rows)-1).Draw(t, "status"))
	}
	return s
}

// drawHistory draws changes, some of events and some of events that differ a little.
func drawHistory(t *rapid.T, events []Event) []Change {
	var history []Change
	var now Statuses
	for range rapid.IntRange(0, 6).Draw(t, "changes") {
		c := Change{
			Cause: drawID.Draw(t, "cause"), Kind: drawKindOf(t), Reason: drawReasonOf(t), Time: drawTime.Draw(t, "time"),
			Derived: rapid.Bool().Draw(t, "derived"), Before: now, After: drawStatuses(t), Code: rapid.Uint16().Draw(t, "code"),
			Enhanced: text(t, "enhanced"), Reply: text(t, "reply"), URL: text(t, "url"),
		}
		if len(events) > 0 {
			ev := rapid.SampledFrom(events).Draw(t, "event")
			switch rapid.IntRange(0, 3).Draw(t, "likeness") {
			case 0:
				c.Cause, c.Kind, c.Time = ev.ID, ev.Kind, ev.Time
			case 1:
				c.Cause, c.Kind = ev.ID, ev.Kind // moved in time
			case 2:
				c.Cause, c.Time = ev.ID, ev.Time // read as another kind
			}
		}
		history = append(history, c)
		now = c.After
	}
	return history
}

func drawRow(t *rapid.T) Row {
	r := Row{
		EmailID: text(t, "email id"), Sender: text(t, "sender"), Subject: text(t, "subject"), Campaign: text(t, "campaign"),
		Tags: rapid.SliceOfN(drawText, 0, 3).Draw(t, "tags"), Size: rapid.Int64().Draw(t, "size"), Statuses: drawStatuses(t),
		Reason: drawReasonOf(t), Code: rapid.Uint16().Draw(t, "code"), Enhanced: text(t, "enhanced"), Reply: text(t, "reply"),
		Relay: text(t, "relay"), URL: text(t, "url"), AtLeast: rapid.Bool().Draw(t, "at least"),
	}
	for _, at := range r.times() {
		*at = drawTime.Draw(t, "time")
	}
	for _, n := range r.counts() {
		*n = rapid.Uint32().Draw(t, "count")
	}
	return r
}

func drawSnapshot(t *rapid.T) Snapshot {
	events := rapid.SliceOfN(rapid.Custom(drawEvent), 0, 12).Draw(t, "events")
	s := Snapshot{
		Events: events, Accounts: rapid.SliceOfN(drawText, 0, 2).Draw(t, "accounts"), Recipients: rapid.SliceOfN(drawText, 0, 2).Draw(t, "recipients"),
		Standing: Standing(rapid.Uint8().Draw(t, "standing")), Was: Standing(rapid.Uint8().Draw(t, "was")),
		History: drawHistory(t, events), Revision: rapid.Uint64().Draw(t, "revision"), Intake: rapid.Int64().Draw(t, "intake"),
		Fresh: rapid.SliceOfN(drawID, 0, 3).Draw(t, "fresh"), Rules: rapid.Uint64().Draw(t, "rules"),
	}
	for range rapid.IntRange(0, 2).Draw(t, "counted") {
		c := Counted{Kind: drawKindOf(t), IDs: rapid.SliceOfN(drawID, 0, 5).Draw(t, "ids")}
		if rapid.Bool().Draw(t, "agents") {
			for range c.IDs {
				c.Agents = append(c.Agents, rapid.SampledFrom([]string{"", "Mozilla/5.0", "\xff"}).Draw(t, "agent"))
			}
		}
		s.Counted = append(s.Counted, c)
	}
	for range rapid.IntRange(0, 2).Draw(t, "timers") {
		s.Timers = append(s.Timers, Timer{Stream: text(t, "stream"), Due: drawTime.Draw(t, "due")})
	}
	for range rapid.IntRange(0, 2).Draw(t, "withdrawn") {
		s.Withdrawn = append(s.Withdrawn, Withdrawal{Cause: drawID.Draw(t, "cause"), Time: drawTime.Draw(t, "time")})
	}
	if rapid.Bool().Draw(t, "shown") {
		s.Standing, s.Row = Shown, drawRow(t)
	}
	return s
}

func TestSnapshotRoundTrip(t *testing.T) {
	e, d := NewEncoder(), NewDecoder()
	got := Snapshot{Identity: Identity{MessageID: "the key's"}} // used again, as the processor does
	rapid.Check(t, func(t *rapid.T) {
		want := drawSnapshot(t)
		if want.Standing == Shown && len(want.Row.Tags) == 0 {
			want.Row.Tags = nil
		}
		value, err := e.Snapshot(&want)
		if err != nil {
			t.Fatal(err)
		}
		value = bytes.Clone(value)
		if err := d.Snapshot(value, &got); err != nil {
			t.Fatal(err)
		}
		if got.MessageID != "the key's" {
			t.Fatal("the identity is the key's, not the value's")
		}
		want.Identity = got.Identity
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
		if !got.Row.Equal(&want.Row) {
			t.Fatal("rows that are the same are not equal")
		}
		again, err := e.Snapshot(&got)
		if err != nil || !bytes.Equal(value, again) {
			t.Fatal("encoded again it differs", err)
		}
	})
}

// Rows differ when one field does: what Equal overlooks is never told.
// Due finds what Snapshot finds, whatever it passes over.
func TestDue(t *testing.T) {
	e, d := NewEncoder(), NewDecoder()
	rapid.Check(t, func(t *rapid.T) {
		s := drawSnapshot(t)
		value, err := e.Snapshot(&s)
		if err != nil {
			t.Fatal(err)
		}
		var whole, due Snapshot
		if err := errors.Join(d.Snapshot(value, &whole), d.Due(value, &due)); err != nil {
			t.Fatal(err)
		}
		want := Snapshot{Timers: whole.Timers, Intake: whole.Intake}
		if diff := cmp.Diff(want, due, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}

// What is written by hand is what a library for it writes, and reads.
func TestNumbersAndStringsAreMessagePack(t *testing.T) {
	e, d := NewEncoder(), NewDecoder()
	rapid.Check(t, func(t *rapid.T) {
		shift := rapid.IntRange(0, 63).Draw(t, "shift")
		n, s := rapid.Int64().Draw(t, "number")>>shift, strings.Repeat("x", rapid.IntRange(0, 1<<17>>min(shift, 16)).Draw(t, "length"))
		p := pack(&testing.T{}, "\x01")
		p.enc.UseCompactInts(true)
		err := errors.Join(p.enc.EncodeInt(n), p.enc.EncodeUint(uint64(n)), p.enc.EncodeString(s), p.enc.EncodeBytes([]byte(s)), p.enc.EncodeArrayLen(len(s)))
		if err != nil {
			t.Fatal(err)
		}
		e.begin(0)
		e.int(n)
		e.uint(uint64(n))
		e.str(s)
		e.bytes([]byte(s))
		e.list(len(s))
		if got, _ := e.end(); !bytes.Equal(got, p.value()) {
			t.Fatalf("% x, want % x", got, p.value())
		}
		d.open(p.value(), 1)
		if i, u, text, raw := d.int(), d.uint(), d.str(), d.raw(); d.err != nil || i != n || u != uint64(n) || text != s || string(raw) != s {
			t.Fatal(d.err, i, u, text, raw)
		}
	})
}

func TestRowEqual(t *testing.T) {
	row := sampleRow()
	if same := sampleRow(); !row.Equal(&same) {
		t.Error("not equal to itself")
	}
	for name, change := range map[string]func(*Row){
		"email id": func(r *Row) { r.EmailID = "x" }, "sender": func(r *Row) { r.Sender = "x" },
		"subject": func(r *Row) { r.Subject = "x" }, "campaign": func(r *Row) { r.Campaign = "x" },
		"tags": func(r *Row) { r.Tags = []string{"a", "x"} }, "size": func(r *Row) { r.Size++ },
		"statuses": func(r *Row) { r.Statuses[0]++ }, "reason": func(r *Row) { r.Reason++ }, "code": func(r *Row) { r.Code++ },
		"enhanced": func(r *Row) { r.Enhanced = "x" }, "reply": func(r *Row) { r.Reply = "x" }, "relay": func(r *Row) { r.Relay = "x" },
		"url": func(r *Row) { r.URL = "x" }, "at least": func(r *Row) { r.AtLeast = false },
	} {
		if other := sampleRow(); !row.Equal(&other) {
			t.Fatal("sample is not the same twice")
		} else if change(&other); row.Equal(&other) {
			t.Errorf("%s makes no difference", name)
		}
	}
	for i := range row.times() {
		other := sampleRow()
		if *other.times()[i]++; row.Equal(&other) {
			t.Errorf("time %d makes no difference", i)
		}
	}
	for i := range row.counts() {
		other := sampleRow()
		if *other.counts()[i]++; row.Equal(&other) {
			t.Errorf("count %d makes no difference", i)
		}
	}
}

// More texts than can be referred to, each twice, in two orders.
func TestManyTexts(t *testing.T) {
	for _, n := range []int{maxTexts - 1, maxTexts, maxTexts + 1, 3 * maxTexts} {
		var want Snapshot
		for i := range 2 * n {
			word := string(rune('a' + i%n))
			want.Events = append(want.Events, Event{Reply: word, Host: string(rune('a' + n - 1 - i%n)), Tags: []string{word, ""}})
		}
		value, err := NewEncoder().Snapshot(&want)
		if err != nil {
			t.Fatal(err)
		}
		var got Snapshot
		if err := NewDecoder().Snapshot(value, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d texts: %s", n, diff)
		}
	}
}
