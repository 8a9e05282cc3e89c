package faults

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"

	"mailfate/schemas"
)

const (
	second = int64(1000)
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour

	// epoch is when the generated messages are sent: 2026-03-01. Log lines are
	// recorded ones, of their own time.
	epoch = int64(1772323200000)
)

// endOfTime is where the clocks of streams that are logs end: their owners may
// move them to the wall clock, so they all do.
var endOfTime = startOfTest.UnixMilli()

// item is one thing to publish; exactly one field is set.
type item struct {
	event *schemas.Event
	clock *schemas.Clock
	raw   []byte // no event at all: a dead letter
}

// workload is what goes into a pipeline, in this order.
type workload struct {
	seed   uint64
	items  []item
	logs   [][]byte         // one for each host
	events []schemas.Event  // all that the items hold
	clocks map[string]int64 // where the items' clocks end
	dead   map[string]bool  // the raw ones
}

// streams that generated events say they were read from.
var streams = []string{"mx1", "mx2", "platform", "hits", "reports"}

// newWorkload makes about n events, and n/4 lines for each of the hosts' logs.
func newWorkload(seed uint64, n, hosts int) (*workload, error) {
	r := rand.New(rand.NewPCG(seed, 0))
	w := &workload{seed: seed, clocks: map[string]int64{}, dead: map[string]bool{}}
	g := &generator{r: r}
	for len(g.events) < n {
		g.message()
	}
	w.events = g.events
	w.order(r)
	var err error
	w.logs, err = logs(n/4, hosts)
	return w, err
}

// order lets events arrive roughly in time: some late, some again, some out of
// order, with clocks and rubbish between.
func (w *workload) order(r *rand.Rand) {
	type arrival struct {
		at int64
		item
	}
	var all []arrival
	for i := range w.events {
		ev := &w.events[i]
		at := ev.Time + r.Int64N(2*minute)
		if r.IntN(20) == 0 {
			at += r.Int64N(10 * day)
		}
		all = append(all, arrival{at, item{event: ev}})
		if r.IntN(10) == 0 {
			all = append(all, arrival{at + r.Int64N(3*day), item{event: ev}})
		}
		if r.IntN(400) == 0 {
			raw := fmt.Appendf(nil, "\x63no event %d", i)
			w.dead[string(raw)] = true
			all = append(all, arrival{at, item{raw: raw}})
		}
	}
	end := epoch
	for _, a := range all {
		end = max(end, a.at)
	}
	for i, stream := range streams {
		final := end + int64(i%2)*6*day // of some, everything that was deferred is given up
		for t := epoch; t < final; t += 7*hour + r.Int64N(13*hour) {
			w.clocks[stream] = t
			all = append(all, arrival{min(t, end), item{clock: &schemas.Clock{Stream: stream, Time: t}}})
		}
	}
	slices.SortStableFunc(all, func(a, b arrival) int { return int(min(max(a.at-b.at, -1), 1)) })
	for _, a := range all {
		w.items = append(w.items, a.item)
	}
}

// generator tells messages' stories.
type generator struct {
	r      *rand.Rand
	events []schemas.Event
	n      int
}

func (g *generator) one(of ...string) string { return of[g.r.IntN(len(of))] }

func (g *generator) chance(percent int) bool { return g.r.IntN(100) < percent }

func (g *generator) add(ev schemas.Event) {
	ev.ID = schemas.EventID(g.r.Uint64())
	if ev.Stream == "" {
		ev.Stream = map[schemas.SourceType]string{
			schemas.SourcePostfix: g.one("mx1", "mx2"), schemas.SourcePlatform: "platform",
			schemas.SourceTracking: "hits", schemas.SourceARF: "reports",
		}[ev.Source]
	}
	g.events = append(g.events, ev)
}

// message is one of several kinds, all at once in the log of events.
func (g *generator) message() {
	g.n++
	id := schemas.Identity{MessageID: fmt.Sprintf("%d.%x@news.example", g.n, g.r.Uint32())}
	id.Account = g.one("", "shop", "shop", "billing")
	switch k := g.r.IntN(100); {
	case k < 2:
		g.mailing(id, 20+g.r.IntN(200))
	case k < 4:
		g.popular(id)
	case k < 14:
		g.mess(id)
	default:
		g.mailing(id, 1+g.r.IntN(3))
	}
}

// mailing goes to several recipients under one Message-ID.
func (g *generator) mailing(id schemas.Identity, recipients int) {
	at := epoch + g.r.Int64N(12*day)
	sender := "bounce+" + id.MessageID
	base := schemas.Event{Identity: id, Sender: sender, Campaign: g.one("", "spring", "reset"), Size: 1000 + g.r.Int64N(9000)}
	queue := fmt.Sprintf("4Q%X", g.r.Uint32())
	if g.chance(70) {
		ev := base // what the queue manager says of the whole message
		ev.Kind, ev.Source, ev.Time, ev.QueueID = schemas.Queued, schemas.SourcePostfix, at, queue
		g.add(ev)
	}
	for i := range recipients {
		to := base
		to.Recipient = fmt.Sprintf("r%d@%s", i, g.one("a.example", "b.example"))
		to.Time, to.QueueID = at+g.r.Int64N(minute), queue
		if g.chance(30) { // nobody says whose it is
			to.Account = ""
		}
		g.delivery(to)
	}
	if g.chance(5) {
		ev := base // a redacted complaint
		ev.Kind, ev.Source, ev.Time = schemas.Complained, schemas.SourceARF, at+g.r.Int64N(5*day)
		g.add(ev)
	}
}

