package explain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"mailfate/pipeline/status"
	"mailfate/schemas"
)

// day is when the samples begin: 2026-11-02 10:00 UTC, a Monday.
const day = int64(1_793_613_600_000)

const (
	second = int64(1000)
	minute = 60 * second
	hour   = 60 * minute
)

const (
	ann     = "ann@example.org"
	phone   = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
	proxy   = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36"
	message = "m1@shop.example"
)

// log collects the events of one message.
type log struct {
	events []schemas.Event
}

// add adds an event at so many ms after the beginning; what it is made of comes
// from its maker.
func (l *log) add(at int64, k schemas.Kind, with ...func(*schemas.Event)) {
	n := len(l.events) + 1
	ev := schemas.Event{
		ID: schemas.EventID(n) << 32, Kind: k, Time: day + at,
		Identity: schemas.Identity{MessageID: message, Recipient: ann},
		File:     "/var/log/mail.log", Offset: int64(n) * 100, Host: "mx1", Source: schemas.SourcePostfix, Stream: "postfix:/var/log/mail.log",
	}
	if s := k.Stage(); s == schemas.StageEngagement {
		ev.Source, ev.File, ev.Host = schemas.SourceTracking, "/var/log/nginx/track.log", ""
	} else if s == schemas.StageFeedback {
		ev.Source, ev.File, ev.Host = schemas.SourceARF, "/var/mail/complaints/cur/7", ""
	}
	for _, f := range with {
		f(&ev)
	}
	l.events = append(l.events, ev)
}

func to(r string) func(*schemas.Event) { return func(ev *schemas.Event) { ev.Recipient = r } }
func of(a string) func(*schemas.Event) { return func(ev *schemas.Event) { ev.Account = a } }
func by(ua string) func(*schemas.Event) {
	return func(ev *schemas.Event) { ev.UserAgent, ev.IP = ua, "192.0.2.9" }
}
func url(u string) func(*schemas.Event) { return func(ev *schemas.Event) { ev.URL = u } }
func whole(ev *schemas.Event)           { ev.Recipient = "" }
func platform(ev *schemas.Event) {
	ev.Source, ev.File, ev.Host = schemas.SourcePlatform, "/var/log/events.ndjson", ""
}

func because(r schemas.Reason) func(*schemas.Event) { return func(ev *schemas.Event) { ev.Reason = r } }

func queue(id, next string) func(*schemas.Event) {
	return func(ev *schemas.Event) { ev.QueueID, ev.NextQueueID = id, next }
}

func reply(code uint16, enhanced, words string) func(*schemas.Event) {
	return func(ev *schemas.Event) {
		ev.Code, ev.Enhanced, ev.Reply, ev.Relay = code, enhanced, words, "mx.example.org[192.0.2.1]:25"
	}
}

// database is what the tables would hold when the streams have come to clock.
func (l *log) database(t *testing.T, clock int64) *Found {
	t.Helper()
	return l.databaseAt(t, func(string) int64 { return day + clock })
}

// databaseAt is database, where each stream has come so far by itself.
func (l *log) databaseAt(t *testing.T, clock func(stream string) int64) *Found {
	t.Helper()
	f := &Found{MessageID: message, Events: l.events}
	owners := map[string][]string{}
	var seen []schemas.Identity
	for i := range l.events {
		ev := &l.events[i]
		owners[ev.Account] = append(owners[ev.Account], nil...)
		if ev.CreatesRecipient() {
			owners[ev.Account] = append(owners[ev.Account], ev.Recipient)
		}
		if !slices.Contains(seen, ev.Identity) {
			seen = append(seen, ev.Identity)
		}
	}
	for account, all := range owners {
		slices.Sort(all)
		all = slices.Compact(all)
		f.Owners = append(f.Owners, Owner{Account: account, Recipients: all[:min(len(all), 2)]})
	}
	f.Places = placesOf(l.events)
	slices.SortFunc(seen, func(a, b schemas.Identity) int {
		return strings.Compare(a.Recipient+"\x00"+a.Account, b.Recipient+"\x00"+b.Account)
	})
	for _, id := range seen {
		l.fill(f, id, clock)
	}
	f.Tell = min(len(f.Recipients), MaxStories)
	if len(f.Recipients) > MaxStories {
		f.Tell = 0
	}
	return f
}

