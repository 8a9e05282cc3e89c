package clickhouse

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailfate/pipeline/classify"
	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
)

// answer is an event that failed with a reply, of a message of its own.
func answer(id uint64, at int64, kind schemas.Kind, relay, reply string) schemas.Event {
	return schemas.Event{
		ID: schemas.EventID(id), Kind: kind, Time: at, Relay: relay, Reply: reply, Command: "RCPT TO",
		Identity: schemas.Identity{MessageID: schemas.EventID(id).String() + "@a.example", Recipient: "r@example.org"}, Source: schemas.SourcePostfix,
	}
}

func answerRecords(tb testing.TB, events ...schemas.Event) []kafkalog.Record {
	var records []kafkalog.Record
	for i, ev := range events {
		records = append(records, eventRecord(tb, int64(i), ev))
	}
	return records
}

// told is what a query says, row by row.
func told(tb testing.TB, db *DB, sql string) (rows []string) {
	tb.Helper()
	if err := db.conn.QueryRow(tb.Context(), "SELECT groupArray(toString(tuple(*))) FROM ("+sql+")").Scan(&rows); err != nil {
		tb.Fatalf("%s: %v", sql, err)
	}
	return rows
}

const gmail = "gmail-smtp-in.l.google.com[192.0.2.26]:25"

// What is counted are events and messages, however often they are read.
func TestReplyFingerprints(t *testing.T) {
	db := migrated(t)
	again := answer(3, minute(3), schemas.Deferred, gmail, "450 4.2.1 The user <b@example.org> is receiving mail too quickly")
	again.Identity = answer(2, 0, schemas.Deferred, "", "").Identity
	relayed := answer(6, minute(6), schemas.Delivered, gmail, "250 OK")
	records := answerRecords(t,
		answer(1, minute(1), schemas.Bounced, "mx.a.example[192.0.2.1]:25", "550 5.1.1 <a@example.org>: User unknown"),
		answer(2, minute(2), schemas.Deferred, gmail, "450 4.2.1 The user <a@example.org> is receiving mail too quickly"),
		again,
		answer(4, minute(4), schemas.BouncedLater, "mx.b.example[192.0.2.2]:25", "550 5.1.1 <b@example.org>: User unknown"),
		answer(5, minute(5), schemas.Bounced, gmail, "550 5.1.1 <c@example.org>: User unknown"),
		relayed,
		answer(7, minute(7), schemas.Bounced, "", "550 zzz qqq"),
		answer(8, minute(8), schemas.Deferred, "", ""), // nothing was answered
	)
	want := []string{
		"('','550 5.1.1 <{email}>: user unknown','user_unknown',2,2,'2026-11-02 10:01:00.000','2026-11-02 10:04:00.000')",
		"('','550 zzz qqq','unclassified',1,1,'2026-11-02 10:07:00.000','2026-11-02 10:07:00.000')",
		"('gmail','450 4.2.1 the user <{email}> is receiving mail too quickly','rate_limited',2,1,'2026-11-02 10:02:00.000','2026-11-02 10:03:00.000')",
		"('gmail','550 5.1.1 <{email}>: user unknown','user_unknown',1,1,'2026-11-02 10:05:00.000','2026-11-02 10:05:00.000')",
	}
	const sql = "SELECT provider, template, reason, events, messages, first_seen, last_seen FROM reply_fingerprints ORDER BY provider, template"
	exec(t, db, "SYSTEM STOP MERGES events", "SYSTEM STOP MERGES reply_templates")
	for range 3 {
		write(t, db, schemas.TopicEvents, false, records...)
		if diff := cmp.Diff(want, told(t, db, sql)); diff != "" {
			t.Fatal(diff)
		}
	}
	if n := numberOf(t, db, "SELECT count() FROM reply_fingerprints WHERE template = '' OR rule = '' OR example = '' SETTINGS join_use_nulls = 1"); n != 0 {
		t.Errorf("%d without template, rule or example", n)
	}
	if n := numberOf(t, db, "SELECT count() FROM events WHERE (fingerprint != '') != (remarks LIKE '5%' OR remarks LIKE '4%')"); n != 0 {
		t.Errorf("%d events have a fingerprint and no reply, or the other way round", n)
	}
}

