package status

import (
	"slices"

	"mailfate/schemas"
)

// The naive twin: what the vocabularies say the timeline decides, each rule as
// plain loops over everything, with no thought for speed. It shares no code with
// the timeline, and knows nothing of sets: it is given lists of events, caps them
// and tells the story from scratch.

const (
	twinSecond = 1000
	twinHour   = 3600 * twinSecond
	twinDay    = 24 * twinHour
)

type twinPoint struct {
	ev         *schemas.Event
	streams    []string
	id         schemas.EventID
	kind       schemas.Kind
	reason     schemas.Reason
	time       int64
	at         int64
	derived    bool
	suspicious bool
	doubtful   bool
	attempt    int
	rule       string // that made a machine of whoever fetched
}

type twinInput struct {
	own, whole   []schemas.Event // what is left of the records when they are capped
	ownRecords   [][]schemas.Event
	wholeRecords [][]schemas.Event
	sole         bool
	clock        func(string) int64
	giveUp       int64
	depleted     int64
}

type twinResult struct {
	points  []twinPoint
	timers  []schemas.Timer
	history []schemas.Change
	row     schemas.Row
}

func twin(in twinInput) twinResult {
	in.own, in.whole = nil, nil
	for _, record := range in.ownRecords {
		in.own = append(in.own, twinCap(record, 16)...)
	}
	for _, record := range in.wholeRecords {
		in.whole = append(in.whole, twinCap(record, 128)...)
	}
	points := twinPoints(in)
	for i := range points {
		points[i].doubtful = twinDoubtful(in, points[i].ev.Confidence)
	}
	twinHops(in, points)
	points = twinMachines(points)
	points, doubts := twinCertain(twinOrder(points))
	twinAttempts(points)
	points = twinOrder(twinReturns(points))
	twinSuspicious(points)
	r := twinResult{}
	due, timers := twinInferred(in, points)
	before := twinProofs(points)
	r.timers = timers
	for _, p := range twinOrder(append(slices.Clone(points), due...)) {
		for _, b := range before {
			if b.id == p.id && !p.derived { // b stands right before p
				d := b.point
				r.points = append(r.points, d)
			}
		}
		r.points = append(r.points, p)
	}
	r.history = twinFold(r.points)
	r.points = twinDoubts(r.points, doubts)
	r.row = twinRow(r.points, r.history)
	twinCounts(&r.row, in, r.points)
	return r
}

// twinPlace is where an event stands among those of its kind. Readings that
// differ in nothing of it stay together.
type twinPlace struct {
	time  int64
	id    schemas.EventID
	agent string
}

func twinPlaceOf(ev schemas.Event) twinPlace { return twinPlace{ev.Time, ev.ID, ev.UserAgent} }

func (p twinPlace) before(o twinPlace) bool {
	return p.time < o.time || p.time == o.time && (p.id < o.id || p.id == o.id && p.agent < o.agent)
}

// twinCap keeps of each kind the events at both ends of time: 16, or as many as
// are said for the kinds of which a message's own record has more; and the first
// and the last of each of the sixteen smallest agents.
func twinCap(events []schemas.Event, queues int) (kept []schemas.Event) {
	if len(events) <= 2*16 {
		return events
	}
	places := map[schemas.Kind][]twinPlace{}
	for _, ev := range events {
		if !slices.Contains(places[ev.Kind], twinPlaceOf(ev)) {
			places[ev.Kind] = append(places[ev.Kind], twinPlaceOf(ev))
		}
	}
	for _, ev := range events {
		ends := 16
		if twinIs(ev.Kind, schemas.Queued, schemas.Expired) {
			ends = queues
		}
		before, behind, sameBefore, sameBehind := 0, 0, 0, 0
		var smaller []string
		for _, p := range places[ev.Kind] {
			switch {
			case p.before(twinPlaceOf(ev)):
				before++
				if p.agent == ev.UserAgent {
					sameBefore++
				}
			case p != twinPlaceOf(ev):
				behind++
				if p.agent == ev.UserAgent {
					sameBehind++
				}
			}
			if p.agent < ev.UserAgent && !slices.Contains(smaller, p.agent) {
				smaller = append(smaller, p.agent)
			}
		}
		edge := len(smaller) < 16 && (sameBefore == 0 || sameBehind == 0)
		if before < ends || behind < ends || edge {
			kept = append(kept, ev)
		}
	}
	return kept
}