// delivery is what becomes of it at one recipient.
func (g *generator) delivery(ev schemas.Event) {
	if g.chance(40) {
		platform := ev
		platform.Kind, platform.Source, platform.Time = schemas.Received, schemas.SourcePlatform, ev.Time-minute
		platform.EmailID, platform.Subject = fmt.Sprintf("E%d", g.n), "Hello"
		g.add(platform)
	}
	ev.Source = schemas.SourcePostfix
	for range g.r.IntN(4) {
		ev.Kind, ev.Time = schemas.Deferred, ev.Time+g.r.Int64N(8*hour)
		ev.Code, ev.Enhanced, ev.Reply, ev.Relay = 451, "4.2.2", "mailbox is full", "mx.a.example[192.0.2.1]:25"
		g.add(ev)
	}
	ev.Time += g.r.Int64N(hour)
	switch k := g.r.IntN(100); {
	case k < 12: // nothing more is heard of it
		return
	case k < 25:
		ev.Kind, ev.Code, ev.Enhanced, ev.Reply = schemas.Bounced, 550, "5.1.1", "no such user"
		g.add(ev)
		if g.chance(30) {
			again := ev
			again.Kind, again.Source, again.Time = schemas.Resend, schemas.SourcePlatform, ev.Time+day
			g.add(again)
			ev.Kind, ev.Code, ev.Enhanced, ev.Reply, ev.Time = schemas.Delivered, 250, "2.0.0", "ok", again.Time+minute
			g.add(ev)
		}
		return
	case k < 28:
		ev.Kind = schemas.Expired
		g.add(ev)
		return
	}
	ev.Kind, ev.Code, ev.Enhanced, ev.Reply = schemas.Delivered, 250, "2.0.0", "queued as X"
	g.add(ev)
	g.reader(ev)
}

// reader is what is done to a message that arrived.
func (g *generator) reader(ev schemas.Event) {
	ev.Source, ev.Code, ev.Enhanced, ev.Reply, ev.Relay, ev.QueueID = schemas.SourceTracking, 0, "", "", "", ""
	ev.Sender, ev.Size, ev.Campaign = "", 0, ""
	for range g.r.IntN(5) {
		ev.Kind, ev.Time = schemas.Opened, ev.Time+g.r.Int64N(day)
		ev.UserAgent, ev.IP = g.one("Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0", "Apple Mail"), "192.0.2.7"
		ev.URL = ""
		if g.chance(30) {
			ev.Kind, ev.URL = schemas.Clicked, "https://shop.example/"+g.one("a", "b")
		}
		if g.chance(4) {
			ev.Kind, ev.URL = schemas.Unsubscribed, ""
		}
		g.add(ev)
	}
	ev.UserAgent, ev.URL, ev.IP = "", "", ""
	if g.chance(4) {
		ev.Kind, ev.Source, ev.Time = schemas.Complained, schemas.SourceARF, ev.Time+day
		g.add(ev)
	}
	if g.chance(3) {
		ev.Kind, ev.Source, ev.Time = schemas.BouncedLater, schemas.SourceARF, ev.Time+hour
		ev.Enhanced = "5.2.2"
		g.add(ev)
	}
}

// popular is opened so often that not every open is kept.
func (g *generator) popular(id schemas.Identity) {
	ev := schemas.Event{Identity: id, Kind: schemas.Delivered, Source: schemas.SourcePostfix, Time: epoch + g.r.Int64N(12*day)}
	ev.Recipient = "list@a.example"
	g.add(ev)
	ev.Source, ev.Kind = schemas.SourceTracking, schemas.Opened
	for range 50 + g.r.IntN(300) {
		ev.Time += g.r.Int64N(minute)
		ev.UserAgent = g.one("a", "b", "Mozilla/5.0")
		g.add(ev)
	}
}

// mess is everything at once: kinds, accounts and recipients as they come.
func (g *generator) mess(id schemas.Identity) {
	for range 2 + g.r.IntN(12) {
		ev := schemas.Event{Identity: id, Time: epoch + int64(g.r.IntN(20))*12*hour}
		for ev.Kind == schemas.KindNone || ev.Kind.Derived() {
			ev.Kind = schemas.Kind(1 + g.r.IntN(int(schemas.KindCount)-1))
		}
		if reasons := ev.Kind.Reasons(); len(reasons) > 0 && g.chance(50) {
			ev.Reason = reasons[g.r.IntN(len(reasons))]
		}
		ev.Account = g.one("", "", "shop", "shop", "billing")
		ev.Recipient = g.one("a@a.example", "b@b.example", "")
		ev.Source = schemas.SourceType(1 + g.r.IntN(4))
		ev.QueueID, ev.NextQueueID = g.one("", "Q1", "Q2"), g.one("", "", "Q2")
		ev.Reply = g.one("", "250 ok", "550 no")
		g.add(ev)
	}
}

// recorded is the log that testdata was recorded with.
const recorded = "../../testdata/replay/mail.log"

// logs cuts pieces of n lines out of the recorded log, none twice.
func logs(n, hosts int) ([][]byte, error) {
	content, err := os.ReadFile(recorded)
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for range hosts {
		end := 0
		for range n {
			if at := bytes.IndexByte(content[end:], '\n'); at >= 0 {
				end += at + 1
			}
		}
		out = append(out, content[:end])
		content = content[end:]
	}
	return out, nil
}
