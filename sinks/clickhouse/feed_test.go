package clickhouse

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"

	"mailfate/pipeline/classify"
	"mailfate/schemas"
	"mailfate/sinks/api"
)

// hostileTexts are what somebody may type, or a log may hold.
var hostileTexts = []string{
	"'; DROP TABLE status_changes; --", `\`, `\'`, "a\tb\nc\rd\x00e", "{from:Int64}", "') OR 1=1 --", "\xff\xfe", "%", "é@ü.example", "=cmd|' /C calc'!A0",
}

// feedSnapshots are messages of two accounts over weeks, some of which hold hostile texts.
func feedSnapshots(tb testing.TB) (list []*schemas.Snapshot) {
	for i := range 120 {
		s := feedMessage(tb, i, 120)
		s.Account = []string{"a", "b", ""}[i%3]
		if i%4 == 0 {
			text := hostileTexts[i/4%len(hostileTexts)]
			s.Row.Campaign, s.Row.Subject, s.Row.Sender = text, text, text+"@"+text
			s.History[1].Reply = text
		}
		if i%10 == 0 {
			for j := range s.History { // at one instant, of one event
				s.History[j].Time, s.History[j].Cause = day, schemas.EventID(j)
			}
		}
		list = append(list, s)
	}
	return list
}

// wantedChanges are what a feed should show, by the filter's own opinion.
func wantedChanges(tb testing.TB, db *DB, list []*schemas.Snapshot, f *api.Filter) (want []api.Change) {
	tb.Helper()
	news, err := db.News(tb.Context(), start(tb, db), 10_000)
	if err != nil {
		tb.Fatal(err)
	}
	keys := map[string]uint64{}
	for _, n := range news {
		keys[fmt.Sprint(n.MessageID, n.Recipient, n.Kind, n.Time.UnixMilli())] = n.Key
	}
	at := slices.Index(schemas.Vocabularies[:], f.Vocabulary)
	for _, s := range list {
		for _, h := range s.History {
			c := api.Change{
				Position: api.Position{Time: time.UnixMilli(h.Time).UTC()}, ID: messageNumber(s.Identity), Account: account(s.Identity), MessageID: s.MessageID,
				Sender: s.Row.Sender, Recipient: s.Recipient, Subject: s.Row.Subject, Campaign: s.Row.Campaign,
				Before: f.Vocabulary.Row(h.Before[at]).ID, Status: f.Vocabulary.Row(h.After[at]).ID,
				Kind: h.Kind.String(), Reason: h.Reason.String(), Fault: h.Reason.Fault().String(), Class: class(h.Kind, h.Reason).(string),
				Code: h.Code, Enhanced: h.Enhanced, Remarks: h.Reply, URL: h.URL,
			}
			c.Key = keys[fmt.Sprint(c.MessageID, c.Recipient, c.Kind, h.Time)]
			if f.Fits(&c) {
				want = append(want, c)
			}
		}
	}
	slices.SortFunc(want, func(a, b api.Change) int {
		return cmp.Or(b.Time.Compare(a.Time), cmp.Compare(b.Key, a.Key))
	})
	return want
}

// TestFeed compares pages and exports with what the filter itself says of each change.
func TestFeed(t *testing.T) {
	db := migrated(t)
	list := feedSnapshots(t)
	exec(t, db, "SYSTEM STOP MERGES status_changes") // which are so merged when they are read
	b := newBatch(db, classify.Default())
	for i, s := range list {
		if i%3 == 0 { // an older version
			old := *s
			old.Revision, old.Row.Campaign = 1, "old"
			b.addRows(&old, true)
		}
	}
	if err := b.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.Reset()
	for _, s := range list {
		b.addRows(s, true)
	}
	gone := feedMessage(t, 1000, 120)
	b.addRows(gone, true)
	back := *gone
	back.History, back.Revision = nil, gone.Revision+1
	for _, c := range gone.History {
		back.Withdrawn = append(back.Withdrawn, schemas.Withdrawal{Cause: c.Cause, Time: c.Time})
	}
	b.addRows(&back, true)
	if err := b.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	some, found := rand.New(rand.NewPCG(1, 2)), 0
	for round := range 40 {
		f := someFilter(some, list)
		want := wantedChanges(t, db, list, &f)
		found += len(want)
		var all []api.Change
		if err := db.Export(t.Context(), &f, func(c *api.Change) error { all = append(all, *c); return nil }); err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(want, all); diff != "" {
			t.Fatalf("round %d, %+v: %s", round, f, diff)
		}
		var paged []api.Change
		for behind := (api.Position{}); ; {
			page, err := db.Feed(t.Context(), &f, behind, 1+some.IntN(200))
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			paged = append(paged, page...)
			behind = page[len(page)-1].Position
		}
		if diff := gocmp.Diff(want, paged); diff != "" {
			t.Fatalf("round %d, pages of %+v: %s", round, f, diff)
		}
		if n, err := db.Count(t.Context(), &f); err != nil || n < uint64(len(want)) {
			t.Errorf("round %d: %d estimated, %d there: %v", round, n, len(want), err)
		}
	}
	if found < 500 {
		t.Errorf("only %d changes were found by all filters: they test nothing", found)
	}
}

