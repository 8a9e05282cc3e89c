package status

import (
	"cmp"
	"flag"
	"fmt"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"mailfate/schemas"
)

// shortTimers are configured, where the usual ones are not.
var shortTimers = Timers{GiveUp: 2 * twinDay, Depleted: 36 * twinHour}

// Kinds that the timeline has rules for come up more often than others.
var drawTwinKind = rapid.OneOf(
	rapid.SampledFrom([]schemas.Kind{schemas.Queued, schemas.Deferred, schemas.Delivered, schemas.Bounced, schemas.BouncedLater, schemas.Expired}),
	rapid.SampledFrom([]schemas.Kind{schemas.Blocked, schemas.Quarantined, schemas.Depleted, schemas.Released, schemas.Renewed, schemas.ModerationAccepted}),
	rapid.SampledFrom([]schemas.Kind{schemas.Refused, schemas.Suppressed, schemas.Cancelled, schemas.Received, schemas.Resend, schemas.Resend}),
	rapid.SampledFrom([]schemas.Kind{schemas.Opened, schemas.Clicked, schemas.Complained, schemas.SpamFoldered}),
	drawKind,
)

// Half days, so that the give-up and the discard fall due on the instant of
// events, and what a reader's delay brings together.
var drawTwinTime = rapid.Custom(func(t *rapid.T) int64 {
	return 20*twinDay + int64(rapid.IntRange(0, 14).Draw(t, "half days"))*12*twinHour +
		rapid.SampledFrom([]int64{0, 0, 0, 0, 1, -1, 5 * twinSecond, -5 * twinSecond, 999, 1000, 2500, 10_000, 11_000, 60_000, 61_000}).Draw(t, "and")
})

func drawTwinEvent(t *rapid.T) schemas.Event {
	k := drawTwinKind.Draw(t, "kind")
	ev := schemas.Event{
		ID: schemas.EventID(rapid.Uint16().Draw(t, "id")), Kind: k, Time: drawTwinTime.Draw(t, "time"), Stream: drawStream.Draw(t, "stream"),
		Reply: drawReply.Draw(t, "reply"), Sender: drawSender.Draw(t, "sender"), Source: drawSource.Draw(t, "source"),
	}
	ev.Confidence = drawConfidence.Draw(t, "confidence")
	if rs := k.Reasons(); len(rs) > 0 && rapid.Bool().Draw(t, "reasoned") {
		ev.Reason = rapid.SampledFrom(rs).Draw(t, "reason")
	}
	if twinEngagement(k) {
		ev.UserAgent = rapid.OneOf(drawAgent, rapid.SampledFrom(twinAgents)).Draw(t, "agent")
		ev.IP = rapid.SampledFrom(twinAddresses).Draw(t, "address")
		ev.Command = rapid.SampledFrom(twinRequests).Draw(t, "request")
		ev.URL = rapid.SampledFrom(twinLinks).Draw(t, "link")
	}
	if twinTransport(k) {
		ev.QueueID = drawQueue.Draw(t, "queue")
		ev.NextQueueID = rapid.SampledFrom([]string{"", "", "", "Q1", "Q2", "theirs"}).Draw(t, "next")
		ev.Enhanced = rapid.SampledFrom([]string{"", "5.1.1", "4.2.2"}).Draw(t, "enhanced")
		ev.Relay = rapid.SampledFrom([]string{"", "mx"}).Draw(t, "relay")
	}
	return ev
}

// drawTwinEvents draws events with ids of their own, and some that were read
// twice, by another stream or with another stamp.
func drawTwinEvents(t *rapid.T, most int) []schemas.Event {
	least := rapid.IntRange(0, most).Draw(t, "least") // or most messages would be short
	events := rapid.SliceOfNDistinct(rapid.Custom(drawTwinEvent), least, most, func(ev schemas.Event) schemas.EventID { return ev.ID }).Draw(t, "events")
	for range rapid.IntRange(0, 2).Draw(t, "copies") {
		if len(events) == 0 {
			break
		}
		ev := rapid.SampledFrom(events).Draw(t, "of")
		switch rapid.IntRange(0, 2).Draw(t, "how") {
		case 0:
			ev.Stream = drawStream.Draw(t, "other stream")
		case 1:
			ev.Time = drawTwinTime.Draw(t, "other time")
		}
		events = append(events, ev)
	}
	return events
}

// drawTwinBurst draws, for few messages, so many events of a kind that not all
// are kept.
func drawTwinBurst(t *rapid.T) (events []schemas.Event) {
	if rapid.IntRange(0, 19).Draw(t, "burst") > 0 {
		return nil
	}
	k := rapid.SampledFrom([]schemas.Kind{schemas.Opened, schemas.Clicked, schemas.Deferred}).Draw(t, "kind of burst")
	requests := rapid.SampledFrom([][]string{{"GET"}, twinRequests}).Draw(t, "requests of burst")
	address := rapid.SampledFrom(twinAddresses).Draw(t, "address of burst")
	for i := range rapid.IntRange(25, 120).Draw(t, "events of burst") {
		ev := drawTwinEvent(t)
		ev.ID, ev.Kind, ev.Reason = schemas.EventID(1<<20+i), k, schemas.ReasonNone
		ev.QueueID, ev.NextQueueID, ev.UserAgent, ev.IP, ev.Command, ev.URL = "", "", "", "", "", ""
		if k != schemas.Deferred {
			ev.UserAgent = rapid.SampledFrom([]string{"", "", "Mozilla/5.0", "a"}).Draw(t, "agent of burst")
			ev.Command = rapid.SampledFrom(requests).Draw(t, "request of burst")
			ev.IP, ev.URL = address, rapid.SampledFrom(twinLinks).Draw(t, "link of burst")
		}
		events = append(events, ev)
	}
	return events
}

