package clickhouse

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailfate/schemas"
)

// hostile is what a report may hold: SQL, what a terminal obeys, no text, and much of it.
var hostile = "x' OR 1=1; DROP TABLE unmatched; --\\'\x1b[31m\x00\xff\u202e{id:UInt64}@p" + strings.Repeat("ü", 1<<19)

// putUnmatched writes events that belong to no message, as the processor and the
// sources would, and the messages that were sent.
func putUnmatched(t *testing.T, db *DB, sent []schemas.Snapshot, unmatched ...schemas.Event) {
	t.Helper()
	var list []*schemas.Snapshot
	for i := range sent {
		sent[i].Standing, sent[i].Was, sent[i].Revision = schemas.Shown, schemas.Shown, 1
		list = append(list, &sent[i])
	}
	for i, ev := range unmatched {
		ev.Bound()
		write(t, db, schemas.TopicEvents, true, eventRecord(t, int64(i), ev))
		s := schemas.Snapshot{Identity: ev.Identity, Standing: schemas.Unmatched, Was: schemas.Unmatched, Revision: 1}
		ev.Identity, ev.File, ev.Offset = schemas.Identity{}, "", 0
		s.Events = []schemas.Event{ev}
		list = append(list, &s)
	}
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, list...)...)
}

// sentAt is a message that was delivered.
func sentAt(t *testing.T, id, to, sender string, at int64) schemas.Snapshot {
	return schemas.Snapshot{
		Identity: schemas.Identity{MessageID: id, Recipient: to},
		Row:      schemas.Row{Statuses: status(t, "delivered"), Sender: sender, First: at, Last: at, Delivered: at},
	}
}

func complaint(id int, messageID, to string) schemas.Event {
	return schemas.Event{
		ID: schemas.EventID(id), Kind: schemas.Complained, Time: minute(600), Source: schemas.SourceARF, File: "reports/new/1", Offset: 7,
		Identity: schemas.Identity{MessageID: messageID, Recipient: to}, Sender: "bounce@shop.example",
		Match: schemas.MatchMessageID, Confidence: schemas.ConfidenceStrong,
	}
}

func candidates(t *testing.T, db *DB, id int) (told []string) {
	t.Helper()
	list, err := db.Candidates(t.Context(), schemas.EventID(id))
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range list {
		if c.Rank != uint64(i+1) {
			t.Errorf("the %d. has rank %d", i+1, c.Rank)
		}
		told = append(told, c.MessageID+" "+c.Recipient+": "+c.Reason)
	}
	return told
}

func TestCandidates(t *testing.T) {
	db := migrated(t)
	const ann, bob = "ann@example.org", "bob@example.net"
	sent := []schemas.Snapshot{
		sentAt(t, "near", ann, "b@other.example", minute(420)),
		sentAt(t, "same domain", ann, "b@shop.example", minute(60)),
		sentAt(t, "later", ann, "b@shop.example", minute(601)),
		sentAt(t, "a month ago", ann, "b@shop.example", minute(600-32*24*60)),
		sentAt(t, "bob's", bob, "b@shop.example", minute(590)),
		sentAt(t, "to both", ann, "b@shop.example", minute(598)),
		sentAt(t, "to both", bob, "b@shop.example", minute(598)),
	}
	deferred := sentAt(t, "put off", ann, "b@shop.example", minute(599))
	deferred.Row.Delivered, deferred.Row.Queued = 0, minute(599)
	sent = append(sent, deferred)
	hashed := func(id int, hash string) schemas.Event {
		ev := complaint(id, fmt.Sprint("f:", id), "")
		ev.Reply = hash
		return ev
	}
	putUnmatched(t, db, sent,
		complaint(1, "f:1", ann), complaint(2, "to both", ""), complaint(3, "bob's", ann), complaint(4, "f:4", "nobody@example.org"),
		hashed(5, fmt.Sprintf("%x", md5.Sum([]byte(bob)))), hashed(6, fmt.Sprintf("%x@example.net", sha256.Sum256([]byte(bob)))),
		hashed(7, fmt.Sprintf("%x@example.net", sha1.Sum([]byte("bob")))), hashed(8, strings.Repeat("0", 64)), hashed(9, "words "+strings.Repeat("0", 64)),
		complaint(10, hostile, hostile), hashed(11, hostile))
	bobs := []string{"to both bob@example.net: hash of recipient, sender domain, 2 min before", "bob's bob@example.net: hash of recipient, sender domain, 10 min before"}
	for id, want := range map[int][]string{
		1: {
			"to both ann@example.org: recipient, sender domain, 2 min before",
			"same domain ann@example.org: recipient, sender domain, 9 h before",
			"put off ann@example.org: recipient, sender domain, not delivered, 60 s before",
			"near ann@example.org: recipient, 3 h before",
		},
		2: {"to both ann@example.org: message id, sender domain, 2 min before", "to both bob@example.net: message id, sender domain, 2 min before"},
		3: {
			"bob's bob@example.net: message id, sender domain, 10 min before",
			"to both ann@example.org: recipient, sender domain, 2 min before",
			"same domain ann@example.org: recipient, sender domain, 9 h before",
			"put off ann@example.org: recipient, sender domain, not delivered, 60 s before",
			"near ann@example.org: recipient, 3 h before",
		},
		4: nil, 5: bobs, 6: bobs, 7: bobs, 8: nil, 9: nil, 10: nil, 11: nil, 99: nil,
	} {
		if d := cmp.Diff(want, candidates(t, db, id)); d != "" {
			t.Errorf("%d (-want +got):\n%s", id, d)
		}
	}
	if n := numberOf(t, db, "SELECT count() FROM unmatched_candidates"); n != 4+2+5+3*2 {
		t.Errorf("%d candidates for all together", n)
	}
}