func someFilter(some *rand.Rand, list []*schemas.Snapshot) api.Filter {
	s := list[some.IntN(len(list))]
	f := api.Filter{Owner: []api.Owner{{Any: true}, {Account: "a"}, {Account: "default"}}[some.IntN(3)], Vocabulary: schemas.Vocabularies[some.IntN(5)]}
	term := func(text string) api.Term { return api.Term{How: api.Part, Text: text, Words: api.WordsOf(text)} }
	switch some.IntN(12) {
	case 0:
		f.Recipient = api.Term{How: api.Exact, Text: s.Recipient, Words: api.WordsOf(s.Recipient)}
	case 1:
		d := schemas.Domain(s.Recipient)
		f.Recipient = api.Term{How: api.Domain, Text: d, Words: api.WordsOf(d)}
	case 2:
		f.Sender = term("acme7.example")
	case 3:
		f.Any, f.AnyID = term("domain1"), "domain1"
	case 4:
		f.Any, f.AnyID = api.Term{How: api.Exact, Text: s.MessageID, Words: api.WordsOf(s.MessageID)}, s.MessageID
	case 5:
		f.MessageID = s.MessageID
	case 6:
		f.Statuses = []string{f.Vocabulary.Row(2).ID, f.Vocabulary.Row(3).ID, "deferred", "delivered", "opened"}
	case 7:
		f.Kinds, f.Reasons = []string{"deferred", "opened"}, []string{"greylisted"}
	case 8:
		f.Campaign = []string{s.Row.Campaign, "old"}[some.IntN(2)]
	case 9:
		f.From = time.UnixMilli(s.History[0].Time)
	case 10:
		f.To = time.UnixMilli(s.History[0].Time)
	}
	return f
}

// TestFeedTakesNoSQL asks with hostile texts in every value that is a text.
func TestFeedTakesNoSQL(t *testing.T) {
	db := migrated(t)
	b := newBatch(db, classify.Default())
	list := feedSnapshots(t)
	for _, s := range list {
		b.addRows(s, true)
	}
	if err := b.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, text := range append(hostileTexts, strings.Repeat("x'", 500_000)) {
		small := text
		if utf8.ValidString(text) {
			small = strings.ToLower(text)
		}
		for i, set := range []func(*api.Filter){
			func(f *api.Filter) { f.Campaign = text },
			func(f *api.Filter) { f.MessageID = text },
			func(f *api.Filter) { f.Any, f.AnyID = api.Term{How: api.Exact, Text: text}, text },
			func(f *api.Filter) { f.Sender = api.Term{How: api.Part, Text: small} },
			func(f *api.Filter) { f.Recipient = api.Term{How: api.Domain, Text: text, Words: []string{text, "x"}} },
			func(f *api.Filter) { f.Owner = api.Owner{Account: text} },
			func(f *api.Filter) { f.Statuses, f.Kinds, f.Reasons = []string{text}, []string{text}, []string{text} },
		} {
			f := api.Filter{Owner: api.Owner{Any: true}, Vocabulary: schemas.Tipimail}
			set(&f)
			want := 0
			for _, s := range list {
				if i == 0 && s.Row.Campaign == text || i == 3 && strings.Contains(s.Row.Sender, text) {
					want += 3
				}
			}
			page, err := db.Feed(t.Context(), &f, api.Position{}, 501)
			if err != nil || (want > 0) != (len(page) > 0) {
				t.Errorf("%.30q in parameter %d: %d changes, %v", text, i, len(page), err)
			}
		}
		if _, _, err := db.Recipient(t.Context(), api.Owner{Account: text}, schemas.Canonical, text, 5); err != nil {
			t.Errorf("recipient %.30q: %v", text, err)
		}
	}
}