// A twinCase is a message as the processor would hand it to the evaluator, and
// as the twin is given it.
type twinCase struct {
	message Message
	in      twinInput
	timers  Timers
}

func drawTwinCase(t *rapid.T) twinCase {
	all := append(drawTwinEvents(t, 12), drawTwinBurst(t)...)
	parts := [4][]schemas.Event{} // own, of no account; the message's own, of no account
	named := rapid.Bool().Draw(t, "named account")
	var in twinInput
	for _, ev := range all {
		at := rapid.SampledFrom([]int{0, 0, 0, 1, 2, 2, 3}).Draw(t, "where")
		if !named {
			at &^= 1
		}
		parts[at] = append(parts[at], ev)
	}
	in.ownRecords, in.wholeRecords = parts[:2], parts[2:]
	recipients := rapid.IntRange(1, 2).Draw(t, "recipients")
	in.sole = recipients == 1
	in.giveUp, in.depleted = 5*twinDay, twinDay
	clocks := map[string]int64{}
	for _, stream := range []string{"a", "b"} {
		clocks[stream] = rapid.OneOf(drawTwinTime, rapid.SampledFrom([]int64{-1 << 62, 1 << 60})).Draw(t, "clock of "+stream)
	}
	in.clock = func(stream string) int64 { return clocks[stream] }
	c := twinCase{in: in}
	if rapid.IntRange(0, 3).Draw(t, "timers") == 0 {
		c.timers = shortTimers
		c.in.giveUp, c.in.depleted = c.timers.GiveUp, c.timers.Depleted
	}
	c.message = twinMessage(parts, named, recipients)
	c.message.Clock = in.clock
	return c
}

func twinMessage(parts [4][]schemas.Event, named bool, recipients int) Message {
	m := Message{Key: fill(parts[0]), Whole: fill(parts[2])}
	m.Whole.Recipient = ""
	m.Header, m.Unnamed = m.Whole, m.Key
	if named {
		m.Key.Account, m.Whole.Account = "acme", "acme"
		m.Unnamed, m.Header = fill(parts[1]), fill(parts[3])
		m.Header.Recipient = ""
		AddAccount(m.Header, "acme")
	}
	for i, r := range []string{"r", "other"}[:recipients] {
		if to := m.Whole; i == 0 || !named {
			AddRecipient(to, r)
		} else {
			AddRecipient(m.Header, r)
		}
	}
	return m
}

func TestTimelineEqualsTwin(t *testing.T) {
	checks := flag.Lookup("rapid.checks")
	usual := checks.Value.String()
	if err := checks.Value.Set(fmt.Sprint(twinCases)); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = checks.Value.Set(usual) }() // it was valid before
	evaluators := map[Timers]*Evaluator{{}: NewEvaluator(Timers{}), shortTimers: NewEvaluator(shortTimers)}
	cases, shown, steps := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		c := drawTwinCase(t)
		view := evaluators[c.timers].Evaluate(&c.message)
		cases++
		if view.Standing != twinStanding(c) {
			t.Fatalf("stands as %d, want %d", view.Standing, twinStanding(c))
		}
		if view.Standing != schemas.Shown {
			return
		}
		shown++
		steps += len(view.History)
		compareWithTwin(t, view, twin(c.in))
	})
	t.Logf("%d messages, %d of them shown, %d changes", cases, shown, steps)
}

// twinStanding tells whether anything proves that the recipient was addressed.
func twinStanding(c twinCase) schemas.Standing {
	for _, ev := range slices.Concat(c.in.ownRecords...) {
		if ev.Source != schemas.SourceARF && !twinEngagement(ev.Kind) && !twinFeedback(ev.Kind) {
			return schemas.Shown
		}
	}
	if len(c.message.Key.Events) == 0 {
		return schemas.Joined
	}
	return schemas.Unmatched
}

// A told point is what of a point the timeline and its twin have to agree on.
type toldPoint struct {
	ID                  schemas.EventID
	Kind                schemas.Kind
	Reason              schemas.Reason
	Time                int64
	Derived, Suspicious bool
	Attempt             int
	Rule                string
}

func compareWithTwin(t *rapid.T, view View, want twinResult) {
	differ := func(what string, got, want any) {
		t.Helper()
		t.Fatalf("%s (-twin +timeline):\n%s", what, gocmp.Diff(want, got, cmpopts.EquateEmpty()))
	}
	var points, twins []toldPoint
	for _, p := range view.Points {
		rule := ""
		if p.Fetcher.Machine() {
			rule = p.Fetcher.Rule()
		}
		points = append(points, toldPoint{p.ID, p.Kind, p.Reason, p.Time, p.Derived, p.Suspicious, p.Attempt, rule})
	}
	for _, p := range want.points {
		twins = append(twins, toldPoint{p.id, p.kind, p.reason, p.time, p.derived, p.suspicious, p.attempt, p.rule})
	}
	timers, twinTimers := timersInOrder(view.Timers), timersInOrder(want.timers)
	switch {
	case !slices.Equal(points, twins):
		differ("points", points, twins)
	case !slices.Equal(timers, twinTimers):
		differ("timers", timers, twinTimers)
	case !slices.Equal(view.History, want.history):
		differ("history", view.History, want.history)
	case !view.Row.Equal(&want.row):
		differ("row", view.Row, want.row)
	}
}

func timersInOrder(timers []schemas.Timer) []schemas.Timer {
	return slices.SortedFunc(slices.Values(timers), func(a, b schemas.Timer) int {
		return cmp.Or(cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.Due, b.Due))
	})
}
