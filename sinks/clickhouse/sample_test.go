package clickhouse

import (
	"context"
	"sync"
	"testing"

	"mailfate/pipeline/classify"
	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
)

// day is when the samples' messages begin: 2026-11-02 10:00 UTC.
const day = int64(1_793_613_600_000)

func minute(n int64) int64 { return day + n*60_000 }

// words are what the other vocabularies say where ours says this.
var words = map[string][len(schemas.Vocabularies) - 1]string{
	"in_moderation": {"processing", "processed", "pending_moderation", "not_sent"},
	"queued":        {"processing", "sent", "treated", "ok_sent"},
	"deferred":      {"soft_bounce", "bounced_soft", "softbounce", "err_will_retry"},
	"delivered":     {"sent", "delivered", "delivered", "ok_delivered"},
	"bounced_hard":  {"hard_bounce", "bounced_hard", "harbounce", "err_user_unknown"},
	"bounced_soft":  {"soft_bounce", "bounced_soft", "softbounce", "err_mailbox_full"},
	"expired":       {"soft_bounce", "bounced_rejected", "softbounce", "err_giveup"},
	"returned":      {"soft_bounce", "bounced_soft", "softbounce", "ok_delivered"},
	"opened":        {"open", "opened", "opened", "ok_read"},
	"received":      {"processing", "processed", "pending", "not_sent"},
	"processing":    {"processing", "processed", "treated", "not_sent"},
	"unsubscribed":  {"unsubscribe", "unsubscribed", "unsubscribed", "ok_unsubscribed"},
	"complained":    {"abuse", "reported_as_spam", "complaint", "ok_fbl"},
	"clicked":       {"click", "clicked", "clicked", "ok_link_visited"},
}

// status is all that is said of a message of which ours says this.
func status(tb testing.TB, id string) (s schemas.Statuses) {
	tb.Helper()
	others := words[id]
	for i, name := range append([]string{id}, others[:]...) {
		var ok bool
		if s[i], ok = schemas.Vocabularies[i].Status(name); !ok {
			tb.Fatalf("%s has no status %q", schemas.Vocabularies[i].Name, name)
		}
	}
	return s
}

// delivered is a message that was put off, delivered, and opened twice.
func delivered(tb testing.TB) *schemas.Snapshot {
	id := schemas.Identity{Account: "acme", MessageID: "m1@acme.example", Recipient: "ann@example.org"}
	queued, deferred, arrived, opened := status(tb, "queued"), status(tb, "deferred"), status(tb, "delivered"), status(tb, "opened")
	return &schemas.Snapshot{
		Identity: id, Standing: schemas.Shown, Was: schemas.Shown, Revision: 7, Intake: minute(90),
		Row: schemas.Row{
			EmailID: "e1", Sender: "news@acme.example", Subject: "Hello", Campaign: "autumn", Tags: []string{"a", "b"}, Size: 1234,
			Statuses: opened, Reason: schemas.Greylisted, Code: 451, Enhanced: "4.7.1", Reply: "try later", Relay: "mx.example.org[192.0.2.1]:25",
			URL: "https://acme.example/x", First: minute(1), Last: minute(60),
			Queued: minute(1), Deferred: minute(2), Delivered: minute(9), Opened: minute(30),
			Deferrals: 1, Opens: 2, Attempts: 1,
		},
		History: []schemas.Change{
			{Cause: 11, Kind: schemas.Queued, Time: minute(1), After: queued},
			{Cause: 12, Kind: schemas.Deferred, Reason: schemas.Greylisted, Time: minute(2), Before: queued, After: deferred, Code: 451, Enhanced: "4.7.1", Reply: "try later"},
			{Cause: 13, Kind: schemas.Delivered, Time: minute(9), Before: deferred, After: arrived, Code: 250},
			{Cause: 14, Kind: schemas.Opened, Time: minute(30), Before: arrived, After: opened},
		},
		Fresh: []schemas.EventID{13, 14},
	}
}

// bounced is a message to an address that is not there, of no known account.
func bounced(tb testing.TB) *schemas.Snapshot {
	hard := status(tb, "bounced_hard")
	return &schemas.Snapshot{
		Identity: schemas.Identity{MessageID: "m2@acme.example", Recipient: "bob@example.net"},
		Standing: schemas.Shown, Was: schemas.Shown, Revision: 3, Intake: minute(5),
		Row: schemas.Row{
			Sender: "<>", Statuses: hard, Reason: schemas.UserUnknown, Code: 550, Enhanced: "5.1.1", Reply: "no such user",
			First: minute(3), Last: minute(3), Bounced: minute(3), Attempts: 1,
		},
		History: []schemas.Change{
			{Cause: 21, Kind: schemas.Bounced, Reason: schemas.UserUnknown, Time: minute(3), After: hard, Code: 550, Enhanced: "5.1.1", Reply: "no such user"},
		},
		Fresh: []schemas.EventID{21},
	}
}

