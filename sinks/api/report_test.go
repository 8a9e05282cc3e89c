package api

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mailfate/sinks/report"
)

func (f *fake) AskOf(_ context.Context, owner Owner, q *report.Question) (report.Table, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.owner, f.question = owner, *q
	return report.Table{
		Question: *q, Columns: []string{"campaign", "messages", "bounce_rate"}, Words: 1,
		Rows: [][]any{{"=cmd|' /C calc'!A0", uint64(12), 0.25}, {"<script>", uint64(1), 0.0}},
	}, f.err
}

func TestReportEndpoint(t *testing.T) {
	f := &fake{}
	key, admin := f.key("shop", ScopeRead, 1000), f.key("shop", ScopeRead|ScopeAdmin, 1000)
	checks := f.key("shop", ScopeCheck, 1000)
	r := start(t, f)
	status, body := r.get(t, base+"/reports/overview?by=day,campaign&by=hour&from=2026-11-01&to=2026-11-02&compare=true&limit=7&api_key="+key)
	const want = `{"report":"overview","by":["day","campaign","hour"],"from":"2026-11-01T00:00:00Z","to":"2026-11-03T00:00:00Z","account":"shop","vocabulary":"",` +
		`"columns":[{"name":"campaign","kind":"word"},{"name":"messages","kind":"count"},{"name":"bounce_rate","kind":"ratio","of":"bounced ÷ ended"}],` +
		`"rows":[{"campaign":"=cmd|' /C calc'!A0","messages":12,"bounce_rate":0.25},{"campaign":"\u003cscript\u003e","messages":1,"bounce_rate":0}],"more":false}`
	if status != http.StatusOK || body != want {
		t.Errorf("%d %s\nwant %s", status, body, want)
	}
	if q := f.question; !q.Compare || q.Limit != 7 || f.owner != (Owner{Account: "shop"}) {
		t.Errorf("asked %+v of %+v", q, f.owner)
	}
	for _, c := range []struct {
		path   string
		status int
		says   string
	}{
		{"/reports/open?api_key=" + key, 200, ""},
		{"/reports/open?api_key=" + admin + "&account=other", 200, ""},
		{"/reports/open?api_key=" + key + "&account=other", 403, "of one account"},
		{"/reports/open?api_key=" + checks, 403, "needs the scopes read"},
		{"/reports/open", 401, "missing"},
		{"/reports/nonsense?api_key=" + key, 404, "there is no report"},
		{"/reports/open?by=subject&api_key=" + key, 400, "by is some of"},
		{"/reports/open?by=day&by=day&api_key=" + key, 400, "named twice"},
		{"/reports/open?by=hour,day,week,month,account&api_key=" + key, 400, "4 things"},
		{"/reports/open?vocabulary=tipimail&api_key=" + key, 400, "only the overview"},
		{"/reports/open?vocabulary=klingon&api_key=" + key, 400, "not known"},
		{"/reports/open?compare=true&api_key=" + key, 400, "begins and ends"},
		{"/reports/open?compare=true&by=month&from=2026-11-02&to=2026-11-29&api_key=" + key, 400, "whole ones are compared"},
		{"/reports/open?compare=yes&api_key=" + key, 400, "false or true"},
		{"/reports/open?from=yesterday&api_key=" + key, 400, "is not a time"},
		{"/reports/open?from=1969-01-01&api_key=" + key, 400, "1970"},
		{"/reports/open?from=2026-11-03&to=2026-11-01&api_key=" + key, 400, "before it begins"},
		{"/reports/open?limit=0&api_key=" + key, 400, "limit is"},
		{"/reports/open?limit=10001&api_key=" + key, 400, "limit is"},
		{"/reports/open?format=xml&api_key=" + key, 400, "format is"},
		{"/reports/open?formats=csv&api_key=" + key, 400, "no parameter"},
	} {
		if status, body := r.get(t, base+c.path); status != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s: %d %s", c.path, status, body)
		}
	}
}

func TestReportFile(t *testing.T) {
	r := start(t, &fake{})
	got := fileOf(t, r, "/reports/bounce?format=csv")
	const want = "campaign,messages,bounce_rate\n'=cmd|' /C calc'!A0,12,0.25\n<script>,1,0\n"
	if string(got.body) != want || got.header.Get("Content-Disposition") != `attachment; filename="bounce.csv"` || got.header.Get("Content-Type") != formats["csv"].kind {
		t.Errorf("%v\n%s", got.header, got.body)
	}
	page := fileOf(t, r, "/reports/bounce?format=html")
	if !strings.Contains(string(page.body), "&lt;script&gt;") || strings.Contains(string(page.body), "<script") || !strings.Contains(page.header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%v\n%s", page.header, page.body)
	}
}

// hostileValues are what somebody may send.
var hostileValues = []string{"'; DROP TABLE messages; --", "') OR 1=1 --", "{owner:String}", "<script>alert(1)</script>", "\x00\x01\t\r\n", "\xff\xfe", "\u202e", strings.Repeat("x", 5000), "=1+1", "-1", "9999999999999999999999"}

// No value, however hostile, is an error of the server's, or comes back as markup.
func TestHostileValues(t *testing.T) {
	r := start(t, &fake{})
	for path, names := range map[string][]string{
		"/session": {"api_key"}, "/health": {"account"},
		"/suppressions": {"recipient", "reason", "account", "limit", "cursor", "format"}, "/replies/new": {"days", "limit"},
		"/reports/open": {"by", "from", "to", "account", "vocabulary", "limit", "compare", "format"},
	} {
		for _, name := range names {
			for _, value := range hostileValues {
				status, body := r.get(t, base+path+"?"+url.Values{name: {value}}.Encode())
				if status >= 500 || strings.Contains(body, "<script") {
					t.Errorf("%s %s=%.30q: %d %.200s", path, name, value, status, body)
				}
			}
		}
	}
}
