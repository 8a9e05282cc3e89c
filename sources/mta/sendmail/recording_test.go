package sendmail

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mailfate/schemas"
	"mailfate/sources"
)

// recorded is what the recording program says of its recording: counted from
// what was sent and answered, not from the log.
type recorded struct {
	Year     int       `json:"year"`
	Lines    int       `json:"lines"`
	Messages []outcome `json:"messages"`
}

type outcome struct {
	MessageID string `json:"message_id"`
	Recipient string `json:"recipient"`
	Via       string `json:"via"`
	Status    string `json:"status"`
	Reply     string `json:"reply"`
	Deferrals int    `json:"deferrals"`
}

// TestRecordings holds what we read in the log of a real sendmail against what is
// known to have happened.
func TestRecordings(t *testing.T) {
	truths, err := filepath.Glob(recordings + "*.truth.json")
	if err != nil || len(truths) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	for _, name := range truths {
		t.Run(filepath.Base(name), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var want recorded
			if err := json.Unmarshal(text, &want); err != nil {
				t.Fatal(err)
			}
			log, err := os.ReadFile(strings.TrimSuffix(name, ".truth.json") + ".log")
			if err != nil {
				t.Fatal(err)
			}
			r := format.Read(t, New(Options{Year: want.Year}), log, 0)
			for _, line := range r.Unparsed {
				t.Errorf("unparsed: %s", line)
			}
			lines := 0
			for _, n := range r.Outcomes {
				lines += n
			}
			if lines != want.Lines {
				t.Errorf("%d lines, want %d", lines, want.Lines)
			}
			t.Logf("%d lines: %d with events, %d context, %d ignored %v", lines,
				r.Outcomes[sources.Events], r.Outcomes[sources.Context], r.Outcomes[sources.Ignored], r.Ignored)
			compare(t, want.Messages, r.Events)
		})
	}
}

// A fate is what became of one message to one recipient.
type fate struct{ queued, deferred, delivered, bounced, expired, refused, quarantined int }

type address struct{ messageID, recipient string }

// fates says what became of each message by its events, the naive way. An inner
// hop is a delivery to a queue id of ours.
func fates(events []schemas.Event) map[address]*fate {
	ours := map[string]bool{}
	for _, e := range events {
		ours[e.QueueID] = true
	}
	m := map[address]*fate{}
	at := func(e *schemas.Event, recipient string) *fate {
		a := address{e.MessageID, recipient}
		if m[a] == nil {
			m[a] = &fate{}
		}
		return m[a]
	}
	open := map[string][]string{} // by queue id, who waits
	for i := range events {
		e := &events[i]
		switch e.Kind {
		case schemas.Queued:
			at(e, "").queued++
		case schemas.Quarantined:
			at(e, "").quarantined++
		case schemas.Delivered:
			if !ours[e.NextQueueID] || e.NextQueueID == "" {
				at(e, e.Recipient).delivered++
			}
		case schemas.Bounced:
			at(e, e.Recipient).bounced++
		case schemas.Refused:
			at(e, e.Recipient).refused++
		case schemas.Deferred:
			at(e, e.Recipient).deferred++
			open[e.QueueID] = append(open[e.QueueID], e.Recipient)
		case schemas.Expired:
			at(e, "").expired++
			for _, r := range open[e.QueueID] {
				if f := at(e, r); f.delivered+f.bounced == 0 {
					f.expired++
				}
			}
		default:
		}
	}
	return m
}

// compare looks every outcome up by its Message-ID and recipient. Where the log
// cannot show the Message-ID (it has none, or one that is cut), by recipient.
func compare(t *testing.T, want []outcome, events []schemas.Event) {
	t.Helper()
	got := fates(events)
	total := map[string]int{}
	for _, w := range want {
		f := find(got, w)
		ok := false
		switch w.Status {
		case "delivered":
			ok = f.delivered == 1 && f.expired+f.refused == 0
			if strings.HasPrefix(w.Recipient, "list@") {
				ok = f.delivered >= 1
			}
		case "bounced":
			ok = f.bounced == 1 && f.expired+f.refused == 0
		case "expired":
			ok = f.expired > 0 && f.delivered+f.bounced+f.refused == 0
		case "refused":
			ok = f.refused == 1 && f.delivered+f.bounced+f.expired == 0
		case "quarantined":
			ok = got[address{w.MessageID, ""}].quarantined == 1 && f.delivered+f.bounced == 0
		}
		if w.Status == "delivered" && w.Deferrals > 0 && w.Deferrals != f.deferred {
			t.Errorf("%+v: %d deferrals", w, f.deferred)
		}
		if !ok {
			t.Errorf("%+v: got %+v", w, f)
		}
		total[w.Status]++
	}
	t.Logf("truth: %v", total)
	ends := 0
	for _, f := range got {
		ends += f.delivered + f.bounced
	}
	if ends != total["delivered"]+total["bounced"] {
		t.Errorf("%d deliveries and bounces, want %d", ends, total["delivered"]+total["bounced"])
	}
}

func find(got map[address]*fate, w outcome) fate {
	sum := fate{}
	for a, f := range got {
		if !matches(a.recipient, w) {
			continue
		}
		sameID := a.messageID == w.MessageID
		if w.MessageID == "" || len(w.MessageID) > 97 || strings.HasPrefix(a.messageID, "n:") {
			sameID = true
		}
		if sameID {
			sum.delivered += f.delivered
			sum.bounced += f.bounced
			sum.expired += f.expired
			sum.refused += f.refused
			sum.deferred += f.deferred
		}
	}
	return sum
}

// matches reports whether a recipient of an event is the outcome's, or what an
// alias made of it. Of a local one the log shows the name alone.
func matches(recipient string, w outcome) bool {
	for _, s := range []string{w.Recipient, w.Via} {
		s = schemas.CleanRecipient(s)
		local, isLocal := strings.CutSuffix(s, "@mailfate.example")
		if s != "" && (recipient == s || isLocal && recipient == local) {
			return true
		}
	}
	return w.Recipient == "short@mailfate.example" && recipient == "anna"
}
