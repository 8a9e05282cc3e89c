package clickhouse

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mailfate/pipeline/classify"
	"mailfate/pipeline/kafkalog"
	machine "mailfate/pipeline/status"
	"mailfate/schemas"
	"mailfate/sinks/api"
	"mailfate/sinks/explain"
)

// storyOf are the events of the delivered sample, and one of the message as a whole.
func storyOf(tb testing.TB) []kafkalog.Record {
	id := delivered(tb).Identity
	events := []schemas.Event{
		{ID: 11, Kind: schemas.Queued, Time: minute(1), QueueID: "4A1", Host: "mx1", File: "/var/log/mail.log", Offset: 4711},
		{ID: 12, Kind: schemas.Deferred, Time: minute(2), Code: 451, Enhanced: "4.7.1", Reply: "try later", Command: "RCPT TO"},
		{ID: 13, Kind: schemas.Delivered, Time: minute(9), Code: 250, Relay: "mx.example.org[192.0.2.1]:25", NextQueueID: "X"},
		{ID: 14, Kind: schemas.Opened, Time: minute(30), URL: "u", UserAgent: "Mozilla", IP: "192.0.2.7", Source: schemas.SourceTracking},
		{ID: 15, Kind: schemas.Complained, Time: minute(60), Source: schemas.SourceARF, Match: schemas.MatchMessageID, Confidence: schemas.ConfidenceStrong},
	}
	var records []kafkalog.Record
	for i, ev := range events {
		ev.Identity = id
		if ev.Kind == schemas.Complained {
			ev.Account, ev.Recipient = "", ""
		}
		records = append(records, eventRecord(tb, int64(i), ev))
	}
	return records
}

func story(tb testing.TB, db *DB, id, recipient string) *explain.Found {
	tb.Helper()
	f, err := db.Story(tb.Context(), id, recipient)
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

// A message is found by each of its names.
func TestStoryByAnyName(t *testing.T) {
	db := migrated(t)
	write(t, db, schemas.TopicStatus, false, statusRecords(t, 0, delivered(t))...)
	write(t, db, schemas.TopicEvents, false, storyOf(t)...)
	number := strconv.FormatUint(messageNumber(delivered(t).Identity), 10)
	for _, name := range []string{"m1@acme.example", " <m1@acme.example> ", "e1", number} {
		f := story(t, db, name, "")
		if f.MessageID != "m1@acme.example" || len(f.Events) != 5 || len(f.Recipients) != 1 || f.Tell != 1 || len(f.Changes) != 2 {
			t.Fatalf("%s: %d events, %d recipients, %d changes of %s", name, len(f.Events), len(f.Recipients), len(f.Changes), f.MessageID)
		}
		to := f.Recipients[0]
		if to.Account != "acme" || to.Subject != "Hello" || to.Statuses["canonical"].Status != "opened" || to.Counts.Opens != 2 {
			t.Errorf("%s: recipient %+v", name, to)
		}
	}
	if f := story(t, db, "m1@acme.example", "<Ann@EXAMPLE.org>"); f.Tell != 1 {
		t.Error("the recipient is not understood")
	}
}

// What was written of an event is read.
func TestStoryReadsEvents(t *testing.T) {
	db := migrated(t)
	row := delivered(t)
	row.Row.Unsubscribed = minute(31)
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, row)...)
	write(t, db, schemas.TopicEvents, false, storyOf(t)...)
	f := story(t, db, "m1@acme.example", "")
	queued, deferred, arrived, opened := f.Events[0], f.Events[1], f.Events[2], f.Events[3]
	if queued.QueueID != "4A1" || queued.File != "/var/log/mail.log" || queued.Offset != 4711 || queued.Host != "mx1" || queued.Time != minute(1) {
		t.Errorf("queued: %+v", queued)
	}
	if deferred.Code != 451 || deferred.Enhanced != "4.7.1" || deferred.Reply != "try later" || deferred.Command != "RCPT TO" {
		t.Errorf("deferred: %+v", deferred)
	}
	if arrived.Relay == "" || arrived.NextQueueID != "X" || opened.UserAgent != "Mozilla" || opened.IP == "" || opened.URL != "u" || opened.Source != schemas.SourceTracking {
		t.Errorf("delivered, opened: %+v %+v", arrived, opened)
	}
	if c := f.Events[4].Confidence; c != schemas.ConfidenceStrong || opened.Confidence != schemas.ConfidenceStated {
		t.Errorf("a complaint is %q", c)
	}
	if len(f.Owners) != 2 || f.Owners[0].Account != "acme" || len(f.Owners[0].Recipients) != 1 || f.Owners[1].Account != "" {
		t.Errorf("owners: %+v", f.Owners)
	}
	if counts := f.Recipients[0].Counts; counts.Opens != 2 || !counts.Unsubscribed || counts.Complained {
		t.Errorf("counts: %+v", counts)
	}
	c := f.Changes[1]
	if c.Cause != 12 || c.Kind != schemas.Deferred || c.Reason != schemas.Greylisted || c.Before[0] != "queued" || c.After[0] != "deferred" {
		t.Errorf("change: %+v", c)
	}
}

