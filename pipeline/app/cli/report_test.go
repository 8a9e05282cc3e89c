package cli_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mailfate/pipeline/app/cli"
)

// tables are a report's rows, as JSON has them.
type tables struct {
	Rows []map[string]any
	More bool
}

// TestReportTables holds tables against what the recording program knows.
func TestReportTables(t *testing.T) {
	dir := replayed(t)
	defer served(t, dir)()
	var truth struct {
		Totals struct {
			Messages, Delivered, Clicks, Complaints, Unsubscribes, Bounced float64
			ByStatus                                                       map[string]float64 `json:"by_status"`
			Ended                                                          float64            `json:"delivered_bounced_or_expired"`
			Opens                                                          float64            `json:"unique_opens"`
			OpensWithMachines                                              float64            `json:"unique_opens_with_machines"`
			ClicksWithMachines                                             float64            `json:"clicks_with_machines"`
			OpenRate                                                       float64            `json:"open_rate"`
			BounceRate                                                     float64            `json:"bounce_rate"`
			ByDomain                                                       map[string]float64 `json:"bounces_by_domain"`
			Deferred                                                       float64            `json:"delivered_after_deferral"`
		}
	}
	raw, err := os.ReadFile(recorded + ".truth.json")
	if err == nil {
		err = json.Unmarshal(raw, &truth)
	}
	if err != nil {
		t.Fatal(err)
	}
	ask := func(args ...string) tables {
		t.Helper()
		code, out, errOut := output(t, mailfate(t, append([]string{"report", "--data", dir, "--format", "json"}, args...)...))
		var got tables
		if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 {
			t.Fatalf("%v: exit %d, %v\n%s", args, code, err, errOut)
		}
		return got
	}
	equal := func(what string, row map[string]any, column string, want float64) {
		t.Helper()
		if got, ok := row[column].(float64); !ok || got-want > 1e-9 || want-got > 1e-9 {
			t.Errorf("%s: %s is %v, want %v", what, column, row[column], want)
		}
	}
	w := truth.Totals
	w.Complaints-- // one is about one of several recipients, any of whom could have written it: it is doubtful
	all := ask("overview").Rows[0]
	for column, want := range map[string]float64{
		"messages": w.Messages, "delivered": w.Delivered, "ended": w.Ended, "bounced": w.Bounced, "expired": w.ByStatus["expired"], "bounce_rate": w.BounceRate,
		"opened": w.Opens, "opened_with_machines": w.OpensWithMachines, "open_rate": w.OpenRate, "clicked": w.Clicks, "complained": w.Complaints, "unsubscribed": w.Unsubscribes,
	} {
		equal("overview", all, column, want)
	}
	opens := ask("open", "--from", "2026-11-22", "--to", "2026-11-22").Rows[0]
	equal("open", opens, "clicked_with_machines", w.ClicksWithMachines)
	equal("deferral", ask("deferral").Rows[0], "deferred_arrived", w.Deferred)
	equal("delivery time", ask("delivery-time").Rows[0], "messages", w.Delivered)
	var bounced float64
	domains := ask("bounce", "--by", "domain", "--limit", "10000")
	for _, row := range domains.Rows {
		equal(row["domain"].(string), row, "bounced", w.ByDomain[row["domain"].(string)])
		bounced += row["bounced"].(float64)
	}
	if bounced != w.Bounced || domains.More {
		t.Errorf("by domain %v bounced, want %v", bounced, w.Bounced)
	}
	bounced = 0
	for _, row := range ask("bounce", "--by", "reason,class,day").Rows {
		equal("bounce by reason", row, "ended", w.Ended)
		bounced += row["bounced"].(float64)
	}
	if bounced != w.Bounced {
		t.Errorf("by reason %v bounced, want %v", bounced, w.Bounced)
	}
	sum := 0.0
	for _, row := range ask("overview", "--vocabulary", "unisender").Rows {
		sum += row["messages"].(float64)
	}
	if sum != w.Messages {
		t.Errorf("in UniSender's words there are %v messages, want %v", sum, w.Messages)
	}
	if before := ask("overview", "--to", "2026-11-21", "--by", "hour"); len(before.Rows) != 0 {
		t.Errorf("before it began: %v", before.Rows)
	}
	if other := ask("overview", "--account", "nobody' OR 1=1 --", "--by", "account"); len(other.Rows) != 0 {
		t.Errorf("of nobody: %v", other.Rows)
	}
	compared := ask("overview", "--compare", "--from", "2026-11-22", "--to", "2026-11-23", "--by", "account").Rows[0]
	equal("compared", compared, "messages", w.Messages)
	equal("compared", compared, "messages_before", 0)
	later := ask("overview", "--compare", "--from", "2026-12-01", "--to", "2026-12-31", "--by", "month").Rows[0]
	equal("a month later", later, "messages", 0)
	equal("a month later", later, "messages_before", w.Messages)
	code, out, errOut := output(t, mailfate(t, "report", "complaint", "--data", dir, "--format", "csv", "--by", "campaign"))
	records, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || code != 0 || len(records) != 3 || records[0][0] != "campaign" {
		t.Errorf("exit %d, %v\n%s\n%s", code, err, out, errOut)
	}
	if _, _, warned := output(t, mailfate(t, "report", "open", "--data", dir, "--account", "shopp")); !strings.Contains(warned, "Nothing is known of account shopp") {
		t.Errorf("of an account that nobody has: %s", warned)
	}
	for _, what := range [][]string{{"open", "--by", "day"}, {}} {
		file := filepath.Join(t.TempDir(), "report.html")
		args := append([]string{"report", "--data", dir, "--html", "-o", file}, what...)
		code, out, errOut = output(t, mailfate(t, args...))
		page, err := os.ReadFile(file)
		rate := fmt.Sprintf("<b>%.1f %%</b>", 100*w.OpenRate)
		if err != nil || code != 0 || out != "" || !strings.Contains(string(page), rate) || !strings.HasSuffix(string(page), "</html>\n") {
			t.Errorf("report %v as HTML: exit %d, %v, want %s\n%s%s", what, code, err, rate, out, errOut)
		}
	}
	if code, out, _ = output(t, mailfate(t, "schema", "--data", dir)); code != 0 || !strings.Contains(out, "### hourly\n") {
		t.Errorf("schema: exit %d\n%s", code, out)
	}
	if code, out, _ = output(t, mailfate(t, "retention", "--data", dir)); code != 0 || !strings.Contains(out, "\nmessages        for ever  the beginning  0\n") {
		t.Errorf("retention: exit %d\n%s", code, out)
	}
}

