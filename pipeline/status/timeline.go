package status

import (
	"cmp"
	"slices"
	"strings"

	"mailfate/pipeline/classify"
	"mailfate/schemas"
)

const (
	// readerDelay is how much later than stamped engagement and feedback count:
	// clocks of hosts differ, and nobody opens a mail before it was delivered.
	readerDelay = 5_000

	defaultGiveUp   = 5 * 24 * 60 * 60 * 1000
	defaultDepleted = 24 * 60 * 60 * 1000
)

// Timers say after how long time itself decides what became of a message, ms.
// They are rules like any other: all processors must have the same.
type Timers struct {
	GiveUp   int64 // after an attempt's first deferral, when nothing was heard since; 0: 5 days
	Depleted int64 // after credit ran out; 0: 24 hours
}

// A Point is one moment of a timeline: an event, or what the timeline derives.
type Point struct {
	Event      *schemas.Event // what was observed; of a derived point, what it follows from
	ID         schemas.EventID
	Kind       schemas.Kind
	Reason     schemas.Reason
	Time       int64
	Derived    bool
	Suspicious bool   // a reader's doing with what was never delivered, or doubtful: it changes nothing
	Doubtful   bool   // not surely about this message and this recipient
	Moot       bool   // a delivery behind a return in the same attempt, which has decided: it changes nothing
	Streams    string // that the event was read in, see mergeReading
	Attempt    int    // 0 for the first, one more with each observed resend

	Fetcher classify.Fetcher // whose doing it is, of engagement

	at   int64 // where it stands in the order: first by this,
	rank int   // then by this, which is twice the kind, less one for what is derived from that kind,
	// then by Kind, where several are derived from one, then by ID.
}

// Sources are the records that a timeline is made of.
type Sources struct {
	Own   []*schemas.Snapshot // known under the recipient
	Whole []*schemas.Snapshot // the message's own records
	Sole  bool                // nobody else was addressed, so what names no recipient means this one, and nobody else can forge it

	// Clock says how far the time of a stream has come, ms.
	Clock func(stream string) int64
}

// A timeline builds the points; its slices are used again.
type timeline struct {
	points   []Point
	doubts   []Point // that are kept out of all decisions
	attempts []attempt
	queues   []string // the queue ids under which MTAs of ours had the message
	own      []string // those that this recipient's events name
	timers   []schemas.Timer
	ids      []schemas.EventID
	counted  []countedEvent
	seen     seen
	around   around
	labels   []string
	odd      []string // agents that a count by agent says nothing of
	rules    Timers
	replies  *classify.Rules
}

// attempt is what happened in one attempt, which decides what else is meant.
type attempt struct {
	start         int64 // of its resend
	delivered     bool
	deliveredAt   int64 // the first
	bounced       bool  // in the dialogue
	returned      bool  // afterwards
	ended, held   bool
	expired       bool
	lastTransport int64
	deferred      Point // the first; its Event is nil when there is none
}

// build makes the timeline of one recipient.
func (t *timeline) build(src *Sources) {
	t.points, t.queues, t.own, t.timers = t.points[:0], t.queues[:0], t.own[:0], t.timers[:0]
	t.collect(src)
	t.readHops()
	t.sort()
	if t.judgeHits() {
		t.sort()
	}
	t.setDoubtsAside()
	t.splitAttempts()
	if t.readReturns() {
		t.sort()
	}
	t.markSuspicious()
	t.markMoot()
	n := len(t.points)
	t.deriveReleases(n)
	t.deriveGiveUps(src.Clock)
	t.deriveDiscards(n, src.Clock)
	t.points = append(t.points, t.doubts...)
	if len(t.points) > n {
		t.sort()
		t.placeDoubts()
	}
}

// setDoubtsAside takes what is not surely about this message out of the way of
// everything that decides what became of it.
func (t *timeline) setDoubtsAside() {
	t.doubts = t.doubts[:0]
	certain := t.points[:0]
	for i := range t.points {
		if p := &t.points[i]; p.Doubtful {
			t.doubts = append(t.doubts, *p)
		} else {
			certain = append(certain, *p)
		}
	}
	t.points = certain
}