// A bounce by mail, which anybody can write, makes nobody a recipient.
func TestStoryOfForgedBounce(t *testing.T) {
	db := migrated(t)
	id := delivered(t).Identity
	id.Account, id.Recipient = "", "bob@example.org"
	write(t, db, schemas.TopicEvents, false, append(storyOf(t), eventRecord(t, 9, schemas.Event{
		ID: 19, Kind: schemas.BouncedLater, Time: minute(61), Identity: id, Source: schemas.SourceARF, Confidence: schemas.ConfidenceStrong,
	}))...)
	for _, o := range story(t, db, "m1@acme.example", "").Owners {
		if strings.Join(o.Recipients, " ") == id.Recipient {
			t.Errorf("it makes a recipient: %+v", o)
		}
	}
}

// A change that was taken back tells what it was, as long as that is on record.
func TestStoryOfWhatWasTakenBack(t *testing.T) {
	db := migrated(t)
	write(t, db, schemas.TopicEvents, false, storyOf(t)...)
	before, after := delivered(t), delivered(t)
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, before)...)
	after.History, after.Fresh = after.History[:3], nil
	after.Withdrawn = []schemas.Withdrawal{{Cause: 14, Time: minute(30)}}
	after.Revision++
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 1, after)...)
	for _, merged := range []bool{false, true} {
		if merged {
			if err := db.conn.Exec(t.Context(), "OPTIMIZE TABLE status_changes FINAL"); err != nil {
				t.Fatal(err)
			}
		}
		f := story(t, db, "m1@acme.example", "")
		last := f.Changes[len(f.Changes)-1]
		if len(f.Changes) != 4 || !last.Withdrawn || f.Changes[0].Withdrawn {
			t.Errorf("merged %v: %+v", merged, f.Changes)
		}
		if merged && last.Kind != schemas.KindNone {
			t.Errorf("a merged change is still known: %+v", last)
		}
	}
}

// What belongs to nobody is read, with where it was found.
func TestStoryOfWhatIsHeld(t *testing.T) {
	db := migrated(t)
	s, contested := stray(), stray()
	contested.Recipient, contested.Standing, contested.Was = "ann@example.org", schemas.Contested, schemas.Contested
	for i := range contested.Events {
		contested.Events[i].ID += 100
	}
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, s, contested)...)
	ev := s.Events[1]
	ev.Identity, ev.File, ev.Offset = s.Identity, "/var/mail/1", 5
	write(t, db, schemas.TopicEvents, false, eventRecord(t, 0, ev))
	f := story(t, db, s.MessageID, "")
	if len(f.Held) != 5 || !f.Held[2].Contested || f.Held[3].Contested || f.Tell != 0 {
		t.Fatalf("held: %+v", f.Held)
	}
	for _, h := range f.Held[3:] {
		if h.Kind == schemas.Complained && (h.File != "/var/mail/1" || h.Offset != 5) {
			t.Errorf("it is not said where it was read: %+v", h)
		}
	}
}

// Much is bounded: of many events the earliest and the latest, of many recipients some.
func TestStoryIsBounded(t *testing.T) {
	db := migrated(t)
	var events []kafkalog.Record
	var rows []*schemas.Snapshot
	for i := range 400 {
		ev := schemas.Event{ID: schemas.EventID(i + 1), Kind: schemas.Opened, Time: minute(int64(i)), Identity: delivered(t).Identity}
		events = append(events, eventRecord(t, int64(i), ev))
	}
	for i := range explain.MaxRecipients + 7 {
		s := delivered(t)
		s.Recipient = fmt.Sprintf("r%03d@example.org", i)
		rows = append(rows, s)
	}
	write(t, db, schemas.TopicEvents, false, events...)
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, append(rows, delivered(t))...)...)
	f := story(t, db, "m1@acme.example", "ann@example.org")
	if len(f.Events) != 2*machine.KeepQueues || f.Events[0].ID != 1 || f.Events[len(f.Events)-1].ID != 400 {
		t.Errorf("%d events", len(f.Events))
	}
	if f.Places[1] != 1 || f.Places[400] != 400 || f.Cut {
		t.Errorf("places %v, cut %v", f.Places, f.Cut)
	}
	f = story(t, db, "m1@acme.example", "")
	if len(f.Recipients) != explain.MaxRecipients || f.More != 8 || f.Tell != 0 || len(f.Events) != 0 {
		t.Errorf("%d recipients and %d more, %d told, %d events", len(f.Recipients), f.More, f.Tell, len(f.Events))
	}
}

