package postfix

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailfate/schemas"
)

func logOf(at time.Time, text string) []byte {
	return []byte(at.UTC().Format(time.RFC3339) + " mx1 postfix/" + text + "\n")
}

var start = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)

func sentLine(at time.Time, id string) []byte {
	return logOf(at, "smtp[1]: "+id+": to=<a@b.test>, relay=r, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 Ok)")
}

func nameOf(t *testing.T, p *Parser, line []byte) string {
	t.Helper()
	events, _ := collect(p, line)
	if len(events) != 1 {
		t.Fatalf("%d events, want 1", len(events))
	}
	return events[0].MessageID
}

func TestQueueIDsExpireByTheStreamsTime(t *testing.T) {
	const id = "3F2A1C0DE1"
	for _, c := range []struct {
		name    string
		removed bool
		later   time.Duration
		known   bool
	}{
		{"open, within the lifetime", false, 13 * 24 * time.Hour, true},
		{"open, after it", false, 15 * 24 * time.Hour, false},
		{"removed, within the grace", true, 4 * time.Minute, true},
		{"removed, after it", true, 6 * time.Minute, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := New(Options{})
			collect(p, logOf(start, "cleanup[1]: "+id+": message-id=<m@x.test>"))
			if c.removed {
				collect(p, logOf(start, "qmgr[1]: "+id+": removed"))
			}
			// Time comes in small steps: one line far ahead is not believed.
			for at := start; at.Before(start.Add(c.later)); at = at.Add(time.Minute) {
				collect(p, logOf(at, "smtpd[1]: connect from a[192.0.2.1]"))
			}
			known := nameOf(t, p, sentLine(start.Add(c.later), id)) == "m@x.test"
			if known != c.known {
				t.Errorf("known = %v, want %v", known, c.known)
			}
		})
	}
}

func TestOneWrongStampForgetsNothing(t *testing.T) {
	p := New(Options{})
	collect(p, logOf(start, "cleanup[1]: 3F2A1C0DE1: message-id=<m@x.test>"))
	collect(p, logOf(start.AddDate(80, 0, 0), "smtpd[1]: connect from a[192.0.2.1]"))
	if got := nameOf(t, p, sentLine(start.Add(time.Second), "3F2A1C0DE1")); got != "m@x.test" {
		t.Errorf("message id %q", got)
	}
}

func TestMaxOpenForgetsTheOldest(t *testing.T) {
	p := New(Options{MaxOpen: 10})
	for i := range 15 {
		collect(p, logOf(start, fmt.Sprintf("cleanup[1]: 3F2A1C%04X: message-id=<%d@x.test>", i, i)))
	}
	if p.Open() != 10 || p.Forgotten() != 5 {
		t.Errorf("open %d, forgotten %d, want 10 and 5", p.Open(), p.Forgotten())
	}
	if got := nameOf(t, p, sentLine(start, "3F2A1C000E")); got != "14@x.test" {
		t.Errorf("the newest is %q", got)
	}
	if got := nameOf(t, p, sentLine(start, "3F2A1C0000")); got == "0@x.test" {
		t.Errorf("the oldest is still known")
	}
}

func TestRemovedQueueIDsLeaveNoState(t *testing.T) {
	p := New(testOptions())
	s := newSimulation(3)
	s.long, s.patient = true, true
	saved := map[string][]byte{}
	log := s.run(400)
	for line := range bytes.Lines(log) {
		collect(p, line)
		if err := p.Changes(into(saved)); err != nil {
			t.Fatal(err)
		}
	}
	for m := range 20 {
		collect(p, logOf(s.now.Add(time.Duration(m)*time.Minute), "smtpd[1]: connect from a[192.0.2.1]"))
	}
	if err := p.Changes(into(saved)); err != nil {
		t.Fatal(err)
	}
	for k := range saved {
		if k[0] == 'q' {
			t.Errorf("state is left: %q", k)
		}
	}
	if p.Open() != 0 {
		t.Errorf("%d queue ids are left", p.Open())
	}
}

func TestChangesThatFailAreHandedOutAgain(t *testing.T) {
	p := New(testOptions())
	s := newSimulation(3)
	log := s.run(50)
	want, _ := collect(New(testOptions()), append(bytes.Clone(log), sentLine(s.now, "4cYhXX1z2BCDz9")...))
	got, _ := collect(p, log)
	full := errors.New("disk full")
	saved := map[string][]byte{}
	for n := 0; ; n++ {
		put, left := into(saved), n
		err := p.Changes(func(k, v []byte) error {
			if left--; left < 0 {
				return full
			}
			return put(k, v)
		})
		if err == nil {
			break
		}
		if !errors.Is(err, full) {
			t.Fatal(err)
		}
	}
	q := New(testOptions())
	for k, v := range saved {
		if err := q.Load([]byte(k), v); err != nil {
			t.Fatal(err)
		}
	}
	feed(q, sentLine(s.now, "4cYhXX1z2BCDz9"), 0, func(e *schemas.Event) { got = append(got, *e) })
	if len(got) != len(want) || got[len(got)-1].ID != want[len(want)-1].ID || p.Open()+1 != q.Open() {
		t.Errorf("%d events and %d queue ids, want %d and %d", len(got), q.Open(), len(want), p.Open()+1)
	}
}

// TestReadingAgainGivesTheSameEvents reads a log a second time with the state of
// the first: time goes back by weeks, which must not make all that is new look old.
func TestReadingAgainGivesTheSameEvents(t *testing.T) {
	s := newSimulation(5)
	s.iso, s.long = true, true
	s.run(200)
	s.now = s.now.AddDate(0, 0, 30)
	log := s.run(200)
	p := New(testOptions())
	first, _ := collect(p, log)
	second, c := collect(p, log)
	if d := cmp.Diff(first, second); d != "" {
		t.Errorf("(-first +second), outcomes %v:\n%s", c.outcomes, d)
	}
}

// maxHeld is how many package held keeps.
const maxHeld = 256

func TestFewRefusalsAreHeld(t *testing.T) {
	p := New(testOptions())
	n := 0
	for i := range maxHeld + 10 {
		id := fmt.Sprintf("3F2A1C%04X", i)
		events, _ := collect(p, append(logOf(start, "smtpd[1]: "+id+": client=a[192.0.2.1]"),
			logOf(start, "smtpd[1]: "+id+": reject: RCPT from a[192.0.2.1]: 554 5.7.1 <r@b.test>: no; from=<s@x.test> to=<r@b.test> proto=ESMTP helo=<c>")...))
		n += len(events)
	}
	events, _ := collect(p, logOf(start, "smtpd[1]: disconnect from a[192.0.2.1]"))
	if n != 10 || len(events) != maxHeld {
		t.Errorf("%d went out before the end of the dialogue and %d at it, want 10 and %d", n, len(events), maxHeld)
	}
}