// placeDoubts says in which attempts the doubtful points are.
func (t *timeline) placeDoubts() {
	attempt := 0
	for i := range t.points {
		if p := &t.points[i]; !p.Doubtful {
			attempt = p.Attempt
		} else {
			p.Attempt = attempt
		}
	}
}

// collect gathers the events, each once.
func (t *timeline) collect(src *Sources) {
	for _, s := range src.Own {
		for i := range s.Events {
			ev := &s.Events[i]
			if ev.Kind.Stage() == schemas.StageTransport {
				t.own = addQueue(t.own, ev.QueueID)
				t.own = addQueue(t.own, ev.NextQueueID)
				t.queues = addQueue(t.queues, ev.QueueID)
			}
			t.add(ev, src.Sole)
		}
	}
	for _, s := range src.Whole {
		for i := range s.Events {
			if ev := &s.Events[i]; ev.Kind.Stage() == schemas.StageTransport {
				t.queues = addQueue(t.queues, ev.QueueID)
			}
		}
	}
	for _, s := range src.Whole {
		for i := range s.Events {
			if ev := &s.Events[i]; t.inherits(ev, src) {
				t.add(ev, src.Sole)
			}
		}
	}
	t.dropTwins()
}

// inherits decides whether an event without a recipient is about this one.
func (t *timeline) inherits(ev *schemas.Event, src *Sources) bool {
	if !ev.ForWholeMessage() {
		return src.Sole
	}
	if (ev.Kind == schemas.Expired || ev.Kind.Ends()) && left(src.Own, ev.QueueID) {
		return false // that end is of those whom the queue still had
	}
	if ev.QueueID == "" || slices.Contains(t.own, ev.QueueID) {
		return true
	}
	// The recipient has not been seen under any queue id yet. Being queued is
	// assumed; an end is not, unless there is no other queue id it can be under.
	return len(t.own) == 0 && (ev.Kind == schemas.Queued || len(t.queues) == 1)
}

// left reports whether a queue no longer had the recipient of these events: what it said
// of it last was that it was delivered or bounced. An address that is several mailboxes
// may be deferred afterwards, or at once.
func left(own []*schemas.Snapshot, queue string) bool {
	var done, deferred int64
	for _, s := range own {
		for i := range s.Events {
			switch ev := &s.Events[i]; {
			case queue == "" || ev.QueueID != queue:
			case ev.Kind == schemas.Delivered, ev.Kind == schemas.Bounced:
				done = max(done, ev.Time)
			case ev.Kind == schemas.Deferred:
				deferred = max(deferred, ev.Time)
			}
		}
	}
	return done > deferred
}

// addQueue adds to a set of which it matters what is in it, and whether that is
// nothing, one thing, or more. So more may stand in it twice: a mailing has
// hundreds of queue ids, and each of its recipients looks at them.
func addQueue(list []string, id string) []string {
	if id == "" || len(list) < 2 && slices.Contains(list, id) {
		return list
	}
	return append(list, id)
}

func (t *timeline) add(ev *schemas.Event, sole bool) {
	p := Point{
		Event: ev, ID: ev.ID, Kind: ev.Kind, Reason: ev.Reason, Time: ev.Time, Streams: ev.Stream,
		at: ev.Time, rank: 2 * int(ev.Kind), Doubtful: !ev.Confidence.Certain(sole),
	}
	p.Suspicious = p.Doubtful
	switch ev.Kind.Stage() {
	case schemas.StageEngagement, schemas.StageFeedback:
		p.at += readerDelay
	}
	if p.Reason == schemas.ReasonNone && ev.Kind.Fails() {
		said := classify.SaidIn(ev)
		p.Reason = t.replies.Reply(&said).Reason
	}
	t.points = append(t.points, p)
}

// dropTwins keeps one of several readings of the same event: the smaller.
func (t *timeline) dropTwins() {
	if !t.hasTwins() {
		return
	}
	slices.SortFunc(t.points, func(a, b Point) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), compareContent(a.Event, b.Event))
	})
	kept := t.points[:0]
	for _, p := range t.points {
		if n := len(kept); n > 0 && kept[n-1].ID == p.ID {
			kept[n-1].Streams = unionStreams(kept[n-1].Streams, p.Streams)
			continue
		}
		kept = append(kept, p)
	}
	t.points = kept
}