// placesOf numbers the events of each identity and kind in the order of time.
func placesOf(events []schemas.Event) map[schemas.EventID]uint64 {
	events = slices.Clone(events)
	slices.SortFunc(events, func(a, b schemas.Event) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.ID, b.ID))
	})
	type group struct {
		schemas.Identity
		schemas.Kind
	}
	counts, places := map[group]uint64{}, map[schemas.EventID]uint64{}
	for i := range events {
		of := group{events[i].Identity, events[i].Kind}
		counts[of]++
		places[events[i].ID] = counts[of]
	}
	return places
}

// fill adds what the tables would hold under one identity.
func (l *log) fill(f *Found, id schemas.Identity, clock func(stream string) int64) {
	r := newRecords(f)
	view := status.NewEvaluator(status.Timers{}).Evaluate(r.message(id, clock))
	switch view.Standing {
	case schemas.Shown:
	case schemas.Contested, schemas.Unmatched:
		for _, ev := range r.set(id).Events {
			if view.Standing == schemas.Unmatched && ev.ForWholeMessage() {
				continue
			}
			f.Held = append(f.Held, Held{Event: *r.full(&ev), Contested: view.Standing == schemas.Contested, Events: 1})
		}
		return
	default:
		return
	}
	row := &view.Row
	to := Recipient{
		Account: id.Account, Recipient: id.Recipient, Number: 42, EmailID: row.EmailID, Sender: row.Sender, Subject: row.Subject,
		Campaign: row.Campaign, Tags: row.Tags, Size: row.Size, Statuses: Standings(names(row.Statuses)),
		Counts: Counts{
			Attempts: row.Attempts, Deferrals: row.Deferrals, Opens: row.Opens, Clicks: row.Clicks,
			MachineOpens: row.MachineOpens, MachineClicks: row.MachineClicks, Suspicious: row.Suspicious, AtLeast: row.AtLeast,
			Unsubscribed: row.Unsubscribed != 0, Complained: row.Complained != 0,
		},
	}
	if to.Account == "" {
		to.Account = schemas.DefaultAccount
	}
	f.Recipients = append(f.Recipients, to)
	for _, c := range view.History {
		f.Changes = append(f.Changes, Told{
			Identity: id, Cause: c.Cause, Time: c.Time, Kind: c.Kind, Reason: c.Reason, Derived: c.Derived,
			Before: names(c.Before), After: names(c.After),
		})
	}
}

// everything is a message with a filter hop, a deferral, a delivery, a machine's
// open, a click and a complaint.
func everything() *log {
	l := &log{}
	l.add(0, schemas.Received, platform, of("shop"), func(ev *schemas.Event) {
		ev.Sender, ev.Subject, ev.Campaign, ev.Tags, ev.EmailID, ev.Size = "news@shop.example", "Autumn sale", "autumn", []string{"a", "b"}, "e-17", 4711
	})
	l.add(2*second, schemas.Queued, whole, queue("4A1", ""))
	l.add(2*second+40, schemas.Delivered, queue("4A1", "4B2"), reply(250, "2.0.0", "250 2.0.0 Ok: queued as 4B2"))
	l.add(2*second+30, schemas.Queued, whole, queue("4B2", ""))
	l.add(3*second, schemas.Deferred, queue("4B2", ""), reply(451, "4.7.1", "Greylisted, try again in 300 seconds"),
		func(ev *schemas.Event) { ev.Command = "RCPT TO" })
	l.add(3*hour+12*minute, schemas.Delivered, queue("4B2", "X9"), reply(250, "2.0.0", "Ok: queued as X9"))
	l.add(3*hour+12*minute+4200, schemas.Opened, by(proxy))
	l.add(5*hour, schemas.Clicked, by(phone), url("https://shop.example/sale?x=1"))
	l.add(50*hour, schemas.Complained, whole)
	return l
}

// times repeats a maker of events.
func times(n int, f func(i int)) {
	for i := range n {
		f(i)
	}
}

func numbered(i int) func(*schemas.Event) { return to(fmt.Sprintf("r%03d@example.org", i)) }
