package report

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func monday(t *testing.T) time.Time {
	t.Helper()
	return time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)
}

func comparing(t *testing.T, by ...string) Question {
	t.Helper()
	return Question{Name: Bounce, By: by, From: monday(t), To: monday(t).AddDate(0, 0, 2), Compare: true, Limit: 10}
}

// What is gone is told, and what is counted of nothing is unknown.
func TestCompare(t *testing.T) {
	columns := []string{"day", "provider", "ended", "bounced", "bounce_rate"}
	now := Table{Question: comparing(t, "day", "provider"), Columns: columns, Words: 2, Rows: [][]any{
		{"2026-11-16", "google", uint64(10), uint64(5), 0.5},
		{"2026-11-17", "new", uint64(4), uint64(1), 0.25},
		{"2026-11-17", "waits", uint64(0), uint64(0), 0.0},
	}}
	then := Table{Question: now.Question.Before(), Columns: columns, Words: 2, Rows: [][]any{
		{"2026-11-15", "gone", uint64(8), uint64(8), 1.0},
		{"2026-11-14", "google", uint64(8), uint64(2), 0.25},
		{"2026-11-14", "google", uint64(8), uint64(2), 0.25}, // asked for twice
		{"2026-11-15", "waits", uint64(0), uint64(0), 0.0},
	}}
	want := [][]any{
		{"2026-11-16", "google", uint64(10), uint64(8), uint64(5), uint64(2), 0.5, 0.25},
		{"2026-11-17", "new", uint64(4), uint64(0), uint64(1), uint64(0), 0.25, nil},
		{"2026-11-17", "waits", uint64(0), uint64(0), uint64(0), uint64(0), nil, nil},
		{"2026-11-17", "gone", uint64(0), uint64(8), uint64(0), uint64(8), nil, 1.0},
	}
	now.Compare(&then)
	if diff := cmp.Diff(want, now.Rows); diff != "" {
		t.Error(diff)
	}
	var out bytes.Buffer
	if err := now.WriteCSV(&out); err != nil || !strings.Contains(out.String(), "2026-11-17,gone,0,8,0,8,,1\n") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// All reasons of a group are of the same that ended: one that is new was no part of it
// before, which is known.
func TestCompareReasons(t *testing.T) {
	columns := []string{"provider", "reason", "ended", "bounced", "bounce_rate"}
	now := Table{Question: comparing(t, "provider", "reason"), Columns: columns, Words: 2, Rows: [][]any{
		{"google", "spam", uint64(100), uint64(5), 0.05},
	}}
	then := Table{Question: now.Question.Before(), Columns: columns, Words: 2, Rows: [][]any{
		{"google", "user_unknown", uint64(50), uint64(5), 0.1},
	}}
	want := [][]any{
		{"google", "spam", uint64(100), uint64(50), uint64(5), uint64(0), 0.05, 0.0},
		{"google", "user_unknown", uint64(100), uint64(50), uint64(0), uint64(5), 0.0, 0.1},
	}
	now.Compare(&then)
	if diff := cmp.Diff(want, now.Rows); diff != "" {
		t.Error(diff)
	}
}

// Months are compared with as many, however long they are, and so is what they are
// together; of weeks and months whole ones are.
func TestCompareMonths(t *testing.T) {
	day := func(text string) time.Time {
		at, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	q := Question{Name: Overview, By: []string{"month"}, From: day("2026-03-01"), To: day("2026-05-01"), Compare: true, Limit: 10}
	now := Table{Question: q, Columns: []string{"month", "messages"}, Words: 1, Rows: [][]any{{"2026-04-01", uint64(1)}}}
	then := Table{Question: q.Before(), Columns: now.Columns, Words: 1, Rows: [][]any{{"2026-01-01", uint64(2)}, {"2026-02-01", uint64(3)}}}
	totals := q.Totals()
	if before := totals.Before(); !before.From.Equal(day("2026-01-01")) || !then.Question.From.Equal(before.From) {
		t.Errorf("compared with what begins on %v, all together %v", then.Question.From, before.From)
	}
	now.Compare(&then)
	if diff := cmp.Diff([][]any{{"2026-04-01", uint64(1), uint64(3)}, {"2026-03-01", uint64(0), uint64(2)}}, now.Rows); diff != "" {
		t.Error(diff)
	}
	for _, c := range []struct {
		by, from, to string
		fits         bool
	}{
		{"month", "2026-03-01", "2026-04-01", true},
		{"month", "2026-03-02", "2026-04-01", false},
		{"month", "2026-03-01", "2026-03-31", false},
		{"month,day", "2026-03-01", "2026-04-01", false},
		{"month,provider", "2026-03-01", "2026-04-01", true},
		{"week,day", "2026-11-02", "2026-11-16", true},
		{"week", "2026-11-02", "2026-11-15", false},
		{"week", "2026-11-03", "2026-11-10", false},
		{"day", "2026-11-03", "2026-11-05", true},
	} {
		q := Question{Name: Overview, By: strings.Split(c.by, ","), From: day(c.from), To: day(c.to), Compare: true, Limit: 10}
		if err := q.Check(); (err == nil) != c.fits {
			t.Errorf("by %s from %s to %s: %v", c.by, c.from, c.to, err)
		}
	}
}

// A period within a day touches two days before: what lies in the second is no group
// that is gone.
func TestCompareHoursByDay(t *testing.T) {
	noon := monday(t).Add(12 * time.Hour)
	q := Question{Name: Overview, By: []string{"day"}, From: noon.Add(-6 * time.Hour), To: noon.Add(6 * time.Hour), Compare: true, Limit: 10}
	now := Table{Question: q, Columns: []string{"day", "messages"}, Words: 1, Rows: [][]any{{"2026-11-16", uint64(1)}}}
	then := Table{Question: q.Before(), Columns: now.Columns, Words: 1, Rows: [][]any{{"2026-11-15", uint64(2)}, {"2026-11-16", uint64(3)}}}
	now.Compare(&then)
	if diff := cmp.Diff([][]any{{"2026-11-16", uint64(1), uint64(2)}}, now.Rows); diff != "" {
		t.Error(diff)
	}
}

// compared is a table as wide as they come.
func compared(t *testing.T) *Table {
	t.Helper()
	table := &Table{Question: comparing(t, "provider"), Words: 1, Columns: []string{
		"provider", "messages", "delivered", "ended", "bounced", "bounce_rate", "open_tracked", "opened", "open_rate",
		"opened_with_machines", "click_tracked", "clicked", "click_rate", "complained", "unsubscribed", "expired", "median_ms",
	}}
	row := func(name string, n uint64) []any {
		return []any{name, n, n, n, n / 2500, Ratio(n/2500, n), n, n / 2, Ratio(n/2, n), n, n, n / 10, Ratio(n/10, n), n / 1000, n / 500, n / 100, n * 3}
	}
	table.Rows = [][]any{row("google", 1_234_567), row("new", 300), row("", 1000)}
	then := Table{Question: table.Question.Before(), Columns: table.Columns, Words: 1, Rows: [][]any{row("google", 1_200_000), row("gone", 77), row("", 1000)}}
	table.Compare(&then)
	return table
}

func TestCompareText(t *testing.T) {
	var out bytes.Buffer
	if err := compared(t).WriteText(&out, false); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		if n := utf8.RuneCountInString(line) - 1; n > maxTable {
			t.Errorf("%d characters wide: %s", n, line)
		}
	}
	golden(t, "testdata/compare.golden", out.String())
}

func TestEmptyText(t *testing.T) {
	var out bytes.Buffer
	if err := (&Table{Columns: []string{"day", "messages"}, Words: 1}).WriteText(&out, false); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.HasPrefix(got, "  day  messages\n\nThere is nothing") {
		t.Errorf("got %q", got)
	}
}

func TestPercent(t *testing.T) {
	for ratio, want := range map[float64]string{0: "0.0 %", 0.5: "50.0 %", 0.01: "1.0 %", 0.0004: "0.04 %", 0.00001: "0.0010 %", 1: "100.0 %"} {
		if got := percent(ratio); got != want {
			t.Errorf("%g is %s, want %s", ratio, got, want)
		}
	}
}