func twinIs(k schemas.Kind, kinds ...schemas.Kind) bool { return slices.Contains(kinds, k) }

func twinTransport(k schemas.Kind) bool {
	return twinIs(k, schemas.Queued, schemas.Relayed, schemas.Deferred, schemas.Delivered, schemas.Bounced, schemas.BouncedLater, schemas.Expired)
}

func twinEngagement(k schemas.Kind) bool {
	return twinIs(k, schemas.Opened, schemas.Read, schemas.Clicked, schemas.Unsubscribed,
		schemas.MachineOpened, schemas.MachineRead, schemas.MachineClicked, schemas.MachineUnsubscribed)
}

func twinFeedback(k schemas.Kind) bool {
	return twinIs(k, schemas.Complained, schemas.SpamFoldered, schemas.NotSpam, schemas.OtherReport)
}

func twinEnd(k schemas.Kind) bool {
	return twinIs(k, schemas.Refused, schemas.Suppressed, schemas.Filtered, schemas.Cancelled, schemas.Invalid, schemas.Lost, schemas.InternalError)
}

func twinHold(k schemas.Kind) bool {
	return twinIs(k, schemas.Blocked, schemas.Quarantined, schemas.Depleted)
}

func twinHoldEnds(k schemas.Kind) bool {
	return twinIs(k, schemas.Released, schemas.Renewed, schemas.ModerationAccepted)
}

// twinQueues lists the queue ids of our own MTAs, and those that the recipient
// is known to have been under.
func twinQueues(in twinInput) (ours, recipients []string) {
	for _, ev := range in.own {
		if twinTransport(ev.Kind) {
			ours = append(ours, ev.QueueID)
			recipients = append(recipients, ev.QueueID, ev.NextQueueID)
		}
	}
	for _, ev := range in.whole {
		if twinTransport(ev.Kind) {
			ours = append(ours, ev.QueueID)
		}
	}
	tidy := func(list []string) []string {
		slices.Sort(list)
		return slices.DeleteFunc(slices.Compact(list), func(s string) bool { return s == "" })
	}
	return tidy(ours), tidy(recipients)
}

// twinGone tells whether an event ends what a queue holds when it had brought the
// recipient to its outcome, and so held it no longer.
func twinGone(in twinInput, ev schemas.Event) bool {
	if ev.QueueID == "" || ev.Kind != schemas.Expired && !twinEnd(ev.Kind) {
		return false
	}
	return slices.ContainsFunc(in.own, func(o schemas.Event) bool {
		again := func(d schemas.Event) bool {
			return d.QueueID == ev.QueueID && d.Kind == schemas.Deferred && d.Time >= o.Time
		}
		return o.QueueID == ev.QueueID && twinIs(o.Kind, schemas.Delivered, schemas.Bounced) && !slices.ContainsFunc(in.own, again)
	})
}

// twinMeant tells which of the message's own events concern this recipient.
func twinMeant(in twinInput) []schemas.Event {
	ours, recipients := twinQueues(in)
	var out []schemas.Event
	for _, ev := range in.whole {
		switch {
		case ev.Source == schemas.SourceARF || twinEngagement(ev.Kind) || twinFeedback(ev.Kind):
			if in.sole {
				out = append(out, ev)
			}
		case twinGone(in, ev):
		case ev.QueueID == "" || slices.Contains(recipients, ev.QueueID):
			out = append(out, ev)
		case len(recipients) == 0 && (ev.Kind == schemas.Queued || len(ours) == 1):
			out = append(out, ev)
		}
	}
	return out
}

