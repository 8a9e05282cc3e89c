package clickhouse

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailfate/schemas"
)

// writeFates writes ten messages of known fates: five are delivered, of which
// one comes back, two are opened by people (one of them also followed a link) and
// one by a machine; two bounce hard, one softly; one expires; one waits.
func writeFates(t *testing.T, db *DB) {
	t.Helper()
	type fate struct {
		status, domain string
		row            schemas.Row
	}
	at := minute(5)
	fates := []fate{
		{"delivered", "a.example", schemas.Row{Delivered: at}},
		{"opened", "a.example", schemas.Row{Delivered: at, Opened: at, Opens: 3}},
		{"clicked", "a.example", schemas.Row{Delivered: at, Opened: at, Opens: 1, Clicked: at, Clicks: 2, Unsubscribed: at, Complained: at}},
		{"delivered", "b.example", schemas.Row{Delivered: at, MachineOpened: at, MachineOpens: 1}},
		{"returned", "b.example", schemas.Row{Delivered: at, Bounced: at, Reason: schemas.MailboxFull}},
		{"bounced_hard", "b.example", schemas.Row{Bounced: at, Reason: schemas.UserUnknown}},
		{"bounced_hard", "b.example", schemas.Row{Bounced: at, Reason: schemas.UserUnknown}},
		{"bounced_soft", "c.example", schemas.Row{Bounced: at, Reason: schemas.SpamContent}},
		{"expired", "c.example", schemas.Row{Expired: at, Deferred: at, Deferrals: 4, Reason: schemas.ConnectionFailed}},
		{"deferred", "c.example", schemas.Row{Deferred: at, Clicked: at, Clicks: 0, Reason: schemas.Greylisted}},
	}
	var list []*schemas.Snapshot
	for i, f := range fates {
		f.row.First, f.row.Last, f.row.Statuses = minute(1), at, status(t, f.status)
		f.row.Sender, f.row.Campaign = "news@acme.example", "autumn"
		s := &schemas.Snapshot{
			Identity: schemas.Identity{MessageID: fmt.Sprintf("m%d", i), Recipient: fmt.Sprintf("r%d@%s", i, f.domain)},
			Standing: schemas.Shown, Was: schemas.Shown, Revision: 1, Row: f.row,
		}
		if f.row.Deferred != 0 {
			s.History = []schemas.Change{{Cause: 1, Kind: schemas.Deferred, Reason: f.row.Reason, Time: at, After: status(t, "deferred")}}
		}
		list = append(list, s)
	}
	list = append(list, stray())
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, list...)...)
}

func TestReport(t *testing.T) {
	db := migrated(t)
	writeFates(t, db)
	r, err := db.Report(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.Digest != digest(t, db) {
		t.Errorf("digest %s", r.Digest)
	}
	r.Digest = "d"
	got, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/report.json", string(got)+"\n")
	var text bytes.Buffer
	if err := r.WriteText(&text, false); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/report.txt", text.String())
}

// A report on nothing divides nothing by nothing.
func TestReportOfNothing(t *testing.T) {
	r, err := migrated(t).Report(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.Messages != 0 || math.IsNaN(r.Rates.OpenRate) || math.IsNaN(r.Rates.ClickRate) || math.IsNaN(r.Rates.BounceRate) {
		t.Errorf("got %+v", r)
	}
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
}

func TestViews(t *testing.T) {
	db := migrated(t)
	writeFates(t, db)
	rollUp(t, db)
	for sql, want := range map[string]string{
		"SELECT sum(clicked), sum(clicked_with_machines), sum(click_tracked), round(max(click_rate), 2), round(max(click_rate_with_machines), 2) FROM open_rates": "(1,1,5,0.33,0.33)",
		"SELECT count(), toTypeName(any(open_tracking)) FROM messages WHERE open_tracking AND click_tracking":                                                     "(10,'Bool')",
		"SELECT sum(messages), sum(delivered), sum(opened), sum(opened_with_machines), sum(clicked), sum(complained), sum(unsubscribed) FROM open_rates":          "(10,5,2,3,1,1,1)",
		"SELECT recipient_domain, messages, delivered, opened, round(open_rate, 2) FROM open_rates WHERE delivered = 3":                                           "('a.example',3,3,2,0.67)",
		"SELECT recipient_domain, open_rate, open_rate_with_machines FROM open_rates WHERE delivered = 0":                                                         "('c.example',0,0)",
		"SELECT messages, ended, bounced, hard, soft, bounce_rate FROM bounce_rates WHERE recipient_domain = 'b.example'":                                         "(4,4,3,2,1,0.75)",
		"SELECT messages, ended, bounced, bounce_rate FROM bounce_rates WHERE recipient_domain = 'c.example'":                                                     "(3,2,1,0.5)",
		"SELECT reason, class, fault, messages FROM bounce_reasons WHERE class = 'hard'":                                                                          "('user_unknown','hard','recipient',2)",
		"SELECT count(), sum(messages) FROM deferral_reasons":                                                                                                     "(2,2)",
		"SELECT day, reason, messages FROM deferral_reasons WHERE reason = 'greylisted'":                                                                          "('2026-11-02','greylisted',1)",
		"SELECT count(), avg(dateDiff('minute', first_at, delivered_at)) FROM messages":                                                                           "(10,4)",
	} {
		var got string
		if err := db.conn.QueryRow(t.Context(), "SELECT toString(tuple(*)) FROM ("+sql+")").Scan(&got); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", sql, diff)
		}
	}
}
