package status

import (
	"slices"
	"testing"

	"mailfate/schemas"
)

// fuzzEvent is the number of bytes that one event is read from.
const fuzzEvent = 8

// readFuzz reads a list of events: every byte means something, so that whatever
// a fuzzer tries is a message, and small changes are small.
func readFuzz(b []byte) (events []schemas.Event) {
	pick := func(b byte, list ...string) string { return list[int(b)%len(list)] }
	received := 0
	for ; len(b) >= fuzzEvent && len(events) < 100; b = b[fuzzEvent:] {
		k := schemas.Kind(1 + int(b[0])%(int(schemas.KindCount)-1))
		if k == schemas.Received {
			received++
		}
		if k.Derived() || received > 6 && k == schemas.Received { // for each the twin looks all the way back twice
			continue
		}
		ev := schemas.Event{
			ID: schemas.EventID(b[1]), Kind: k, Time: 20*twinDay + int64(b[2]%32)*6*twinHour + int64(int8(b[3]))*twinSecond,
			Source: schemas.SourcePostfix, Stream: pick(b[4], "a", "b"),
			Sender: pick(b[4]/2, "", "", "s@example.com"), Reply: pick(b[5], "", "no", "yes"),
		}
		if rs := k.Reasons(); len(rs) > 0 && b[5] >= 64 {
			ev.Reason = rs[int(b[5])%len(rs)]
		}
		switch k.Stage() {
		case schemas.StageTransport:
			ev.QueueID, ev.NextQueueID = pick(b[6], "", "Q1", "Q2", "Q3"), pick(b[7], "", "", "Q1", "Q2", "theirs")
			ev.Enhanced = pick(b[7]/8, "", "5.1.1", "4.2.2")
		case schemas.StageEngagement:
			ev.UserAgent = pick(b[6], "", "Mozilla/5.0", "curl/8.14.1", "a", "b", "c", "d", "e", "f", "g")
			ev.IP = twinAddresses[int(b[7])%len(twinAddresses)]
			ev.Command = twinRequests[int(b[7]/8)%len(twinRequests)]
			ev.URL = twinLinks[int(b[5]/4)%len(twinLinks)]
		}
		events = append(events, ev)
	}
	return events
}

// FuzzEvents tells any list of events as it comes, in reverse and twice, in one
// batch and with a restart after every event, and compares with the naive twin.
func FuzzEvents(f *testing.F) {
	for k := schemas.KindNone + 1; k < schemas.KindCount; k++ {
		f.Add([]byte{byte(k - 1), 1, 0, 0, 0, 70, 1, 0, byte(schemas.Delivered - 1), 2, 1, 0, 0, 0, 1, 2})
	}
	many := []byte{}
	for i := range 60 {
		many = append(many, byte(schemas.Opened-1), byte(i), byte(i/4), byte(i), 0, 0, byte(i), 0)
	}
	f.Add(many)
	e := NewEvaluator(Timers{})
	enc, dec := schemas.NewEncoder(), schemas.NewDecoder()
	f.Fuzz(func(t *testing.T, b []byte) {
		events := readFuzz(b)
		if len(events) == 0 {
			return
		}
		clock := func(string) int64 { return 22 * twinDay }
		view := e.Evaluate(&Message{Key: fill(events), Clock: clock})
		want := View{Standing: view.Standing, Row: view.Row, History: slices.Clone(view.History)}
		in := twinInput{ownRecords: [][]schemas.Event{events}, sole: true, clock: clock, giveUp: 5 * twinDay, depleted: twinDay}
		if c := (twinCase{in: in, message: Message{Key: fill(events)}}); view.Standing != twinStanding(c) {
			t.Fatalf("stands as %d, want %d", view.Standing, twinStanding(c))
		}
		if view.Standing == schemas.Shown {
			if got := twin(in); !slices.Equal(got.history, want.History) || !got.row.Equal(&want.Row) {
				t.Fatalf("the twin tells %v, %+v; not %v, %+v", got.history, got.row, want.History, want.Row)
			}
		}
		slices.Reverse(events)
		s := &schemas.Snapshot{Identity: schemas.Identity{MessageID: "m", Recipient: "r"}}
		table := changesTable{}
		for _, ev := range append(events, events...) {
			grown := Add(s, &ev)
			view := e.Evaluate(&Message{Key: s, Clock: clock})
			if !Settle(s, &view, grown, 1) {
				continue
			}
			value, err := enc.Snapshot(s)
			if err != nil {
				t.Fatal(err)
			}
			s = &schemas.Snapshot{Identity: s.Identity}
			if err := dec.Snapshot(value, s); err != nil {
				t.Fatal(err)
			}
			table.apply(s)
		}
		if s.Standing != want.Standing || !s.Row.Equal(&want.Row) || !slices.Equal(s.History, want.History) || len(table) != len(want.History) {
			t.Fatalf("told one by one: %d, %v, %+v, %d changes told; not %d, %v, %+v", s.Standing, s.History, s.Row, len(table), want.Standing, want.History, want.Row)
		}
	})
}