func (t *timeline) hasTwins() bool {
	t.ids = t.ids[:0]
	for i := range t.points {
		t.ids = append(t.ids, t.points[i].ID)
	}
	slices.Sort(t.ids)
	for i := 1; i < len(t.ids); i++ {
		if t.ids[i] == t.ids[i-1] {
			return true
		}
	}
	return false
}

// sort puts the points into their order. Most are there already.
func (t *timeline) sort() {
	for i := 1; i < len(t.points); i++ {
		if comparePoints(&t.points[i], &t.points[i-1]) < 0 {
			slices.SortFunc(t.points, func(a, b Point) int { return comparePoints(&a, &b) })
			return
		}
	}
}

func comparePoints(a, b *Point) int {
	switch {
	case a.at != b.at:
		return cmp.Compare(a.at, b.at)
	case a.rank != b.rank:
		return cmp.Compare(a.rank, b.rank)
	case a.Kind != b.Kind:
		return cmp.Compare(a.Kind, b.Kind)
	}
	return cmp.Compare(a.ID, b.ID)
}

// readHops reads a delivery to a queue of ours as the inner hop that it is.
func (t *timeline) readHops() {
	for i := range t.points {
		p := &t.points[i]
		if p.Kind == schemas.Delivered && p.Event.NextQueueID != "" && p.Event.NextQueueID != p.Event.QueueID &&
			slices.Contains(t.queues, p.Event.NextQueueID) {
			p.Kind, p.rank = schemas.Relayed, 2*int(schemas.Relayed)
		}
	}
}

// splitAttempts numbers the points' attempts and notes what each holds.
func (t *timeline) splitAttempts() {
	t.attempts = append(t.attempts[:0], attempt{})
	for i := range t.points {
		p := &t.points[i]
		if p.Kind == schemas.Resend {
			t.attempts = append(t.attempts, attempt{start: p.at})
		}
		p.Attempt = len(t.attempts) - 1
		a := &t.attempts[p.Attempt]
		switch p.Kind {
		case schemas.Delivered:
			if !a.delivered {
				a.delivered, a.deliveredAt = true, p.at
			}
		case schemas.Bounced:
			a.bounced = true
		case schemas.BouncedLater:
			a.returned = true
		case schemas.Expired:
			a.expired = true
		case schemas.Deferred:
			if a.deferred.Event == nil {
				a.deferred = *p
			}
		}
		a.ended = a.ended || p.Kind.Ends()
		a.held = a.held || holds(p.Kind)
		if p.Kind.Stage() == schemas.StageTransport {
			a.lastTransport = p.at
		}
	}
}

// readReturns reads a bounce in an attempt that also delivered (an alias to
// several mailboxes) as one that came later. Nothing comes back before the first
// delivery, whatever the clocks say.
func (t *timeline) readReturns() (moved bool) {
	for i := range t.points {
		p := &t.points[i]
		a := &t.attempts[p.Attempt]
		if p.Kind != schemas.Bounced && p.Kind != schemas.BouncedLater || !a.delivered {
			continue
		}
		moved = moved || p.Kind == schemas.Bounced || p.at < a.deliveredAt
		p.Kind, p.rank = schemas.BouncedLater, 2*int(schemas.BouncedLater)
		if p.at < a.deliveredAt {
			p.at, p.Time = a.deliveredAt, a.deliveredAt
		}
	}
	return moved
}

// markSuspicious marks a reader's doing in an attempt that delivered nothing.
func (t *timeline) markSuspicious() {
	for i := range t.points {
		p := &t.points[i]
		a := &t.attempts[p.Attempt]
		reader := p.Kind.Stage() == schemas.StageEngagement || p.Kind == schemas.Complained
		p.Suspicious = reader && !a.delivered && (a.bounced || a.ended)
	}
}

// markMoot marks deliveries that come behind a return in the same attempt: of two
// outcomes the bounce wins, whatever the order.
func (t *timeline) markMoot() {
	returned := -1 // the attempt that was
	for i := range t.points {
		switch p := &t.points[i]; p.Kind {
		case schemas.BouncedLater:
			returned = p.Attempt
		case schemas.Delivered:
			p.Moot = p.Attempt == returned
		}
	}
}