// stray is hits and a report about a message that nobody sent.
func stray() *schemas.Snapshot {
	return &schemas.Snapshot{
		Identity: schemas.Identity{MessageID: "m3@acme.example"},
		Standing: schemas.Unmatched, Was: schemas.Unmatched, Revision: 2, Intake: minute(8),
		Events: []schemas.Event{
			{ID: 31, Kind: schemas.Opened, Time: minute(4), UserAgent: "Mozilla/5.0", IP: "192.0.2.7", Source: schemas.SourceTracking},
			{ID: 32, Kind: schemas.Complained, Time: minute(6), Source: schemas.SourceARF},
			{ID: 33, Kind: schemas.Received, Time: minute(7), Source: schemas.SourcePlatform},
		},
	}
}

// samples are one of each kind of snapshot.
func samples(tb testing.TB) []*schemas.Snapshot {
	matched := stray()
	matched.MessageID, matched.Standing, matched.Was = "m4@acme.example", schemas.Joined, schemas.Unmatched|schemas.Joined
	contested := stray()
	contested.MessageID, contested.Standing, contested.Was = "m5@acme.example", schemas.Contested, schemas.Contested|schemas.Unmatched
	moved := bounced(tb) // its account was learned later: this key is shown no more
	moved.MessageID, moved.Standing, moved.Was = "m6@acme.example", schemas.Joined, schemas.Shown|schemas.Joined
	moved.History, moved.Fresh, moved.Row = nil, nil, schemas.Row{}
	moved.Withdrawn = []schemas.Withdrawal{{Cause: 21, Time: minute(3)}}
	return []*schemas.Snapshot{delivered(tb), bounced(tb), stray(), matched, contested, moved}
}

// statusRecords encodes snapshots as records of mail.status.
func statusRecords(tb testing.TB, first int64, list ...*schemas.Snapshot) []kafkalog.Record {
	tb.Helper()
	enc := schemas.NewEncoder()
	var records []kafkalog.Record
	for i, s := range list {
		value, err := enc.Snapshot(s)
		if err != nil {
			tb.Fatal(err)
		}
		records = append(records, kafkalog.Record{
			Offset: first + int64(i), Time: day, Key: s.AppendKey(nil), Value: append([]byte(nil), value...),
		})
	}
	return records
}

// eventRecord encodes an event as a record of mail.events.
func eventRecord(tb testing.TB, offset int64, ev schemas.Event) kafkalog.Record {
	tb.Helper()
	value, err := schemas.NewEncoder().Event(&ev)
	if err != nil {
		tb.Fatal(err)
	}
	return kafkalog.Record{Offset: offset, Time: day, Key: []byte(ev.MessageID), Value: append([]byte(nil), value...)}
}

// unparsedRecord encodes lines of one shape as a record of mail.unparsed.
func unparsedRecord(tb testing.TB, offset int64, u schemas.Unparsed) kafkalog.Record {
	tb.Helper()
	value, err := schemas.NewEncoder().Unparsed(&u)
	if err != nil {
		tb.Fatal(err)
	}
	return kafkalog.Record{
		Offset: offset, Time: day + offset, Key: []byte(schemas.UnparsedKey(u.Stream, u.Shape)), Value: append([]byte(nil), value...),
	}
}

// write puts records of one topic into the database as one batch.
func write(tb testing.TB, to inserter, topic string, whole bool, records ...kafkalog.Record) {
	tb.Helper()
	b := newBatch(to, classify.Default())
	for _, r := range records {
		if err := b.Add(topic, r, whole); err != nil {
			tb.Fatal(err)
		}
	}
	if err := b.Write(tb.Context()); err != nil {
		tb.Fatal(err)
	}
}

// collector keeps what would be inserted.
type collector struct {
	mu     sync.Mutex
	tables []string
	fail   map[string]error
}

func (c *collector) insert(_ context.Context, t *table) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.fail[t.name]; err != nil {
		return err
	}
	c.tables = append(c.tables, t.name)
	return nil
}