// What cannot be asked is refused before anything is started.
func TestReportRefuses(t *testing.T) {
	for _, c := range [][2]string{
		{"nonsense", "there is no report"},
		{"open --by subject", "nothing is broken down by"},
		{"open --by day,day", "named twice"},
		{"open --by reason", "is not broken down by reason"},
		{"overview --by hour,day,week,month,account", "4 things at most"},
		{"overview --from yesterday", "is no time"},
		{"overview --from 2026-11-22 --to 2026-11-20", "the period ends before it begins"},
		{"overview --from 2026-11-22T03:10", "of whole hours"},
		{"overview --compare", "begins and ends"},
		{"overview --compare --by month --from 2026-11-02 --to 2026-11-29", "whole ones are compared"},
		{"--compare", "is for a table"},
		{"overview --format xml", "no such format"},
		{"overview --json --format csv", "another format"},
		{"overview --json --html", "another format"},
		{"--format csv", "csv is for a table"},
		{"--html --digest", "a digest is a word"},
		{"overview --limit 0", "--limit is from 1"},
		{"overview --digest", "has no digest"},
		{"bounce --vocabulary tipimail", "only the overview"},
		{"overview --vocabulary klingon", "klingon"},
		{"deferral --by reason,provider", "use domain"},
		{"--by day", "is for a table"},
	} {
		var out, errOut bytes.Buffer
		args := append([]string{"report", "--data", t.TempDir()}, strings.Fields(c[0])...)
		if code := cli.Run(t.Context(), args, &out, &errOut); code != 2 || !strings.Contains(errOut.String(), c[1]) {
			t.Errorf("report %s: exit %d: %s", c[0], code, errOut.String())
		}
	}
}
