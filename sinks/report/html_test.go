package report

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"mailfate/schemas"
)

var made = time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)

// hostile are names as somebody sends them who wants to do harm.
var hostile = []string{
	`</title><script>alert(1)</script>`, `"><img src=https://evil.example/x onerror=alert(1)>`, `</svg><style>@import "//evil.example"</style>`,
	"<!--", "]]>", "{{.}}", "a\u202egpj.exe", "\x00\x1b[31m\xff", "https://evil.example/", "javascript:alert(1)", "'; rm -rf ~ #", "שלום <b>", strings.Repeat("長", 400), "",
}

// days is a table that is broken down by day and, if there are any, by names.
func days(n int, names ...string) *Table {
	t := &Table{
		Question: Question{Name: Overview, By: []string{"day"}, From: made.Truncate(24*time.Hour).AddDate(0, 0, -n), To: made.Truncate(24 * time.Hour)},
		Columns:  []string{"day"}, Words: 1,
	}
	if len(names) > 0 {
		t.Question.By, t.Columns, t.Words = []string{"day", "campaign"}, []string{"day", "campaign"}, 2
	} else {
		names = []string{""}
	}
	t.Columns = append(t.Columns, "messages", "delivered", "ended", "bounced", "bounce_rate", "open_tracked", "opened", "open_rate")
	for i := range n {
		for j, name := range names {
			row := []any{t.Question.From.AddDate(0, 0, i).Format(time.DateOnly)}
			if t.Words == 2 {
				row = append(row, name)
			}
			delivered, opened := uint64(900+70*i-50*j), uint64(200+30*(i%7))
			t.Rows = append(t.Rows, append(row, delivered+100, delivered, delivered+80, uint64(80), Ratio(80, delivered+80), delivered, opened, Ratio(opened, delivered)))
		}
	}
	return t
}

func totals(name string) *Table {
	return &Table{
		Question: Question{Name: name},
		Columns:  []string{"messages", "delivered", "ended", "bounced", "bounce_rate", "bounce_rate_before"},
		Rows:     [][]any{{uint64(12345), uint64(11000), uint64(12000), uint64(1000), 1000.0 / 12000, 0.1}},
	}
}

// tableHTML is a table's page, which is found to be one that may be mailed.
func tableHTML(t *testing.T, table, totals *Table) string {
	t.Helper()
	var out bytes.Buffer
	if err := table.WriteHTML(&out, totals, made); err != nil {
		t.Fatal(err)
	}
	return checked(t, out.String())
}

func TestTableHTMLGolden(t *testing.T) {
	lines := days(10)
	lines.Rows = append(lines.Rows[:4], lines.Rows[6:]...) // two days without messages
	golden(t, "testdata/lines.golden.html", tableHTML(t, lines, totals(Overview)))

	bars := &Table{
		Question: Question{Name: Bounce, By: []string{"domain"}, Account: "it's <me>", Limit: 20},
		Columns:  []string{"domain", "messages", "ended", "bounced", "bounce_rate"}, Words: 1, More: true,
	}
	for i, name := range hostile {
		bars.Rows = append(bars.Rows, []any{name, uint64(100 - i), uint64(90), uint64(20 - i), Ratio(uint64(20-i), 90)})
	}
	golden(t, "testdata/bars.golden.html", tableHTML(t, bars, totals(Bounce)))
}

func TestReportHTMLGolden(t *testing.T) {
	var out bytes.Buffer
	slow := &Table{
		Question: Question{Name: DeliveryTime, By: []string{"provider"}},
		Columns:  []string{"provider", "messages", "median_ms", "p90_ms", "p99_ms"}, Words: 1,
		Rows: [][]any{{"google", uint64(9), uint64(840), uint64(61_000), uint64(90_000_000)}},
	}
	if err := sample().WriteHTML(&out, made, days(3), slow); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/report.golden.html", checked(t, out.String()))
}

// Whatever the names and however many the rows, the page is one that may be mailed.
func TestHTMLOfAnything(t *testing.T) {
	empty := days(0)
	for name, c := range map[string]struct {
		table, totals *Table
		want, not     string
	}{
		"empty":           {empty, &Table{Question: Question{Name: Overview}}, "There are no messages", "<table"},
		"one row":         {days(1), totals(Overview), "<td class=\"n\">1 000</td>", "<figure"},
		"no dimension":    {totals(Overview), totals(Overview), "10.0 % in the period before", "<figure"},
		"hostile lines":   {days(5, hostile...), totals(Overview), `a\u202egpj.exe`, "\u202e"},
		"10,000 days":     {days(10_000), totals(Overview), "These are the first 1 000 of 10 000 rows", "NaN"},
		"no numbers":      {unnumbered(), totals(Overview), "–", "NaN"},
		"a vocabulary":    {vocabulary(), totals(Overview), "--vocabulary unisender --html", "Messages by"},
		"a strange time":  {strange(), totals(Overview), "<rect", "<path stroke=\"#17586b\" fill"},
		"more rows there": {&Table{Question: days(2).Question, Columns: days(2).Columns, Words: 1, Rows: days(2).Rows, More: true}, totals(Overview), "There are more rows than these 2", "NaN"},
	} {
		t.Run(name, func(t *testing.T) {
			got := tableHTML(t, c.table, c.totals)
			if !strings.Contains(got, c.want) {
				t.Errorf("%q is missing", c.want)
			}
			if strings.Contains(got, c.not) {
				t.Errorf("%q is there", c.not)
			}
			if len(got) > 1<<20 {
				t.Errorf("it has %d bytes", len(got))
			}
		})
	}
}

