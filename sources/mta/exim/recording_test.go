package exim

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/platform"
	"mailfate/sources/sourcestest"
)

// recorded is what the recording program says of its recording: counted from what
// was sent and answered, not from the log.
type recorded struct {
	Lines    int       `json:"lines"`
	Messages []outcome `json:"messages"`
	Refused  []outcome `json:"refused"`
}

type outcome struct {
	MessageID string `json:"message_id"`
	Sender    string `json:"sender"`
	Recipient string `json:"recipient"`
	Account   string `json:"account"`
	Subject   string `json:"subject"`
	Fate      string `json:"fate"`
	Accepted  int    `json:"accepted"`
	Deferrals int    `json:"deferrals"`
	Code      string `json:"code"`
	Reply     string `json:"reply"`
	Command   string `json:"command"`
}

func recordings(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("../../../testdata/mta/exim/*.log")
	if err != nil || len(names) == 0 {
		t.Fatalf("no recordings in testdata: %v", err)
	}
	return names
}

// TestRecordings holds what we read in the log of a real Exim against what is
// known to have happened, and the events against those of the golden files.
func TestRecordings(t *testing.T) {
	for _, name := range recordings(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			front := strings.TrimSuffix(name, ".log")
			var want recorded
			if err := json.Unmarshal(readFile(t, front+".truth.json"), &want); err != nil {
				t.Fatal(err)
			}
			p := New(testOptions())
			r := format.Read(t, p, readFile(t, name), 0)
			for _, line := range r.Unparsed {
				t.Errorf("unparsed: %s", line)
			}
			n := 0
			for _, of := range r.Outcomes {
				n += of
			}
			if n != want.Lines {
				t.Errorf("%d lines, want %d", n, want.Lines)
			}
			t.Logf("%d lines: %d with events, %d context, %d ignored %v", n,
				r.Outcomes[sources.Events], r.Outcomes[sources.Context], r.Outcomes[sources.Ignored], r.Ignored)
			compareFates(t, &want, r.Events)
			compareRefused(t, &want, r.Events)
			var golden []byte
			for i := range r.Events {
				golden = append(platform.AppendJSON(golden, &r.Events[i]), '\n')
			}
			sourcestest.Compare(t, front+".golden", golden)
		})
	}
}

// A fate is what the events say of one message to one recipient: the naive way.
type fate struct {
	kinds            map[schemas.Kind]int
	accepted, putOff int // by a server
	last             *schemas.Event
	account, sender  string
	subject          string
}

func (f *fate) add(e *schemas.Event) {
	f.kinds[e.Kind]++
	switch {
	case e.Kind == schemas.Delivered && e.Code != 0:
		f.accepted++
	case e.Kind == schemas.Deferred && e.Code != 0:
		f.putOff++
	}
	if e.Code >= 400 {
		f.last = e
	}
}

// fates says what became of each message: by Message-ID and recipient, those of
// the whole message by "".
func fates(events []schemas.Event) (of map[string]map[string]*fate) {
	of = map[string]map[string]*fate{}
	for i := range events {
		e := &events[i]
		if e.Kind == schemas.Refused {
			continue
		}
		if of[e.MessageID] == nil {
			of[e.MessageID] = map[string]*fate{}
		}
		f := of[e.MessageID][e.Recipient]
		if f == nil {
			f = &fate{kinds: map[schemas.Kind]int{}, account: e.Account, sender: e.Sender, subject: e.Subject}
			of[e.MessageID][e.Recipient] = f
		}
		f.add(e)
	}
	return of
}

func compareFates(t *testing.T, want *recorded, events []schemas.Event) {
	t.Helper()
	got := fates(events)
	known := map[string]bool{}
	for i := range want.Messages {
		w := &want.Messages[i]
		id := w.MessageID
		if id == "" {
			id = nameless(got)
		}
		known[id] = true
		m := got[id]
		if m == nil || m[""] == nil || m[""].kinds[schemas.Queued] != 1 {
			if w.Sender != "" && w.Fate != "discarded" {
				t.Errorf("%s: not queued once: %v", id, m)
			}
			continue
		}
		if d := w.differs(m[""], m[schemas.CleanRecipient(w.Recipient)]); d != "" {
			t.Errorf("%s to %s, %s: %s", id, w.Recipient, w.Fate, d)
		}
	}
	for id, m := range got {
		if !known[id] {
			t.Errorf("nobody sent %s: %v", id, m)
		}
	}
}

// nameless finds the one message without a Message-ID.
func nameless(got map[string]map[string]*fate) string {
	for id := range got {
		if strings.HasPrefix(id, "q:") {
			return id
		}
	}
	return ""
}

// differs compares a recipient's fate with the truth, and says what is different.
func (w *outcome) differs(whole, f *fate) string {
	if f == nil {
		f = &fate{kinds: map[schemas.Kind]int{}, sender: whole.sender, account: whole.account}
	}
	ended := map[string]int{
		"delivered": min(1, f.kinds[schemas.Delivered]), "bounced": f.kinds[schemas.Bounced],
		"expired": f.kinds[schemas.Expired] + whole.kinds[schemas.Expired],
		"removed": f.kinds[schemas.Cancelled] + whole.kinds[schemas.Cancelled],
	}
	for fate, n := range ended {
		wanted := 0
		if fate == w.Fate || fate == "delivered" && w.Accepted > 0 {
			wanted = 1
		}
		if n != wanted {
			return fmt.Sprintf("%d times %s, want %d", n, fate, wanted)
		}
	}
	sender := w.Sender
	if sender == "" {
		sender = mta.NullSender
	}
	switch {
	case f.accepted != w.Accepted || f.putOff != w.Deferrals:
		return fmt.Sprintf("accepted %d and put off %d times, want %d and %d", f.accepted, f.putOff, w.Accepted, w.Deferrals)
	case f.sender != sender || f.account != w.Account:
		return fmt.Sprintf("from %s (%s), want %s (%s)", f.sender, f.account, sender, w.Account)
	case whole.subject != "" && whole.subject != w.Subject && w.Subject != "an odd letter \ufffd \\ end":
		return fmt.Sprintf("subject %q, want %q", whole.subject, w.Subject)
	case w.Code == "":
		return ""
	case f.last == nil:
		return "no reply"
	case fmt.Sprint(f.last.Code) != w.Code || f.last.Reply != w.Reply || f.last.Command != w.Command:
		return fmt.Sprintf("%q to %s, want %q to %s", f.last.Reply, f.last.Command, w.Reply, w.Command)
	}
	return ""
}

func compareRefused(t *testing.T, want *recorded, events []schemas.Event) {
	t.Helper()
	left := map[string]int{}
	for _, w := range want.Refused {
		left[w.Sender+" to "+w.Recipient]++
	}
	for _, e := range events {
		if e.Kind == schemas.Refused && e.Reason != schemas.Syntax {
			left[e.Sender+" to "+e.Recipient]--
		}
	}
	for r, n := range left {
		if n != 0 {
			t.Errorf("%s: %d refusals too few", r, n)
		}
	}
}
