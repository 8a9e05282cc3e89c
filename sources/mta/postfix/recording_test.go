package postfix

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
)

// recorded is what the recording program says of its recording: counted from
// what was sent and answered, not from the log.
type recorded struct {
	Year    int `json:"year"`
	Sources map[string]struct {
		Lines int `json:"lines"`
	} `json:"sources"`
	Refused []struct {
		Recipient string `json:"recipient"`
		Sender    string `json:"sender"`
		Reply     string `json:"reply"`
		Count     int    `json:"count"`
	} `json:"refused"`
	Messages []struct {
		MessageID string `json:"message_id"`
		Recipient string `json:"recipient"`
		Status    string `json:"status"`
		Platform  bool   `json:"platform"`
		Delivered bool   `json:"delivered"`
		Bounced   bool   `json:"bounced"`
		Expired   bool   `json:"expired"`
		Enhanced  string `json:"enhanced"`
	} `json:"messages"`
}

// TestRecordings holds what we read in the log of a real Postfix against what is
// known to have happened.
func TestRecordings(t *testing.T) {
	truths, err := filepath.Glob("../../../testdata/replay*.truth.json")
	if err != nil || len(truths) == 0 {
		t.Fatalf("no recordings in testdata: %v", err)
	}
	for _, truth := range truths {
		dir := strings.TrimSuffix(strings.TrimSuffix(truth, ".truth.json"), "/truth.json")
		t.Run(filepath.Base(dir), func(t *testing.T) {
			want := readJSON[recorded](t, truth)
			log, err := os.ReadFile(filepath.Join(dir, "mail.log"))
			if err != nil {
				t.Fatal(err)
			}
			events, c := collect(New(Options{Year: want.Year}), log)
			for _, line := range c.unparsed {
				t.Errorf("unparsed: %s", line)
			}
			n := 0
			for _, of := range c.outcomes {
				n += of
			}
			if n != want.Sources["mail.log"].Lines {
				t.Errorf("%d lines, want %d", n, want.Sources["mail.log"].Lines)
			}
			t.Logf("%d lines: %d with events, %d context, %d ignored %v", n,
				c.outcomes[sources.Events], c.outcomes[sources.Context], c.outcomes[sources.Ignored], c.rules)
			compareFates(t, &want, events)
			compareRefused(t, &want, events)
		})
	}
}

func readJSON[T any](t *testing.T, name string) (v T) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

// A fate is what became of one message to one recipient: the naive way, for logs
// in which everything comes in order.
type fate struct {
	delivered, bounced, expired, refused bool
	enhanced                             string
}

type address struct{ messageID, recipient string }

// fates says what became of each message by its events.
func fates(events []schemas.Event) map[address]*fate {
	ours := map[string]bool{}
	for _, e := range events {
		ours[e.QueueID] = true
	}
	m := map[address]*fate{}
	queue := map[string][]address{} // who was in which queue file
	for _, e := range events {
		a := address{e.MessageID, e.Recipient}
		if e.Kind.Stage() == schemas.StageTransport && e.Recipient != "" && m[a] == nil {
			m[a] = &fate{}
		}
		switch e.Kind {
		case schemas.Refused:
			if !strings.HasPrefix(e.MessageID, "n:") {
				m[a] = &fate{refused: true}
			}
		case schemas.Delivered:
			m[a].delivered = m[a].delivered || e.NextQueueID == "" || !ours[e.NextQueueID]
		case schemas.Bounced:
			m[a].bounced, m[a].enhanced = true, e.Enhanced
		case schemas.Deferred:
			m[a].enhanced = e.Enhanced
			queue[e.QueueID] = append(queue[e.QueueID], a)
		case schemas.Expired:
			for _, a := range queue[e.QueueID] {
				m[a].expired = !m[a].delivered && !m[a].bounced
			}
		}
	}
	return m
}

func compareFates(t *testing.T, want *recorded, events []schemas.Event) {
	t.Helper()
	got := fates(events)
	for _, w := range want.Messages {
		a := address{w.MessageID, schemas.CleanRecipient(w.Recipient)}
		g := got[a]
		if g == nil {
			g = &fate{}
		}
		delete(got, a)
		// An alias for several mailboxes can be delivered to one and expire for
		// another; one by one they are not told apart.
		expired := w.Expired && !w.Delivered
		refused := w.Status == "refused" && !w.Platform
		if g.delivered != w.Delivered || g.bounced != w.Bounced || g.expired != expired || g.refused != refused {
			t.Errorf("%v: got %+v, want %+v", a, *g, w)
		}
		// Where the server gave no enhanced code, Postfix makes one up.
		if (w.Bounced || w.Expired) && w.Enhanced != "" && g.enhanced != w.Enhanced {
			t.Errorf("%v: enhanced status %q, want %q", a, g.enhanced, w.Enhanced)
		}
	}
	for a, g := range got {
		t.Errorf("%v: nobody sent it: %+v", a, *g)
	}
}

func compareRefused(t *testing.T, want *recorded, events []schemas.Event) {
	t.Helper()
	type refusal struct{ recipient, sender, reply string }
	left := map[refusal]int{}
	for _, r := range want.Refused {
		left[refusal{r.Recipient, r.Sender, r.Reply}] += r.Count
	}
	for _, e := range events {
		if e.Kind == schemas.Refused && strings.HasPrefix(e.MessageID, "n:") {
			left[refusal{e.Recipient, strings.TrimPrefix(e.Sender, mta.NullSender), e.Reply}]--
		}
	}
	for r, n := range left {
		if n != 0 {
			t.Errorf("%+v: %d too few", r, n)
		}
	}
}