// twinPoints takes every event once: of two with the same id, the smaller.
func twinPoints(in twinInput) []twinPoint {
	chosen := map[schemas.EventID]schemas.Event{}
	streams := map[schemas.EventID][]string{} // that any reading is from
	for _, ev := range append(slices.Clone(in.own), twinMeant(in)...) {
		if !slices.Contains(streams[ev.ID], ev.Stream) {
			streams[ev.ID] = append(streams[ev.ID], ev.Stream)
		}
		if other, ok := chosen[ev.ID]; !ok || compareContent(&ev, &other) < 0 {
			chosen[ev.ID] = ev
		}
	}
	var points []twinPoint
	for id, ev := range chosen {
		p := twinPoint{ev: &ev, streams: streams[id], id: id, kind: ev.Kind, reason: ev.Reason, time: ev.Time, at: ev.Time}
		if twinEngagement(ev.Kind) || twinFeedback(ev.Kind) {
			p.at += 5 * twinSecond
		}
		if ev.Reason == schemas.ReasonNone && twinIs(ev.Kind, schemas.Deferred, schemas.Bounced, schemas.BouncedLater) {
			p.reason = map[string]schemas.Reason{"": schemas.Unclassified, "5.1.1": schemas.UserUnknown, "4.2.2": schemas.MailboxFull}[ev.Enhanced]
		}
		points = append(points, p)
	}
	return points
}

func twinHops(in twinInput, points []twinPoint) {
	ours, _ := twinQueues(in)
	for i, p := range points {
		if p.kind == schemas.Delivered && p.ev.NextQueueID != p.ev.QueueID && slices.Contains(ours, p.ev.NextQueueID) {
			points[i].kind = schemas.Relayed
		}
	}
}

// twinOrder picks the least of what is left, again and again.
func twinOrder(points []twinPoint) []twinPoint {
	left := slices.Clone(points)
	var out []twinPoint
	for len(left) > 0 {
		least := 0
		for i := range left {
			if twinLess(left[i], left[least]) {
				least = i
			}
		}
		out = append(out, left[least])
		left = slices.Delete(left, least, least+1)
	}
	return out
}

func twinLess(a, b twinPoint) bool {
	switch {
	case a.at != b.at:
		return a.at < b.at
	case a.kind != b.kind:
		return a.kind < b.kind
	}
	return a.id < b.id
}

// twinDoubtful tells what may be about another message, or was said by another recipient.
func twinDoubtful(in twinInput, c schemas.Confidence) bool {
	return c == schemas.ConfidenceNone || c == schemas.ConfidenceLikely || c == schemas.ConfidenceStrong && !in.sole
}

// twinCertain keeps apart what is surely about the message and what may be about another.
func twinCertain(points []twinPoint) (certain, doubts []twinPoint) {
	for _, p := range points {
		if p.doubtful {
			p.suspicious = true
			doubts = append(doubts, p)
		} else {
			certain = append(certain, p)
		}
	}
	return certain, doubts
}

// twinDoubts puts each doubt behind the last point that is not behind it in order,
// and gives it that one's attempt.
func twinDoubts(points, doubts []twinPoint) []twinPoint {
	for _, d := range doubts {
		at := 0
		for i, p := range points {
			before := twinLess(p, d)
			for _, q := range points[i:] { // what a point proves to be over stands right before those of its kind
				if p.derived && twinIs(p.kind, schemas.Released, schemas.Renewed, schemas.Resend) && q.id == p.ev.ID {
					before = q.at < d.at || q.at == d.at && q.kind <= d.kind
				}
			}
			if before {
				at, d.attempt = i+1, p.attempt
			}
		}
		points = slices.Insert(points, at, d)
	}
	return points
}