// Events may be deleted before what became of their message.
func TestStoryWithoutEvents(t *testing.T) {
	db := migrated(t)
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, delivered(t))...)
	f := story(t, db, "m1@acme.example", "")
	if f.Tell != 1 || len(f.Changes) != 4 || len(f.Events) != 0 {
		t.Errorf("%d told, %d changes, %d events", f.Tell, len(f.Changes), len(f.Events))
	}
}

// What time alone brought about, long after the last event, is told, and so is that it
// was taken back.
func TestStoryOfTimedChange(t *testing.T) {
	db := migrated(t)
	write(t, db, schemas.TopicEvents, false, storyOf(t)...)
	s := delivered(t)
	late := minute(60 * 24 * 50)
	s.History = append(s.History, schemas.Change{Cause: 99, Kind: schemas.Expired, Derived: true, Time: late, Before: status(t, "opened"), After: status(t, "expired")})
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, s)...)
	if f := story(t, db, "m1@acme.example", ""); len(f.Changes) != 5 || f.Changes[4].Time != late || f.Changes[4].Kind != schemas.Expired {
		t.Errorf("%d changes: %+v", len(f.Changes), f.Changes)
	}
	s.History, s.Withdrawn = s.History[:4], []schemas.Withdrawal{{Cause: 99, Time: late}}
	s.Revision++
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 1, s)...)
	if f := story(t, db, "m1@acme.example", ""); len(f.Changes) != 5 || !f.Changes[4].Withdrawn || f.Changes[4].Kind != schemas.Expired {
		t.Errorf("taken back: %+v", f.Changes)
	}
}

// A story of more hours than are looked into one by one lacks nothing.
func TestStoryOfManyHours(t *testing.T) {
	db := migrated(t)
	s := delivered(t)
	records := storyOf(t)
	for i := range storyHours + 5 {
		at, id := minute(60*int64(i+2)), schemas.EventID(1000+i)
		records = append(records, eventRecord(t, int64(100+i), schemas.Event{ID: id, Identity: s.Identity, Kind: schemas.Opened, Time: at, Source: schemas.SourceTracking}))
		s.History = append(s.History, schemas.Change{Cause: id, Kind: schemas.Opened, Time: at, Before: status(t, "delivered"), After: status(t, "opened")})
		s.Row.Last = at
	}
	write(t, db, schemas.TopicEvents, false, records...)
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, s)...)
	f := story(t, db, "m1@acme.example", "")
	if len(f.Events) != len(records) || len(f.Changes) != len(s.History) {
		t.Errorf("%d of %d events, %d of %d changes", len(f.Events), len(records), len(f.Changes), len(s.History))
	}
}

// Statuses may be on their way while the events are there.
func TestStoryWithoutStatuses(t *testing.T) {
	db := migrated(t)
	write(t, db, schemas.TopicEvents, false, storyOf(t)...)
	f := story(t, db, "m1@acme.example", "")
	if f.Tell != 1 || f.Recipients[0].Recipient != "ann@example.org" || len(f.Events) != 5 {
		t.Errorf("%+v, %d events", f.Recipients, len(f.Events))
	}
}

// What is not found says what to do, and nothing in a name is obeyed.
func TestStoryNotFound(t *testing.T) {
	db := migrated(t)
	twin := delivered(t)
	twin.MessageID = "m9@acme.example"
	rows := []*schemas.Snapshot{delivered(t), twin}
	for _, to := range []string{"bank/ann", "shop/ann", "shop/bob"} { // without email ids
		s := delivered(t)
		account, name, _ := strings.Cut(to, "/")
		s.Identity = schemas.Identity{Account: account, MessageID: "m7@acme.example", Recipient: name + "@example.org"}
		s.Row.EmailID = ""
		rows = append(rows, s)
	}
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, rows...)...)
	write(t, db, schemas.TopicEvents, false, storyOf(t)...)
	for _, c := range []struct{ id, recipient, says string }{
		{"nobody@example.org", "", "nothing is known by this id"},
		{"18446744073709551615", "", "nothing is known by this id"},
		{"99999999999999999999999", "", "nothing is known by this id"},
		{"m1@acme.example", "eve@example.org", `it went to "ann@example.org"`},
		{"e1", "", `name one: "m1@acme.example" "ann@example.org", "m9@acme.example"`},
		{"' OR 1=1 -- \\' @id ? $1 {x:String} \x00\xff", "' OR ''='", "nothing is known by this id"},
		{"", "", "nothing is known by this id"},
		{"<>", "", "nothing is known by this id"},
		{"m7@acme.example", "eve@example.org", `it went to "ann@example.org", "bob@example.org"` + "\x00"},
	} {
		_, err := db.Story(t.Context(), c.id, c.recipient)
		if err == nil || !strings.Contains(err.Error()+"\x00", c.says) {
			t.Errorf("%q %q: %v", c.id, c.recipient, err)
		}
	}
}

