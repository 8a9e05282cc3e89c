package clickhouse

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailfate/schemas"
)

// to is a message to an address, of which something is known.
func to(tb testing.TB, account, messageID, recipient, word string, row schemas.Row) *schemas.Snapshot {
	row.Statuses, row.First, row.Last, row.Attempts = status(tb, word), minute(1), minute(9), 1
	return &schemas.Snapshot{
		Identity: schemas.Identity{Account: account, MessageID: messageID, Recipient: recipient},
		Standing: schemas.Shown, Was: schemas.Shown, Revision: 1, Row: row,
	}
}

// What suppresses an address does, with its evidence, for the account that wrote to
// it; what does not, does not, and what is taken back is.
func TestSuppressions(t *testing.T) {
	db := migrated(t)
	gone := func(enhanced string) schemas.Row {
		return schemas.Row{Bounced: minute(5), Reason: schemas.UserUnknown, Code: 550, Enhanced: enhanced, Reply: "no such user"}
	}
	list := []*schemas.Snapshot{
		to(t, "a", "m1", "gone@x.example", "bounced_hard", gone("5.1.1")),
		to(t, "a", "m2", "policy@x.example", "bounced_hard", gone("5.7.1")),
		to(t, "a", "m3", "full@x.example", "bounced_soft", schemas.Row{Bounced: minute(5), Reason: schemas.MailboxFull}),
		to(t, "a", "m4", "late@x.example", "expired", schemas.Row{Expired: minute(5), Deferred: minute(2), Reason: schemas.UserUnknown}),
		to(t, "a", "m5", "both@x.example", "unsubscribed", schemas.Row{Delivered: minute(2), Unsubscribed: minute(8)}),
		to(t, "a", "m6", "both@x.example", "complained", schemas.Row{Delivered: minute(2), Complained: minute(6)}),
		to(t, "b", "m7", "both@x.example", "delivered", schemas.Row{Delivered: minute(2)}),
		to(t, "b", "m8", "odd@x.example", "deferred", schemas.Row{Deferred: minute(2), Suspicious: 2}),
	}
	writeAll(t, db, list...)
	columns := "SELECT account, recipient, reason, detail, toString(suppressed_at), message_id, remarks, reasons, times FROM suppressions ORDER BY ALL"
	want := []string{
		`('a','both@x.example','complained','','2026-11-02 10:06:00.000','m6','',['complained','unsubscribed'],2)`,
		`('a','gone@x.example','hard_bounced','user_unknown','2026-11-02 10:05:00.000','m1','no such user',['hard_bounced'],1)`,
	}
	if diff := cmp.Diff(want, told(t, db, columns)); diff != "" {
		t.Error(diff)
	}
	again := to(t, "a", "m1", "gone@x.example", "delivered", schemas.Row{Delivered: minute(9)}) // in a new attempt
	again.Revision = 2
	again.History = []schemas.Change{{Cause: 1, Kind: schemas.Bounced, Time: minute(5)}, {Cause: 2, Kind: schemas.Resend, Time: minute(7)}, {Cause: 3, Kind: schemas.Delivered, Time: minute(9)}}
	writeAll(t, db, again)
	if diff := cmp.Diff(want[:1], told(t, db, columns)); diff != "" {
		t.Error(diff)
	}
}

// A provider is told by the recipient's domain, else by the server that was talked to.
func TestProviders(t *testing.T) {
	db := migrated(t)
	for i, c := range []struct{ domain, relay, want string }{
		{"icloud.com", "127.0.0.1[127.0.0.1]:10025", "icloud"},
		{"shop.example", "shop-example.mail.protection.outlook.com[192.0.2.1]:25", "outlook"},
		{"gmail.com", "GMAIL-smtp-in.l.google.com[192.0.2.1]:25", "gmail"},
		{"shop.example", "mx.shop.example[192.0.2.1]:25", "other"},
		{"shop.example", "", "other"},
		{"noticloud.com", "google.com.evil.example[192.0.2.1]:25", "other"},
	} {
		writeAll(t, db, to(t, "a", fmt.Sprint("m", i), "r@"+c.domain, "delivered", schemas.Row{Relay: c.relay, Delivered: minute(2)}))
		if got := told(t, db, fmt.Sprintf("SELECT provider FROM messages WHERE message_id = 'm%d'", i)); len(got) != 1 || got[0] != "('"+c.want+"')" {
			t.Errorf("%s by %s is %s's, want %s", c.domain, c.relay, got, c.want)
		}
	}
}

func TestTimesStormsAndDays(t *testing.T) {
	db := migrated(t)
	var list []*schemas.Snapshot
	for n := range 300 { // ten hours, of which the fifth is stormy
		at := int64(n%10) * 60
		row := schemas.Row{Delivered: minute(at+5) + int64(n)*1000, Relay: "mx01.mail.icloud.com[192.0.2.1]:25"}
		if n%10 == 5 || n == 0 {
			row.Deferred, row.Deferrals = minute(at+5), 2
		}
		if n%2 == 0 {
			row.Opened, row.Opens = row.Delivered+60_000, 1
		}
		list = append(list, fate(t, n, int64(n%10), 1, row))
	}
	for n := range 100 { // a week before
		list = append(list, fate(t, 1000+n, -7*24, 1, schemas.Row{Delivered: minute(-7*24*60 + 5)}))
	}
	writeAll(t, db, list...)
	rollUp(t, db)
	for sql, want := range map[string]string{
		"SELECT toHour(hour), provider, messages, deferred, deferral_rate, usual_rate, deferred_arrived FROM deferral_storms":                                        "[(15,'icloud',30,30,1,0,30)]",
		"SELECT messages, median_ms, p90_ms, p99_ms FROM time_to_deliver WHERE day = '2026-10-26'":                                                                   "[(100,0,0,0)]",
		"SELECT messages, median_ms, p90_ms, p99_ms FROM time_to_deliver WHERE hour = '2026-11-02 12:00:00'":                                                         "[(30,152000,272000,292000)]",
		"SELECT messages, median_s, p99_s FROM time_to_open WHERE hour = '2026-11-02 12:00:00'":                                                                      "[(30,60,60)]",
		"SELECT day, messages, messages_before, opened, opened_before, open_rate, open_rate_before FROM daily ORDER BY day":                                          "[('2026-10-26',100,0,0,0,0,NULL),('2026-11-02',300,100,150,0,0.5,0)]",
		"SELECT sum(messages), sum(delivered), sum(deferred), sum(deferrals), sum(opened), sum(open_tracked) FROM hourly":                                            "[(400,400,31,62,150,400)]",
		"SELECT day, sum(messages), sum(delivered), sum(opened) FROM open_rates WHERE provider = 'icloud' GROUP BY day":                                              "[('2026-11-02',300,300,150)]",
		"SELECT count() FROM hourly WHERE (hour, account, recipient_domain) NOT IN (SELECT cohort, account, recipient_domain FROM messages) OR delivered > messages": "[(0)]",
	} {
		if got := told(t, db, sql); "["+joined(got)+"]" != want {
			t.Errorf("%s:\n%s, want\n%s", sql, joined(got), want)
		}
	}
}

func joined(lines []string) string { return strings.Join(lines, ",") }