// TestExportStops ends with what its reader says.
func TestExportStops(t *testing.T) {
	db := migrated(t)
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, samples(t)...)...)
	stop := errors.New("no more")
	f := api.Filter{Owner: api.Owner{Any: true}, Vocabulary: schemas.Canonical}
	if err := db.Export(t.Context(), &f, func(*api.Change) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}

// TestAskingChangesNothing holds what is asked on somebody's behalf to reading.
func TestAskingChangesNothing(t *testing.T) {
	db := migrated(t)
	if err := db.conn.Exec(asking(t.Context(), time.Second, 1), "TRUNCATE TABLE status_changes"); err == nil {
		t.Error("a table was emptied")
	}
	var n []uint64
	if err := db.conn.Select(asking(t.Context(), time.Second, 1), &n, "SELECT number FROM numbers(10)"); err == nil {
		t.Error("more rows than allowed were read")
	}
}

func TestRecipient(t *testing.T) {
	db := migrated(t)
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, delivered(t), bounced(t))...)
	facts, newest, err := db.Recipient(t.Context(), api.Owner{Account: "acme"}, schemas.Unisender, "ann@example.org", 5)
	want := api.Facts{Messages: 1, Delivered: 1, Opened: 1}
	if err != nil || facts != want || len(newest) != 1 || newest[0].Status != "ok_read" || newest[0].Subject != "Hello" {
		t.Errorf("%+v, %+v, %v", facts, newest, err)
	}
	facts, newest, err = db.Recipient(t.Context(), api.Owner{Account: "other"}, schemas.Unisender, "ann@example.org", 5)
	if err != nil || facts != (api.Facts{}) || newest != nil {
		t.Errorf("to another account: %+v, %+v, %v", facts, newest, err)
	}
}

// TestStoryOfAnOwner hides what is not the owner's.
func TestStoryOfAnOwner(t *testing.T) {
	db := migrated(t)
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, delivered(t))...)
	write(t, db, schemas.TopicEvents, false, storyOf(t)...)
	number := fmt.Sprint(messageNumber(delivered(t).Identity))
	for _, id := range []string{"m1@acme.example", "e1", number} {
		if f, err := db.StoryOf(t.Context(), api.Owner{Account: "acme"}, id, ""); err != nil || len(f.Recipients) != 1 {
			t.Errorf("%s, of its owner: %v", id, err)
		}
		for _, recipient := range []string{"", "ann@example.org", "nobody@example.org"} {
			_, err := db.StoryOf(t.Context(), api.Owner{Account: "other"}, id, recipient)
			if !errors.Is(err, api.ErrNothingKnown) || recipient != "ann@example.org" && strings.Contains(err.Error(), "ann@") {
				t.Errorf("%s to %q, of another: %v", id, recipient, err)
			}
		}
	}
}

// TestStoryByEmailID asks by ids that mean two messages, and by one that a message had.
func TestStoryByEmailID(t *testing.T) {
	db := migrated(t)
	one, two, other := delivered(t), bounced(t), bounced(t)
	two.Account, one.Row.EmailID, two.Row.EmailID = one.Account, "both", "both"
	other.Account, other.MessageID, other.Row.EmailID = "other", "m9@other.example", "both"
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, one, two, other)...)
	owner := api.Owner{Account: account(one.Identity)}
	if _, err := db.StoryOf(t.Context(), owner, "both", ""); !errors.Is(err, api.ErrSeveral) || strings.Contains(err.Error(), "m9@") ||
		!strings.Contains(err.Error(), strconv.Quote(one.MessageID)) || !strings.Contains(err.Error(), strconv.Quote(two.MessageID)) {
		t.Errorf("of two: %v", err)
	}
	if f, err := db.StoryOf(t.Context(), api.Owner{Account: "other"}, "both", ""); err != nil || f.MessageID != "m9@other.example" {
		t.Errorf("of one that is the owner's: %v", err)
	}
	one.Row.EmailID, one.Revision = "alone", one.Revision+1
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 10, one)...)
	for id, want := range map[string]string{"alone": one.MessageID, "both": two.MessageID} {
		if f, err := db.StoryOf(t.Context(), owner, id, ""); err != nil || f.MessageID != want {
			t.Errorf("by %s after the id was changed: %+v, %v", id, f, err)
		}
	}
}
