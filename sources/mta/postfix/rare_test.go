package postfix

import (
	"cmp"
	"os"
	"strings"
	"testing"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
)

// rare is what the recording program says of its recording of rare lines: what
// was sent, and what the servers answered.
type rare struct {
	Year    int `json:"year"`
	Lines   int `json:"lines"`
	Letters []struct {
		MessageID string `json:"message_id"`
		Sender    string `json:"sender"`
		Account   string `json:"account"`
		Subject   string `json:"subject"`
		To        []struct {
			Recipient string `json:"recipient"`
			End       string `json:"end"`
			Deferred  bool   `json:"deferred"`
			Times     int    `json:"times"`
		} `json:"to"`
	} `json:"letters"`
	Refused []struct {
		Recipient string `json:"recipient"`
		Sender    string `json:"sender"`
	} `json:"refused"`
}

const rareLog = "../../../testdata/mta/postfix/rare"

// rareFormat reads the recording: its stamps have no year.
func rareFormat(t *testing.T) (*rare, Options) {
	t.Helper()
	truth := readJSON[rare](t, rareLog+".truth.json")
	o := testOptions()
	o.Year = truth.Year
	return &truth, o
}

func TestRareRecordingGolden(t *testing.T) {
	_, o := rareFormat(t)
	formatWith(o).Golden(t, rareLog+".log")
}

func TestRareRecordingInPieces(t *testing.T) {
	_, o := rareFormat(t)
	log, err := os.ReadFile(rareLog + ".log")
	if err != nil {
		t.Fatal(err)
	}
	formatWith(o).Pieces(t, log)
}

// TestRareRecording holds what was read against what happened, per recipient.
func TestRareRecording(t *testing.T) {
	want, o := rareFormat(t)
	log, err := os.ReadFile(rareLog + ".log")
	if err != nil {
		t.Fatal(err)
	}
	p := New(o)
	events, c := collect(p, log)
	for _, line := range c.unparsed {
		t.Errorf("unparsed: %s", line)
	}
	t.Logf("%d lines: %d with events, %d context, %d ignored %v", want.Lines,
		c.outcomes[sources.Events], c.outcomes[sources.Context], c.outcomes[sources.Ignored], c.rules)
	got, whole := endings(events), map[string]schemas.Kind{}
	for _, e := range events {
		if e.Recipient == "" {
			whole[e.MessageID] = e.Kind
		}
	}
	for _, l := range want.Letters {
		for _, to := range l.To {
			a := address{l.MessageID, schemas.CleanRecipient(to.Recipient)}
			g := got[a]
			delete(got, a)
			switch {
			case to.End == "unknown", to.End == "refused-early", to.End == "discarded":
				if g != nil {
					t.Errorf("%v: got %+v, want nothing, for it was %s", a, *g, to.End)
				}
				continue
			case g == nil && to.End == "cancelled" && whole[l.MessageID] == schemas.Cancelled:
				continue // held before any line named its recipient
			case g == nil:
				t.Errorf("%v: got nothing, want %+v", a, to)
				continue
			}
			if g.end != to.End || g.deferred != to.Deferred || g.delivered != to.Times {
				t.Errorf("%v: got %+v, want %+v", a, *g, to)
			}
			if g.account != l.Account || g.subject != l.Subject && g.end != "refused" || strings.Trim(g.sender, mta.NullSender) != l.Sender {
				t.Errorf("%v: got %+v, want %+v", a, *g, l)
			}
		}
	}
	for a, g := range got {
		t.Errorf("%v: nobody sent it: %+v", a, *g)
	}
	checkRareRefusals(t, want, events)
}

// An ending is what became of one message to one recipient.
type ending struct {
	end                      string
	delivered                int // by the last hop
	deferred                 bool
	account, sender, subject string
}

// endings says so by the events, the naive way.
func endings(events []schemas.Event) map[address]*ending {
	ours := map[string]bool{}
	for _, e := range events {
		ours[e.QueueID] = true
	}
	ends := map[address]*ending{}
	for _, e := range events {
		if e.Recipient == "" || strings.HasPrefix(e.MessageID, "n:") {
			continue
		}
		a := address{e.MessageID, e.Recipient}
		if ends[a] == nil {
			ends[a] = &ending{}
		}
		g := ends[a]
		g.account, g.sender, g.subject = e.Account, e.Sender, cmp.Or(e.Subject, g.subject)
		switch {
		case e.Kind == schemas.Deferred:
			g.deferred = true
		case e.Kind == schemas.Delivered && e.NextQueueID != "" && ours[e.NextQueueID]:
			// An inner hop.
		case e.Kind == schemas.Delivered:
			g.delivered++
			fallthrough
		default:
			g.end = e.Kind.String()
		}
	}
	for _, e := range events {
		if e.Recipient == "" && (e.Kind == schemas.Expired || e.Kind == schemas.Cancelled) {
			for a, g := range ends {
				if a.messageID == e.MessageID && g.end == "" {
					g.end = e.Kind.String()
				}
			}
		}
	}
	return ends
}

func checkRareRefusals(t *testing.T, want *rare, events []schemas.Event) {
	t.Helper()
	type refused struct{ recipient, sender string }
	left := map[refused]int{}
	for _, r := range want.Refused {
		left[refused{r.Recipient, r.Sender}]++
	}
	for _, l := range want.Letters {
		if to := l.To[0]; to.End == "refused-early" {
			left[refused{to.Recipient, l.Sender}]++
		}
	}
	for _, e := range events {
		if strings.HasPrefix(e.MessageID, "n:") {
			left[refused{e.Recipient, e.Sender}]--
		}
	}
	for r, n := range left {
		if n != 0 {
			t.Errorf("%+v: %d too few", r, n)
		}
	}
}