func twinAttempts(points []twinPoint) {
	n := 0
	for i := range points {
		if points[i].kind == schemas.Resend {
			n++
		}
		points[i].attempt = n
	}
}

// twinAny reports whether the attempt of p has a point like that.
func twinAny(points []twinPoint, attempt int, like func(twinPoint) bool) bool {
	for _, p := range points {
		if p.attempt == attempt && like(p) {
			return true
		}
	}
	return false
}

func twinHas(points []twinPoint, attempt int, kinds ...schemas.Kind) bool {
	return twinAny(points, attempt, func(p twinPoint) bool { return twinIs(p.kind, kinds...) })
}

func twinReturns(points []twinPoint) []twinPoint {
	out := slices.Clone(points)
	for i, p := range points {
		if !twinIs(p.kind, schemas.Bounced, schemas.BouncedLater) || !twinHas(points, p.attempt, schemas.Delivered) {
			continue
		}
		out[i].kind = schemas.BouncedLater
		for j := len(points) - 1; j >= 0; j-- { // the first delivery is found last
			if d := points[j]; d.attempt == p.attempt && d.kind == schemas.Delivered && d.at > p.at {
				out[i].at, out[i].time = d.at, d.at
			}
		}
		for _, d := range points {
			if d.attempt == p.attempt && d.kind == schemas.Delivered && d.at <= p.at {
				out[i].at, out[i].time = p.at, p.time // one delivery was before it
			}
		}
	}
	return out
}

func twinSuspicious(points []twinPoint) {
	for i, p := range points {
		reader := twinEngagement(p.kind) || p.kind == schemas.Complained
		undone := twinAny(points, p.attempt, func(p twinPoint) bool { return p.kind == schemas.Bounced || twinEnd(p.kind) })
		points[i].suspicious = reader && undone && !twinHas(points, p.attempt, schemas.Delivered)
	}
}

// twinProof is a derived point that stands right before the one with that id.
type twinProof struct {
	id    schemas.EventID
	point twinPoint
}

// twinProofs looks back from every point for what it proves to be over.
func twinProofs(points []twinPoint) []twinProof {
	var out []twinProof
	derive := func(p twinPoint, k schemas.Kind, r schemas.Reason) {
		out = append(out, twinProof{p.id, twinPoint{
			ev: p.ev, id: p.id.Derive(k), kind: k, reason: r, time: p.time, at: p.at, derived: true, attempt: p.attempt,
		}})
	}
	for i, p := range points {
		if twinTransport(p.kind) {
			switch twinHoldBefore(points[:i]) {
			case schemas.Depleted:
				derive(p, schemas.Renewed, schemas.ReasonNone)
			case schemas.Blocked, schemas.Quarantined:
				derive(p, schemas.Released, schemas.Requeue)
			}
		}
		end := twinEndBefore(points[:i])
		if p.kind == schemas.Delivered && !twinMoot(points, p) && end != schemas.KindNone || p.kind == schemas.Received && end == schemas.Refused {
			derive(p, schemas.Resend, schemas.ReasonNone)
		}
	}
	return out
}

// twinHoldBefore looks back for the hold that stands: the latest, unless
// something ended it, or proved already that it had ended.
func twinHoldBefore(points []twinPoint) schemas.Kind {
	for i := len(points) - 1; i >= 0; i-- {
		k := points[i].kind
		switch {
		case twinHold(k):
			return k
		case twinHoldEnds(k), twinTransport(k), k == schemas.Resend:
			return schemas.KindNone
		}
	}
	return schemas.KindNone
}

// twinEndBefore looks back for an end that stands; Refused if one of those is a
// refusal.
func twinEndBefore(points []twinPoint) schemas.Kind {
	end := schemas.KindNone
	for i := len(points) - 1; i >= 0; i-- {
		k := points[i].kind
		switch {
		case k == schemas.Refused:
			end = schemas.Refused
		case twinEnd(k) && end == schemas.KindNone:
			end = k
		case k == schemas.Resend, k == schemas.Delivered && !twinMoot(points, points[i]):
			return end // a resend, or a delivery that would have proved one
		case k == schemas.Received && twinRefusedBefore(points[:i]):
			return end
		}
	}
	return end
}

