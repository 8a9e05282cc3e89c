package clickhouse

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
	"mailfate/sinks/api"
	"mailfate/sinks/report"
)

// twoAccounts writes messages of accounts a and b over two days: b's are known by
// their campaign, which is secret.
func twoAccounts(t *testing.T, db *DB) {
	t.Helper()
	var list []*schemas.Snapshot
	for i := range 40 {
		account, campaign := "a", fmt.Sprint("campaign", i%3)
		switch i % 4 {
		case 1:
			campaign = hostileTexts[i/4%len(hostileTexts)]
		case 3:
			account, campaign = "b", "secret"
		}
		s := to(t, account, fmt.Sprint("m", i), fmt.Sprintf("%s%d@%s.example", campaign, i, account), "delivered", schemas.Row{
			Delivered: minute(int64(i/2%2)*24*60 + 5), Campaign: campaign, Sender: "news@" + campaign + ".example",
		})
		if i%5 == 0 {
			s.Row.Statuses, s.Row.Delivered, s.Row.Bounced, s.Row.Reason = status(t, "bounced_hard"), 0, s.Row.Delivered, schemas.UserUnknown
		}
		if i%7 == 0 {
			s.Row.Deferred, s.Row.Deferrals = minute(3), 1
			s.History = []schemas.Change{{Cause: schemas.EventID(i), Kind: schemas.Deferred, Reason: schemas.Greylisted, Time: minute(3), After: status(t, "deferred")}}
		}
		s.Row.First = minute(int64(i/2%2)*24*60 + 1)
		list = append(list, s)
	}
	writeAll(t, db, list...)
	rollUp(t, db)
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// everyQuestion asks every report by everything that it is broken down by.
func everyQuestion() (all []report.Question) {
	for _, name := range report.Names {
		for _, by := range report.Dimensions {
			q := report.Question{Name: name, By: []string{by}, Limit: 100}
			if q.Check() == nil {
				all = append(all, q)
			}
		}
	}
	for _, v := range schemas.Vocabularies {
		all = append(all, report.Question{Name: report.Overview, By: []string{"campaign", "account"}, Vocabulary: v, Limit: 100})
	}
	return all
}

// No report tells an account of another's messages, whatever is asked for, and the
// parts are the whole.
func TestReportsKeepAccountsApart(t *testing.T) {
	db := migrated(t)
	twoAccounts(t, db)
	for _, q := range everyQuestion() {
		got, err := db.AskOf(t.Context(), api.Owner{Account: "a"}, &q)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		if text := asJSON(t, &got); strings.Contains(text, "secret") || strings.Contains(text, `"b"`) || strings.Contains(text, "b.example") {
			t.Errorf("%s by %s tells of b: %s", q.Name, q.By, text)
		}
		q.Account = "b"
		if got, err = db.AskOf(t.Context(), api.Owner{Account: "a"}, &q); err != nil || len(got.Rows) != 0 {
			t.Errorf("%s by %s tells a of b: %v, %v", q.Name, q.By, got.Rows, err)
		}
		var parts, all float64
		for _, owner := range []api.Owner{{Account: "a"}, {Account: "b"}, {Account: ""}, {Any: true}} {
			q.Account = ""
			got, err := db.AskOf(t.Context(), owner, &q)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range got.Rows {
				n := float64(row[got.Words].(uint64))
				if owner.Any {
					all += n
				} else {
					parts += n
				}
			}
		}
		if all == 0 || parts != all {
			t.Errorf("%s by %s: the accounts have %v, all %v", q.Name, q.By, parts, all)
		}
	}
	for _, text := range hostileTexts {
		q := report.Question{Name: report.Overview, Account: text, By: []string{"campaign"}, Limit: 10}
		if got, err := db.Ask(t.Context(), &q); err != nil || len(got.Rows) != 0 {
			t.Errorf("%q: %v, %v", text, got.Rows, err)
		}
		if got, err := db.AskOf(t.Context(), api.Owner{Account: text}, &report.Question{Name: report.Overview, Limit: 10}); err != nil || len(got.Rows) != 0 {
			t.Errorf("%q: %v, %v", text, got.Rows, err)
		}
	}
}

// A comparison tells what the same question about the days before would have told.
func TestCompare(t *testing.T) {
	db := migrated(t)
	twoAccounts(t, db)
	monday := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	for _, q := range everyQuestion() {
		q.Compare, q.From, q.To = true, monday.AddDate(0, 0, 1), monday.AddDate(0, 0, 2)
		owner := api.Owner{Account: "a"}
		got, err := db.AskOf(t.Context(), owner, &q)
		if err != nil {
			t.Fatal(err)
		}
		before := q.Before()
		then, err := db.AskOf(t.Context(), owner, &before)
		if err != nil {
			t.Fatal(err)
		}
		was := map[string][]any{}
		for _, row := range then.Rows {
			was[fmt.Sprint(row[:then.Words])] = row[then.Words:]
		}
		if len(got.Rows) == 0 && q.Name != report.Deferral {
			t.Errorf("%s by %s: nothing", q.Name, q.By)
		}
		told := map[string]bool{}
		for _, row := range got.Rows {
			key := strings.ReplaceAll(fmt.Sprint(row[:got.Words]), "2026-11-03", "2026-11-02")
			told[key] = true
			for i := got.Words + 1; i < len(row); i += 2 {
				name := got.Columns[i]
				if name != got.Columns[i-1]+"_before" {
					t.Errorf("%s by %s: %s stands beside %s", q.Name, q.By, name, got.Columns[i-1])
				}
				old, ok := was[key]
				nothing := row[i] == nil || row[i] == uint64(0) || row[i] == 0.0 || name == "ended_before"
				if ok && row[i] != old[(i-got.Words)/2] && !(row[i] == nil && old[(i-got.Words)/2] == 0.0) || !ok && !nothing {
					t.Errorf("%s by %s: %s of %s is %v; the row before is %v", q.Name, q.By, name, key, row[i], old)
				}
			}
		}
		for key := range was {
			if !told[key] && !got.More {
				t.Errorf("%s by %s: %s is gone, and not told", q.Name, q.By, key)
			}
		}
	}
	q := report.Question{Name: report.Overview, By: []string{"day", "campaign"}, From: monday.AddDate(0, 0, 1), To: monday.AddDate(0, 0, 2), Compare: true, Limit: 1}
	got, err := db.Ask(t.Context(), &q)
	if err != nil || len(got.Rows) != 1 || !got.More {
		t.Fatalf("%v, %v", got.Rows, err)
	}
	if row := asJSON(t, &got); !strings.Contains(row, `"day":"2026-11-03","campaign":"secret","messages":10,"messages_before":0,`) {
		t.Errorf("got %s", row)
	}
	// On the day behind the last one there is nothing any more.
	gone := report.Question{Name: report.Overview, By: []string{"account"}, From: monday.AddDate(0, 0, 2), To: monday.AddDate(0, 0, 3), Compare: true, Limit: 2}
	if got, err = db.Ask(t.Context(), &gone); err != nil || len(got.Rows) != 2 || got.More || got.Rows[0][1] != uint64(0) || got.Rows[0][2] == uint64(0) {
		t.Errorf("%v, %v", got.Rows, err)
	}
	gone.Limit = 1
	if got, err = db.Ask(t.Context(), &gone); err != nil || len(got.Rows) != 1 || !got.More {
		t.Errorf("%v, %v", got.Rows, err)
	}
}

// What a ratio is made of are columns of its table.
func TestColumnsAreKnown(t *testing.T) {
	db := migrated(t)
	twoAccounts(t, db)
	for _, q := range everyQuestion() {
		got, err := db.Ask(t.Context(), &q)
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range got.About() {
			_, isRatio := got.Rows[0][i].(float64)
			_, isWord := got.Rows[0][i].(string)
			if isRatio != (c.Kind == report.KindRatio) || isWord != (c.Kind == report.KindWord) {
				t.Errorf("%s: %+v is %v", q.Name, c, got.Rows[0][i])
			}
			if c.Kind != report.KindRatio || c.Name == "share" {
				continue
			}
			for part := range strings.SplitSeq(c.Of, " ÷ ") {
				if !strings.Contains(" "+strings.Join(got.Columns, " ")+" ", " "+part+" ") {
					t.Errorf("%s: %s is of %s, which is not there", q.Name, c.Name, part)
				}
			}
		}
	}
}

func TestHealthOfTables(t *testing.T) {
	db := migrated(t)
	h, err := db.Health(t.Context(), api.Owner{Any: true}, true)
	if err != nil || h.Messages != 0 || h.Span != (api.Span{}) || h.CountedAt != 0 || *h.Contested != 0 {
		t.Fatalf("of nothing: %+v, %v", h, err)
	}
	twoAccounts(t, db)
	all, err := db.Health(t.Context(), api.Owner{Any: true}, true)
	if err != nil || all.Messages != 40 || all.CountedAt == 0 {
		t.Fatalf("%+v, %v", all, err)
	}
	want := api.Span{From: api.Instant(minute(0)), To: api.Instant(minute(24 * 60))}
	if diff := cmp.Diff(want, all.Span); diff != "" {
		t.Error(diff)
	}
	one, err := db.Health(t.Context(), api.Owner{Account: "b"}, false)
	if err != nil || one.Messages != 10 || one.TakenInAt != 0 || one.Contested != nil || one.Streams != nil || one.Unread != nil {
		t.Fatalf("%+v, %v", one, err)
	}
	accounts, err := db.Accounts(t.Context())
	if diff := cmp.Diff([]string{"a", "b"}, accounts); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

// How far streams have come is known of those too that retention has dropped.
func TestHealthOfStreams(t *testing.T) {
	db := migrated(t)
	event := func(n, at int64, stream string) kafkalog.Record {
		return eventRecord(t, n, schemas.Event{ID: schemas.EventID(n), Identity: delivered(t).Identity, Kind: schemas.Queued, Time: at, Stream: stream})
	}
	write(t, db, schemas.TopicEvents, false, event(1, minute(1), "old"), event(2, minute(24*60), "new"), event(3, minute(2), ""))
	write(t, db, schemas.TopicEvents, false, event(4, minute(24*60+5), "new"), event(2, minute(24*60), "new"))
	if err := db.conn.Exec(t.Context(), "ALTER TABLE events DROP PARTITION '"+time.UnixMilli(day).UTC().Format(time.DateOnly)+"'"); err != nil {
		t.Fatal(err)
	}
	h, err := db.Health(t.Context(), api.Owner{Any: true}, true)
	if err != nil || len(h.Streams) != 2 {
		t.Fatalf("%+v, %v", h.Streams, err)
	}
	for i, want := range []api.StreamNews{{Stream: "new", NewestAt: api.Instant(minute(24*60 + 5))}, {Stream: "old", NewestAt: api.Instant(minute(1))}} {
		got := h.Streams[i]
		if got.Stream != want.Stream || got.NewestAt != want.NewestAt || got.TakenInAt == 0 || h.TakenInAt < got.TakenInAt {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	if h, err = db.Health(t.Context(), api.Owner{Account: "a"}, false); err != nil || h.Streams != nil || h.TakenInAt != 0 {
		t.Errorf("of one account: %+v, %v", h, err)
	}
}