// Time is that of the newest event, whatever the clock on the wall says.
func TestNewReplies(t *testing.T) {
	db := migrated(t)
	const dayMinutes = 24 * 60
	now := int64(100 * dayMinutes)
	var events []schemas.Event
	id := uint64(0)
	put := func(reply string, minutes ...int64) {
		for _, m := range minutes {
			id++
			events = append(events, answer(id, minute(now-m), schemas.Bounced, "mx.a.example[192.0.2.1]:25", reply))
		}
	}
	put("550 zzz grows", 0, 10, dayMinutes+5)
	put("550 user unknown", 5, 6, 7)
	put("550 zzz falls", 20, dayMinutes, dayMinutes+20)
	put("550 zzz once", 30)
	put("550 zzz is old", 1, 2, 3, 30*dayMinutes)
	put("550 zzz is almost old", 1, 2, 30*dayMinutes-1)
	write(t, db, schemas.TopicEvents, false, answerRecords(t, events...)...)
	want := []string{
		"('550 zzz grows','unclassified','code:550',3,2,1,1)",
		"('550 zzz is almost old','unclassified','code:550',3,2,0,29)",
		"('550 user unknown','user_unknown','unknown.server',3,3,0,0)",
	}
	got := told(t, db, "SELECT template, reason, rule, messages, last_day, day_before, days_old FROM new_replies ORDER BY reason = 'unclassified' DESC, messages DESC, template")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// One retry after another of the same message is no growth.
	only := answer(900, minute(now), schemas.Deferred, "", "450 zzz later")
	retries := []schemas.Event{only, only, only}
	for i := range retries {
		retries[i].ID += schemas.EventID(i)
	}
	write(t, db, schemas.TopicEvents, false, answerRecords(t, retries...)...)
	if again := told(t, db, "SELECT template, reason, rule, messages, last_day, day_before, days_old FROM new_replies ORDER BY reason = 'unclassified' DESC, messages DESC, template"); len(again) != len(want) {
		t.Errorf("with a message that is tried again: %q", again)
	}
}

// The rule is the one that decides now.
func TestJudgeReplies(t *testing.T) {
	db := migrated(t)
	write(t, db, schemas.TopicEvents, false, answerRecords(t,
		answer(1, minute(1), schemas.Bounced, gmail, "550 zzz qqq"),
		answer(2, minute(2), schemas.Bounced, gmail, "550 user unknown"),
	)...)
	const sql = "SELECT template, reason, rule FROM reply_fingerprints ORDER BY template DESC"
	judge := func() (written uint64) {
		t.Helper()
		before := numberOf(t, db, "SELECT count() FROM reply_templates")
		exec(t, db, "SYSTEM STOP MERGES reply_templates")
		if err := db.JudgeReplies(t.Context()); err != nil {
			t.Fatal(err)
		}
		return numberOf(t, db, "SELECT count() FROM reply_templates") - before
	}
	if n := judge(); n != 0 {
		t.Errorf("the same rules write %d rows", n)
	}
	mine, err := classify.New("mine.txt", []byte("[mine.zzz] policy\ntext: zzz\n"))
	if err != nil {
		t.Fatal(err)
	}
	db.opts.Replies = mine
	if n := judge(); n != 2 {
		t.Errorf("other rules write %d rows, want 2", n)
	}
	want := []string{"('550 zzz qqq','policy','mine.zzz')", "('550 user unknown','user_unknown','unknown.server')"}
	if diff := cmp.Diff(want, told(t, db, sql)); diff != "" {
		t.Error(diff)
	}
	if n := judge(); n != 0 {
		t.Errorf("rules that have judged write %d rows", n)
	}
}

// A template that was noted is in the table before it is taken for known.
func TestTemplatesOfLostBatches(t *testing.T) {
	to := &failing{}
	b := newBatch(to, classify.Default())
	record := answerRecords(t, answer(1, minute(1), schemas.Bounced, gmail, "550 user unknown"))[0]
	add := func() int {
		t.Helper()
		if err := b.Add(schemas.TopicEvents, record, false); err != nil {
			t.Fatal(err)
		}
		return b.replies.rows()
	}
	add()
	to.err = errors.New("away")
	if err := b.Write(t.Context()); err == nil {
		t.Fatal("no error")
	}
	b.Reset()
	to.err = nil
	if n := add(); n != 1 {
		t.Fatalf("%d rows of a template that was not written, want 1", n)
	}
	if err := b.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.Reset()
	if n := add(); n != 0 {
		t.Errorf("%d rows of a template that was written, want none", n)
	}
}

// failing takes rows, or does not.
type failing struct{ err error }

func (f *failing) insert(context.Context, *table) error { return f.err }

// However many wordings there are, memory is bounded and every event has its fingerprint.
func TestManyTemplates(t *testing.T) {
	b := newBatch(&failing{}, classify.Default())
	ev := answer(1, minute(1), schemas.Bounced, gmail, "")
	word := []byte("550 aaaa")
	for range 2 * maxTemplates {
		for i := len(word) - 1; ; i-- {
			if word[i]++; word[i] <= 'z' {
				break
			}
			word[i] = 'a'
		}
		ev.Reply = string(word)
		if f, provider := b.replies.note(&ev, 0); f == empty || provider != "gmail" {
			t.Fatalf("%q: %v of %q", word, f, provider)
		}
	}
	if n := len(b.replies.known); n > maxTemplates {
		t.Errorf("%d templates are remembered, want %d at most", n, maxTemplates)
	}
}