// Any bytes may be a message id and a recipient.
func TestStoryOfHostileNames(t *testing.T) {
	db := migrated(t)
	s := delivered(t)
	s.MessageID, s.Recipient = "'; DROP TABLE events; --\\ @id ? $1 \x00\xff\n", "\\'@x\x1b"
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, s)...)
	write(t, db, schemas.TopicEvents, false, eventRecord(t, 0, schemas.Event{ID: 1, Kind: schemas.Queued, Time: minute(1), Identity: s.Identity}))
	s.MessageID = schemas.CleanMessageID(s.MessageID)
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 1, s)...)
	write(t, db, schemas.TopicEvents, false, eventRecord(t, 1, schemas.Event{ID: 1, Kind: schemas.Queued, Time: minute(1), Identity: s.Identity}))
	f := story(t, db, s.MessageID, s.Recipient)
	if len(f.Events) != 1 || f.Tell != 1 || len(f.Changes) != 4 {
		t.Errorf("%d events, %d told, %d changes", len(f.Events), f.Tell, len(f.Changes))
	}
}

// Where events were deleted that changes are kept of, these are looked for in all hours,
// and told.
func TestStoryOutlivesEvents(t *testing.T) {
	db := migrated(t)
	s := delivered(t)
	s.History, s.Fresh = nil, nil
	for i, id := range []string{"queued", "deferred", "delivered", "opened"} {
		kind, _ := schemas.ParseKind(id)
		c := schemas.Change{Cause: schemas.EventID(50 + i), Kind: kind, Time: minute(int64(2 * i * 24 * 60)), After: status(t, id)}
		s.History, s.Fresh = append(s.History, c), append(s.Fresh, c.Cause)
		write(t, db, schemas.TopicEvents, true, eventRecord(t, int64(i), schemas.Event{Identity: s.Identity, ID: c.Cause, Kind: kind, Time: c.Time}))
	}
	s.Row.First, s.Row.Last = s.History[0].Time, s.History[3].Time
	s.Withdrawn = []schemas.Withdrawal{{Cause: 999, Time: s.Row.First}} // tells of the first hour
	writeAll(t, db, s)
	for day := range 8 {
		writeAged(t, db, aged(t, 100+day, int64(-day)))
	}
	for _, events := range []int{4, 1} {
		if events == 1 {
			retain(t, db, Keep{Events: 2})
		}
		f := story(t, db, s.MessageID, "")
		told := slices.DeleteFunc(f.Changes, func(c explain.Told) bool { return c.Withdrawn })
		var timeline []string
		for _, m := range explain.Tell(f, explain.Options{Vocabularies: schemas.Vocabularies[:1]}).Recipients[0].Timeline {
			timeline = append(timeline, m.Kind)
		}
		if got := fmt.Sprint(timeline); len(f.Events) != events || len(told) != 4 || got != "[queued deferred delivered opened]" {
			t.Errorf("%d events, %d changes, want %d and 4: %s", len(f.Events), len(told), events, got)
		}
	}
}

// Who may see one account's message is not told what was taken back of another's.
func TestStoryTakesNothingBackOfAnother(t *testing.T) {
	db := migrated(t)
	mine, theirs := delivered(t), delivered(t)
	mine.Withdrawn = []schemas.Withdrawal{{Cause: 501, Time: minute(3)}}
	theirs.Account = "other"
	theirs.Withdrawn = []schemas.Withdrawal{{Cause: 502, Time: minute(3)}, {Cause: 503, Time: minute(4)}}
	writeAll(t, db, mine, theirs)
	for account, want := range map[string]int{mine.Account: 1, theirs.Account: 2} {
		f, err := db.StoryOf(t.Context(), api.Owner{Account: account}, mine.MessageID, "")
		if err != nil {
			t.Fatal(err)
		}
		s := explain.Tell(f, explain.Options{Replies: classify.Default(), Vocabularies: schemas.Vocabularies[:1]})
		if len(s.Recipients) != 1 || s.Recipients[0].TakenBack != want {
			t.Errorf("%s: %+v", account, s.Recipients)
		}
	}
}

// An email id that is another account's Message-ID is found as if there were none.
func TestStoryByEmailIDThatIsAnothersMessageID(t *testing.T) {
	db := migrated(t)
	mine, theirs := aged(t, 1, 0), aged(t, 2, 0)
	theirs.Account, theirs.MessageID, theirs.Row.EmailID = "other", mine.Row.EmailID, ""
	writeAged(t, db, mine, theirs)
	f, err := db.StoryOf(t.Context(), api.Owner{Account: mine.Account}, mine.Row.EmailID, "")
	if err != nil || f.MessageID != mine.MessageID {
		t.Errorf("found %+v, %v", f, err)
	}
}