func unnumbered() *Table {
	t := days(3)
	t.Rows[0][5], t.Rows[1][5], t.Rows[2][5] = math.NaN(), math.Inf(1), math.Inf(-1)
	return t
}

func vocabulary() *Table {
	return &Table{
		Question: Question{Name: Overview, Vocabulary: schemas.Unisender},
		Columns:  []string{"status", "messages", "share"}, Words: 1,
		Rows: [][]any{{"ok_delivered", uint64(3), 0.75}, {"err_lost", uint64(1), 0.25}},
	}
}

func strange() *Table {
	t := days(3)
	t.Rows[1][0] = "<yesterday>"
	return t
}

// TestReportHTMLOfNothing holds that nothing divides by what is not there.
func TestReportHTMLOfNothing(t *testing.T) {
	var out bytes.Buffer
	if err := (&Report{}).WriteHTML(&out, made, days(0)); err != nil {
		t.Fatal(err)
	}
	checked(t, out.String())
}

func TestHTMLErrorsAreTold(t *testing.T) {
	if err := days(2).WriteHTML(broken{}, totals(Overview), made); err == nil || !strings.Contains(err.Error(), "pipe is closed") {
		t.Errorf("got %v", err)
	}
}

// allowed are the elements of a page.
var allowed = map[string]bool{}

func init() {
	for name := range strings.FieldsSeq("html head meta title style body main h1 h2 dl dt dd div b small code bdi p section figure figcaption span " +
		"svg desc g text rect line path circle ul li table thead tbody tr th td") {
		allowed[name] = true
	}
}

// checked returns a page that is well formed, has an id once, runs nothing, refers to
// nothing outside, and shows what would hide.
func checked(t *testing.T, page string) string {
	t.Helper()
	var open []string
	ids := map[string]bool{}
	var refs []string
	for z := html.NewTokenizer(strings.NewReader(page)); ; {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Errorf("open at the end: %v", open)
			}
			for _, r := range refs {
				if !ids[r] {
					t.Errorf("nothing has id %q", r)
				}
			}
			checkText(t, page)
			return page
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			refs = append(refs, checkElement(t, token, ids)...)
			if kind == html.StartTagToken && token.Data != "meta" {
				open = append(open, token.Data)
			}
		case html.EndTagToken:
			name := z.Token().Data
			if len(open) == 0 || open[len(open)-1] != name {
				t.Fatalf("</%s> closes %v", name, open)
			}
			open = open[:len(open)-1]
		case html.CommentToken:
			t.Errorf("comment %q", z.Token().Data)
		}
	}
}

func checkElement(t *testing.T, token html.Token, ids map[string]bool) (refs []string) {
	t.Helper()
	if !allowed[token.Data] {
		t.Errorf("there is a %q", token.Data)
	}
	for _, a := range token.Attr {
		switch {
		case a.Key == "id" && ids[a.Val]:
			t.Errorf("id %q is there twice", a.Val)
		case a.Key == "id":
			ids[a.Val] = true
		case a.Key == "aria-labelledby":
			refs = append(refs, strings.Fields(a.Val)...)
		case strings.HasPrefix(a.Key, "on"), a.Key == "href", a.Key == "src", a.Key == "style", a.Key == "xlink:href", a.Key == "action":
			t.Errorf("%s has %s=%q", token.Data, a.Key, a.Val)
		}
	}
	return refs
}

func checkText(t *testing.T, page string) {
	t.Helper()
	if _, err := html.Parse(strings.NewReader(page)); err != nil {
		t.Errorf("parse: %v", err)
	}
	style, rest, _ := strings.Cut(page, "</style>")
	for _, no := range []string{"url(", "@import", "http:", "https:"} {
		if strings.Contains(style, no) {
			t.Errorf("the style has %s", no)
		}
	}
	for _, no := range []string{"NaN", "Inf", "ZgotmplZ", "<no value>", "%!"} {
		if strings.Contains(rest, no) {
			t.Errorf("the page has %s", no)
		}
	}
	for _, r := range page {
		if r != '\n' && hides(r) {
			t.Errorf("%U is raw", r)
			return
		}
	}
}

func hides(r rune) bool {
	return fmt.Sprintf("%+q", r) != fmt.Sprintf("%q", r) && strings.HasPrefix(fmt.Sprintf("%q", r), `'\`)
}

func TestCommand(t *testing.T) {
	day := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for want, q := range map[string]Question{
		"mailfate report open --data DIR --html": {Name: Open, Limit: HTMLRows},
		`mailfate report bounce --data DIR --by day,reason --from 2026-11-01 --to 2026-11-07 --account 'it'\''s $(me)' --compare --limit 5 --html`: {
			Name: Bounce, By: []string{"day", "reason"}, From: day, To: day.AddDate(0, 0, 7), Account: "it's $(me)", Compare: true, Limit: 5,
		},
		"mailfate report overview --data DIR --from 2026-11-01T03:00 --to 2026-11-01T04:30 --vocabulary tipimail --html": {
			Name: Overview, From: day.Add(3 * time.Hour), To: day.Add(4*time.Hour + 30*time.Minute), Vocabulary: schemas.Tipimail,
		},
	} {
		if got := q.command(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