// twinRefusedBefore reports whether a received there would prove a resend.
func twinRefusedBefore(points []twinPoint) bool { return twinEndBefore(points) == schemas.Refused }

// twinInferred looks for what time alone brings about, or will.
func twinInferred(in twinInput, points []twinPoint) (due []twinPoint, timers []schemas.Timer) {
	infer := func(p twinPoint, k schemas.Kind, at int64) {
		if !slices.ContainsFunc(p.streams, func(stream string) bool { return in.clock(stream) >= at }) {
			for _, stream := range p.streams {
				timers = append(timers, schemas.Timer{Stream: stream, Due: at})
			}
			return
		}
		due = append(due, twinPoint{ev: p.ev, id: p.ev.ID.Derive(k), kind: k, time: at, at: at, derived: true, attempt: p.attempt})
	}
	for i, p := range points {
		if p.kind == schemas.Deferred && !twinHas(points[:i], p.attempt, schemas.Deferred) && !twinHeardOf(points, p, p.time+in.giveUp) {
			infer(p, schemas.Expired, p.time+in.giveUp)
		}
	}
	for i, p := range points {
		if p.kind == schemas.Depleted && !twinOver(points, i, p.time+in.depleted) {
			infer(p, schemas.Discarded, p.time+in.depleted)
		}
	}
	return due, timers
}

// twinHeardOf reports whether the attempt of p ended, or was seen to go on.
func twinHeardOf(points []twinPoint, p twinPoint, due int64) bool {
	for _, q := range points {
		if q.kind == schemas.Resend && q.attempt == p.attempt+1 && q.at <= due {
			return true
		}
		if q.attempt != p.attempt {
			continue
		}
		if twinIs(q.kind, schemas.Delivered, schemas.Bounced, schemas.BouncedLater, schemas.Expired) || twinEnd(q.kind) || twinHold(q.kind) {
			return true
		}
		if twinTransport(q.kind) && q.at > due {
			return true
		}
	}
	return false
}

// twinOver reports whether the hold that begins at points[i] was over when due.
func twinOver(points []twinPoint, i int, due int64) bool {
	for _, q := range points[i+1:] {
		if twinTransport(q.kind) && q.attempt == points[i].attempt {
			return true // it went on, whenever that was
		}
		if q.at <= due && (twinHold(q.kind) || twinHoldEnds(q.kind) || twinEnd(q.kind) || q.kind == schemas.Resend) {
			return true
		}
	}
	return false
}

// twinMoot reports whether p is a delivery behind a return of the same attempt.
func twinMoot(points []twinPoint, p twinPoint) bool {
	return p.kind == schemas.Delivered && twinAny(points, p.attempt, func(r twinPoint) bool {
		return r.kind == schemas.BouncedLater && twinLess(r, p)
	})
}

// twinFold asks the tables, which have tests of their own.
func twinFold(points []twinPoint) (history []schemas.Change) {
	var now schemas.Statuses
	for _, p := range points {
		if p.suspicious || twinMoot(points, p) {
			continue
		}
		before := now
		for v := range now {
			now[v] = schemas.Vocabularies[v].Next(now[v], p.kind, p.reason)
		}
		if before == now {
			continue
		}
		c := schemas.Change{Cause: p.id, Kind: p.kind, Reason: p.reason, Time: p.time, Derived: p.derived, Before: before, After: now}
		if !p.derived {
			c.Code, c.Enhanced, c.Reply, c.URL = p.ev.Code, p.ev.Enhanced, p.ev.Reply, p.ev.URL
		}
		history = append(history, c)
	}
	return history
}
