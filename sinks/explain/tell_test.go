package explain

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"mailfate/schemas"
)

func in(stream string) func(*schemas.Event) {
	return func(ev *schemas.Event) { ev.Stream = stream }
}

// twoServers is a message that was deferred on one server, asked for again, and
// deferred on another.
func twoServers() *log {
	l := &log{}
	l.add(0, schemas.Queued, in("mx1"), queue("4A1", ""))
	l.add(minute, schemas.Deferred, in("mx1"), queue("4A1", ""))
	l.add(6*24*hour, schemas.Resend, platform)
	l.add(6*24*hour+minute, schemas.Queued, in("mx2"), queue("4B1", ""))
	l.add(6*24*hour+2*minute, schemas.Deferred, in("mx2"), queue("4B1", ""))
	return l
}

// How far one stream has come says nothing of another, which may have stopped.
func TestClockPerStream(t *testing.T) {
	for name, c := range map[string]struct{ mx1, mx2, expired int64 }{
		"neither":    {hour, hour, 0},
		"the first":  {600 * hour, hour, 1},
		"the second": {hour, 600 * hour, 1},
		"both":       {600 * hour, 600 * hour, 2},
	} {
		f := twoServers().databaseAt(t, func(stream string) int64 {
			return day + map[string]int64{"mx1": c.mx1, "mx2": c.mx2}[stream]
		})
		to := Tell(f, Options{Vocabularies: schemas.Vocabularies[:]}).Recipients[0]
		var expired int64
		for _, m := range to.Timeline {
			if m.Kind == "expired" {
				expired++
			}
		}
		if expired != c.expired || to.Differs != 0 {
			t.Errorf("%s came so far: %d attempts expired, want %d; %d changes differ", name, expired, c.expired, to.Differs)
		}
	}
}

// Where gaps are, is told where they are, and every event is listed or counted.
func TestUnlistedStandsWhereItIs(t *testing.T) {
	l := &log{}
	l.add(0, schemas.Delivered, queue("4A1", "X"))
	times(301, func(i int) {
		agent := by(proxy)
		if i == 150 {
			agent = by(phone)
		}
		l.add(hour+int64(i)*minute, schemas.Opened, agent)
	})
	timeline := Tell(l.database(t, 0), Options{Vocabularies: schemas.Vocabularies[:]}).Recipients[0].Timeline
	place := uint64(0)
	for _, m := range timeline[1:] {
		if want := Time(day + hour + int64(place)*minute); m.Event.Time != want {
			t.Errorf("open %d happened at %s, not %s", place, m.Event.Time.stamp(), want.stamp())
		}
		place += 1 + m.Unlisted
	}
	if place != 301 {
		t.Errorf("%d opens, want 301", place)
	}
}

// Changes that were taken back are looked up, each among many events.
func TestCausesAreFoundFast(t *testing.T) {
	f := &Found{MessageID: message}
	for i := range 8000 {
		f.Events = append(f.Events, schemas.Event{ID: schemas.EventID(i + 1), Kind: schemas.Deferred, Time: int64(i)})
	}
	r := newRecords(f)
	begin := time.Now()
	for i := range 20_000 {
		if ev, _ := r.causeOf(schemas.EventID(1<<40 + i)); ev != nil {
			t.Fatal("a cause was made up")
		}
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("20000 causes took %s", took)
	}
	for _, k := range derivable {
		if ev, kind := r.causeOf(schemas.EventID(7).Derive(k)); ev == nil || ev.ID != 7 || kind != k {
			t.Errorf("%s: found %v, %s", k, ev, kind)
		}
	}
}

// That an agent is a machine's is said once of each.
func TestMachinesAreExplainedOnce(t *testing.T) {
	l := &log{}
	l.add(0, schemas.Delivered, queue("4A1", "X"))
	times(24, func(i int) {
		l.add(hour+int64(i)*minute, schemas.Opened, by(fmt.Sprintf("curl/8.%d", i%3)))
		l.add(hour+int64(i)*minute, schemas.Clicked, by("curl/8.0"))
	})
	l.add(2*hour, schemas.Opened, by(phone))
	story := Tell(l.database(t, 0), Options{Vocabularies: schemas.Vocabularies[:]})
	var out bytes.Buffer
	if err := story.WriteText(&out, false); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "rule script.agent"); n != 3 {
		t.Errorf("it is said %d times of 3 agents:\n%s", n, out.String())
	}
	for _, m := range story.Recipients[0].Timeline {
		if strings.HasPrefix(m.Kind, "machine_") != (len(m.Notes) == 1) {
			t.Errorf("%s: notes %q", m.Kind, m.Notes)
		}
	}
}

func TestCountsText(t *testing.T) {
	for want, c := range map[string]Counts{
		"":                    {},
		"2 opens":             {Attempts: 1, Opens: 2},
		"2 clicks (at least)": {Clicks: 2, AtLeast: true},
		"unsubscribed":        {Attempts: 1, Unsubscribed: true},
		"1 click (at least), unsubscribed, reported as spam": {Clicks: 1, AtLeast: true, Unsubscribed: true, Complained: true},
	} {
		if got := c.text(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