func TestUnmatched(t *testing.T) {
	db := migrated(t)
	hit := schemas.Event{
		ID: 2, Kind: schemas.Opened, Time: minute(700), Source: schemas.SourceTracking, UserAgent: hostile, URL: hostile,
		Identity: schemas.Identity{MessageID: hostile, Recipient: "r"}, File: hostile, Offset: 9,
	}
	first := complaint(1, "gone", "r@example.org")
	putUnmatched(t, db, nil, first, hit)
	ids := func(f UnmatchedFilter) (got []schemas.EventID) {
		t.Helper()
		list, total, err := db.Unmatched(t.Context(), f)
		if err != nil || f.Limit > 1 && total != uint64(len(list)) {
			t.Fatal(total, err)
		}
		for _, u := range list {
			got = append(got, u.ID)
		}
		return got
	}
	for name, c := range map[string]struct {
		f    UnmatchedFilter
		want []schemas.EventID
	}{
		"all":     {UnmatchedFilter{Limit: 9}, []schemas.EventID{2, 1}},
		"one":     {UnmatchedFilter{Limit: 1}, []schemas.EventID{2}},
		"kind":    {UnmatchedFilter{Limit: 9, Kind: "complained"}, []schemas.EventID{1}},
		"source":  {UnmatchedFilter{Limit: 9, Source: "tracking"}, []schemas.EventID{2}},
		"since":   {UnmatchedFilter{Limit: 9, Since: time.UnixMilli(minute(650))}, []schemas.EventID{2}},
		"hostile": {UnmatchedFilter{Limit: 9, Kind: hostile[:99], Source: hostile[:99]}, nil},
	} {
		if d := cmp.Diff(c.want, ids(c.f)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	got, err := db.FindUnmatched(t.Context(), 2)
	hit.Bound()
	if d := cmp.Diff(hit, got.Event); err != nil || d != "" || !got.InTrail {
		t.Errorf("%v, %s", err, d)
	}
	if _, err := db.FindUnmatched(t.Context(), 3); err == nil || !strings.Contains(err.Error(), "mailfate unmatched list") {
		t.Errorf("of one that is not there: %v", err)
	}
	judged := first
	judged.ID, judged.MessageID, judged.Match = first.ID.Judged(), "found", schemas.MatchPerson
	write(t, db, schemas.TopicEvents, true, eventRecord(t, 50, judged), eventRecord(t, 51, judged))
	write(t, db, schemas.TopicEvents, true, eventRecord(t, 52, judged))
	if d := cmp.Diff([]schemas.EventID{2}, ids(UnmatchedFilter{Limit: 9})); d != "" {
		t.Errorf("what was judged is listed: %s", d)
	}
	if d := cmp.Diff([]schemas.EventID{2, 1}, ids(UnmatchedFilter{Limit: 9, Settled: true})); d != "" {
		t.Errorf("what was judged is not among the settled: %s", d)
	}
	if got, err := db.FindUnmatched(t.Context(), 1); err != nil || got.Judged.MessageID != "found" || got.Judged.Recipient != "r@example.org" {
		t.Errorf("%+v, %v", got.Judged, err)
	}
	if r, err := db.Report(t.Context()); err != nil || r.Unmatched != 1 {
		t.Errorf("the report tells of %d unmatched, %v", r.Unmatched, err)
	}
}