// derive adds a point that follows from p and stands right before it.
func (t *timeline) derive(p *Point, k schemas.Kind, r schemas.Reason) {
	t.points = append(t.points, Point{
		Event: p.Event, ID: p.ID.Derive(k), Kind: k, Reason: r, Time: p.Time, Derived: true,
		Attempt: p.Attempt, at: p.at, rank: p.rank - 1,
	})
}

// deriveReleases derives the end of a hold or of an end from what could not
// have happened during it. A derived resend starts no attempt.
func (t *timeline) deriveReleases(n int) {
	var hold schemas.Kind
	ended, refused := false, false
	for i := range n {
		p := t.points[i]
		switch {
		case holds(p.Kind):
			hold = p.Kind
		case p.Kind == schemas.Released, p.Kind == schemas.Renewed, p.Kind == schemas.ModerationAccepted:
			hold = 0
		case p.Kind == schemas.Resend:
			hold, ended, refused = 0, false, false
		case p.Kind.Stage() == schemas.StageTransport && hold == schemas.Depleted:
			t.derive(&p, schemas.Renewed, schemas.ReasonNone)
			hold = 0
		case p.Kind.Stage() == schemas.StageTransport && hold != 0:
			t.derive(&p, schemas.Released, schemas.Requeue)
			hold = 0
		}
		if p.Kind == schemas.Delivered && !p.Moot && ended || p.Kind == schemas.Received && refused {
			t.derive(&p, schemas.Resend, schemas.ReasonNone)
			ended, refused = false, false
		}
		ended = ended || p.Kind.Ends()
		refused = refused || p.Kind == schemas.Refused
	}
}

// holds reports whether a kind stops a message until something ends the hold.
func holds(k schemas.Kind) bool {
	return k == schemas.Blocked || k == schemas.Quarantined || k == schemas.Depleted
}

// deriveGiveUps derives the end of attempts that were deferred and then never
// heard of again.
func (t *timeline) deriveGiveUps(clock func(string) int64) {
	for n := range t.attempts {
		a := &t.attempts[n]
		if a.deferred.Event == nil || a.delivered || a.bounced || a.returned || a.ended || a.held || a.expired {
			continue
		}
		due := a.deferred.Time + t.rules.GiveUp
		if a.lastTransport > due || n+1 < len(t.attempts) && t.attempts[n+1].start <= due {
			continue
		}
		t.deriveAt(&a.deferred, schemas.Expired, due, clock)
	}
}

// deriveDiscards derives the end of messages that waited too long for credit.
func (t *timeline) deriveDiscards(n int, clock func(string) int64) {
	for i := range n {
		p := t.points[i]
		due := p.at + t.rules.Depleted
		if p.Kind == schemas.Depleted && !t.endsHold(i+1, n, p.Attempt, due) {
			t.deriveAt(&p, schemas.Discarded, due, clock)
		}
	}
}

// endsHold reports whether a point from i on ends a hold that lasts until due,
// or shows that it was ended.
func (t *timeline) endsHold(i, n, attempt int, due int64) bool {
	for ; i < n; i++ {
		p := &t.points[i]
		k := p.Kind
		switch {
		case p.Attempt == attempt && k.Stage() == schemas.StageTransport:
			return true
		case p.at > due:
		case holds(k), k.Ends(), k == schemas.Released, k == schemas.Renewed, k == schemas.ModerationAccepted, k == schemas.Resend:
			return true
		}
	}
	return false
}

// deriveAt adds what time alone brings about at due, or timers while the clock of
// no stream that logged the cause has come so far.
func (t *timeline) deriveAt(cause *Point, k schemas.Kind, due int64, clock func(string) int64) {
	reached := false
	for stream := range strings.SplitSeq(cause.Streams, streamSeparator) {
		reached = reached || clock(stream) >= due
	}
	if !reached {
		for stream := range strings.SplitSeq(cause.Streams, streamSeparator) {
			t.timers = append(t.timers, schemas.Timer{Stream: stream, Due: due})
		}
		return
	}
	t.points = append(t.points, Point{
		Event: cause.Event, ID: cause.ID.Derive(k), Kind: k, Time: due, Derived: true,
		Attempt: cause.Attempt, at: due, rank: 2 * int(k),
	})
}
