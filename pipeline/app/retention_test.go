package app

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mailfate/pipeline/embedded/embeddedtest"
	"mailfate/schemas"
	"mailfate/sinks/clickhouse"
)

// Of a log of years ago its last days are kept, by a process that goes on running; what
// is counted by the hour, for ever.
func TestOldRowsAreDeleted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.log")
	var lines strings.Builder
	for day := 1; day <= 4; day++ {
		for _, line := range []string{
			"postfix/cleanup[1]: Q%d: message-id=<m%d@shop.example>",
			"postfix/qmgr[1]: Q%d: from=<news@shop.example>, size=1234, nrcpt=1 (queue active)",
			"postfix/smtp[1]: Q%d: to=<r@example.org>, relay=mx.example.org[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)",
			"postfix/qmgr[1]: Q%d: removed",
		} {
			line = strings.ReplaceAll(line, "Q%d", fmt.Sprintf("4FA2C9D%d", day))
			fmt.Fprintf(&lines, "2019-03-0%dT10:00:0%d.000000+00:00 mx1 %s\n", day, day, strings.ReplaceAll(line, "%d", fmt.Sprint(day)))
		}
	}
	if err := os.WriteFile(path, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	srcs, err := FindToFollow(ParseArgument("postfix:"+path), func(schemas.SourceType, string) Settings { return Settings{} })
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		Dir: t.TempDir(), ClickHouse: clickhouse.Options{Addresses: []string{embeddedtest.ClickHouse(t).Native()}, Database: "old_rows"},
	}
	db, err := clickhouse.Open(o.ClickHouse)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const asked = "SELECT (SELECT toString(arraySort(groupArray(message_id))) FROM messages), (SELECT sum(messages) FROM hourly), (SELECT count() FROM events)"
	var left string
	var counted, events uint64
	look := func() error { return db.Conn().QueryRow(t.Context(), asked).Scan(&left, &counted, &events) }
	follow(t, o, srcs, func() bool { return look() == nil && counted == 4 })
	all := events
	o.Keep, o.KeepEvery = clickhouse.Keep{Messages: 1}, 100*time.Millisecond
	follow(t, o, srcs, func() bool {
		return look() == nil && left == "['m3@shop.example','m4@shop.example']" && events == all/2
	})
	if counted != 4 {
		t.Errorf("%s are left, %d are counted, %d of %d events are left", left, counted, events, all)
	}
}

func TestMetricsOfRetention(t *testing.T) {
	var r retention
	kept := func(rows uint64) clickhouse.Retained {
		return clickhouse.Retained{Kept: []clickhouse.Kept{{What: "messages", Days: 1, Horizon: time.Unix(86400, 0), Rows: rows}, {What: "events"}}}
	}
	r.note(kept(3), nil)
	r.note(kept(2), io.ErrUnexpectedEOF)
	var out strings.Builder
	(&metrics{kept: &r}).write(&out)
	for _, want := range []string{
		"\nmailfate_retention_deleted_total{what=\"messages\"} 5\n", "\nmailfate_retention_deleted_total{what=\"events\"} 0\n",
		"\nmailfate_retention_horizon_seconds{what=\"messages\"} 86400\n", "\nmailfate_retention_failures_total 1\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), `seconds{what="events"}`) {
		t.Error("there is a horizon of what is kept for ever")
	}
}
