package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"mailfate/schemas"
	"mailfate/sinks/explain"
)

func (f *fake) feed(filter *Filter, behind Position) (found []Change) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := len(f.news) - 1; i >= 0; i-- {
		c := f.news[i].in(filter.Vocabulary)
		if filter.Fits(&c) && (behind.Time.IsZero() || c.Time.Before(behind.Time)) {
			found = append(found, c)
		}
	}
	return found
}

func (f *fake) Feed(_ context.Context, filter *Filter, behind Position, n int) ([]Change, error) {
	found := f.feed(filter, behind)
	return found[:min(n, len(found))], f.err
}

func (f *fake) Count(_ context.Context, filter *Filter) (uint64, error) {
	return uint64(len(f.feed(filter, Position{}))), f.err
}

func (f *fake) Export(ctx context.Context, filter *Filter, each func(*Change) error) error {
	for i, c := range f.feed(filter, Position{}) {
		if f.pause != nil {
			f.pause(ctx, i)
		}
		if f.failAt != 0 && i == f.failAt {
			return errors.New("away")
		}
		if err := each(&c); err != nil {
			return err
		}
	}
	return f.err
}

func (f *fake) News(_ context.Context, from Place, n int) (news []News, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.life.Is(from.Life) {
		return nil, fmt.Errorf("news: %w", ErrAnew)
	}
	for _, c := range f.news {
		c.Life = f.life
		behind := c.Time.After(from.Time) || c.Time.Equal(from.Time) && c.Key > from.Key
		if (c.Insert > from.Insert || c.Insert == from.Insert && behind) && len(news) < n {
			news = append(news, c)
		}
	}
	return news, f.err
}

func (f *fake) Next(context.Context) (Place, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	next := Place{Life: f.life, Insert: 1}
	for _, c := range f.news {
		next.Insert = max(next.Insert, c.Insert+1)
	}
	return next, f.err
}

func (f *fake) Message(_ context.Context, owner Owner, id, _ string, _ []*schemas.Vocabulary) (explain.Story, error) {
	switch {
	case id == "several":
		return explain.Story{}, fmt.Errorf("explain: %w; name one", ErrSeveral)
	case id != "m1@x" || !owner.Is("shop"):
		return explain.Story{}, fmt.Errorf("explain %q: %w", id, ErrNothingKnown)
	}
	return explain.Story{MessageID: id}, f.err
}

func (f *fake) Recipient(_ context.Context, owner Owner, _ *schemas.Vocabulary, address string, _ int) (Facts, []Message, error) {
	if address != "ann@x.example" || !owner.Is("shop") {
		return Facts{}, nil, f.err
	}
	return Facts{Messages: 1}, []Message{{ID: 7, Status: "opened"}}, f.err
}

// change makes the n-th change of an account: it was delivered.
func newsOf(account string, n int) News {
	c := Change{
		Position: Position{time.UnixMilli(1_793_613_600_000 + int64(n)), uint64(n)}, ID: uint64(n), Account: account,
		MessageID: fmt.Sprintf("m%d@x", n), Sender: "news@shop.example", Recipient: fmt.Sprintf("user%d@x.example", n), Subject: "=1+1",
		Campaign: "autumn", Kind: "delivered", Code: 250, Remarks: "250 ok \xff\"quoted\",\r\nand more",
	}
	return News{
		Change: c, Insert: uint64(n + 1),
		Befores: []string{"queued", "processing", "sent", "treated", "ok_sent"}, Statuses: []string{"delivered", "sent", "delivered", "delivered", "ok_delivered"},
	}
}

func feedOf(n int, account string) *fake {
	f := &fake{}
	for i := range n {
		f.news = append(f.news, newsOf(account, i))
	}
	return f
}

func TestFeedPages(t *testing.T) {
	f := feedOf(7, "shop")
	f.news = append(f.news, newsOf("other", 7))
	key, foreign := f.key("shop", ScopeRead, 1e6), f.key("other", ScopeRead, 1e6)
	r := start(t, f)
	var ids []string
	for next := ""; ; {
		status, body := r.get(t, base+"/feed?limit=3&vocabulary=unisender&api_key="+key+"&cursor="+next)
		var page feedPage
		if err := json.Unmarshal([]byte(body), &page); err != nil || status != 200 {
			t.Fatal(status, body, err)
		}
		for _, c := range page.Changes {
			if c.Status != "ok_delivered" || c.Before != "ok_sent" || c.Meaning == "" || c.Remarks != "250 ok \uFFFD\"quoted\",\r\nand more" {
				t.Errorf("%+v", c)
			}
			ids = append(ids, c.ID)
		}
		if next = page.Next; next == "" {
			break
		}
	}
	if got := strings.Join(ids, ""); got != "6543210" {
		t.Errorf("pages of %s", got)
	}
	made := Position{time.UnixMilli(1_893_613_600_000), 1}.cursor() // nobody gave it out
	if _, body := r.get(t, base+"/feed?api_key="+foreign+"&cursor="+made); strings.Count(body, `"change":`) != 1 || strings.Contains(body, "shop\"") {
		t.Errorf("a made-up cursor shows %s", body)
	}
}

// TestDaysAreWhole asks by days, of which both are part of the period, and by times.
func TestDaysAreWhole(t *testing.T) {
	f := feedOf(3, "shop") // of 2026-11-02 at 10:00:00.000 to .002
	r := start(t, f)
	for query, want := range map[string]int{
		"from=2026-11-02&to=2026-11-02": 3, "to=2026-11-01": 0, "from=2026-11-03": 0, "to=2026-11-03": 3,
		"to=2026-11-02T10:00:00.001Z": 1, "from=2026-11-02T10:00:00.001Z": 2, "to=2026-11-02T00:00:00Z": 0, "to=2105-12-31": 3,
	} {
		if status, body := r.get(t, base+"/feed?"+query); status != 200 || strings.Count(body, `"change":`) != want {
			t.Errorf("%s: %d %s, want %d", query, status, body, want)
		}
	}
}

func TestBadParameters(t *testing.T) {
	f := feedOf(1, "shop")
	key, admin := f.key("shop", ScopeRead|ScopeDownload, 1e6), f.key("a", ScopeAdmin|ScopeRead, 1e6)
	r := start(t, f)
	good := Position{time.UnixMilli(1e12), 5}.cursor()
	for path, want := range map[string]int{
		"/feed?cursor=" + good: 200, "/feed?cursor=" + good[:22]: 400, "/feed?cursor=" + good + "A": 400, "/feed?cursor=%0A" + good: 400,
		"/feed?cursor=B" + good[1:]: 400, "/feed?cursor=" + good[:22] + "B": 400, "/feed?cursor=AX__________________________": 400,
		"/feed?cursor=AX________________8": 400, "/feed?cursor=' OR 1=1": 400,
		"/feed?limit=0": 400, "/feed?limit=501": 400, "/feed?limit=-1": 400, "/feed?limit=1e3": 400, "/feed?limit=500": 200,
		"/feed?from=yesterday": 400, "/feed?from=2026-11-22&to=2026-11-22T10:00:00%2B01:00": 200, "/feed?to=9999-01-01": 400,
		"/feed?status=nonsense": 400, "/feed?status=delivered&status=opened": 200, "/feed?status=ok_read": 400, "/feed?vocabulary=unisender&status=ok_read": 200,
		"/feed?kind='": 400, "/feed?kind=delivered": 200, "/feed?reason=user_unknown": 200, "/feed?reason=x": 400, "/feed?vocabulary=x": 400,
		"/feed?q=%2B%2B": 400, "/feed?q=%00%01": 400, "/feed?q=ann": 200, "/feed?sender=<>": 200, "/feed?recpient=ann": 400,
		"/feed?q=" + strings.Repeat("a", 1000): 400, "/feed?campaign=" + strings.Repeat("a", 2000): 400,
		"/feed?" + strings.Repeat("status=delivered&", 65): 400,
		"/feed?account=shop": 200, "/feed?account=other": 403,
		"/feed/download?format=xml": 400, "/feed/download?bom=yes": 400, "/feed/download?format=ndjson&bom=true": 400, "/feed/download?limit=1": 400,
		"/feed/live?cursor=1": 400, "/feed/live?last_event_id=1": 400, "/feed/live?last_event_id=01-0000000000000001": 400,
		"/messages/m1@x": 200, "/messages/m2@x": 404, "/messages/several": 409, "/messages/m1@x?account=other": 403, "/messages/" + strings.Repeat("a", 2000): 400,
		"/messages/m1%2Fx%00'": 404, "/recipients/ann@x.example": 200, "/recipients/%22": 400, "/recipients/ANN@X.example": 200, "/recipients/bob@x.example": 404,
		"/vocabularies": 200, "/vocabularies?x=1": 400, "/nothing": 404,
	} {
		path = strings.ReplaceAll(strings.ReplaceAll(path, " ", "%20"), "<>", "%3C%3E")
		status, body := r.get(t, base+path, func(req *http.Request) { req.Header.Set("Authorization", "Bearer "+key) })
		if status != want {
			t.Errorf("%.80s: %d %.200s, want %d", path, status, body, want)
		}
	}
	for path, want := range map[string]int{"/feed?account=other": 200, "/feed": 200, "/feed/download": 403, "/messages/m1@x?account=other": 404} {
		if status, body := r.get(t, base+path, func(req *http.Request) { req.Header.Set("Authorization", "Bearer "+admin) }); status != want {
			t.Errorf("as admin, %s: %d %.200s, want %d", path, status, body, want)
		}
	}
	long := "/feed?campaign=" + strings.Repeat("a", 1<<20)
	res, err := http.Get(r.base + base + long) //nolint:noctx // it is refused
	if err == nil {
		res.Body.Close()
		if res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("a megabyte: %d", res.StatusCode)
		}
	}
}

// file is what was downloaded; err says that it was cut off.
type file struct {
	status          int
	header, trailer http.Header
	body            []byte
	err             error
}

func download(t *testing.T, r *rig, query string) file {
	t.Helper()
	return fileOf(t, r, "/feed/download?"+query)
}

func fileOf(t *testing.T, r *rig, path string) (f file) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.base+base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	f.body, f.err = io.ReadAll(res.Body)
	f.status, f.header, f.trailer = res.StatusCode, res.Header, res.Trailer
	return f
}

func TestDownload(t *testing.T) {
	f := feedOf(5000, "shop")
	r := start(t, f)
	got := download(t, r, "bom=true")
	if got.err != nil || got.header.Get("X-Estimated-Rows") != "5000" || got.trailer.Get("X-Rows") != "5000" || !bytes.HasPrefix(got.body, []byte("\uFEFF")) {
		t.Fatal(got.header, got.trailer, got.err)
	}
	records, err := csv.NewReader(bytes.NewReader(got.body[3:])).ReadAll()
	if err != nil || len(records) != 5001 || !slices.Equal(records[0], columns) {
		t.Fatal(len(records), err)
	}
	row := records[1]
	if row[1] != "4999" || row[6] != "'=1+1" || row[19] != "250 ok \uFFFD\"quoted\",  and more" || row[0] != "2026-11-02T10:00:04.999Z" {
		t.Errorf("%q", row)
	}
	if got = download(t, r, "format=ndjson"); got.err != nil || bytes.Count(got.body, []byte("\n")) != 5000 || !json.Valid(got.body[:bytes.IndexByte(got.body, '\n')]) {
		t.Errorf("%.300s, %v", got.body, got.err)
	}
	if got = download(t, r, "format=parquet"); got.err != nil {
		t.Fatal(got.err)
	}
	rows, err := parquet.Read[changeLine](bytes.NewReader(got.body), int64(len(got.body)))
	if err != nil || len(rows) != 5000 || rows[0].ID != "4999" || rows[0].Time != 1_793_613_604_999 || rows[0].Subject != "=1+1" {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

// TestDownloadCut has the database go away in the middle.
func TestDownloadCut(t *testing.T) {
	f := feedOf(30_000, "shop")
	f.failAt = 25_000
	r := start(t, f)
	for _, format := range []string{"csv", "ndjson", "parquet"} {
		got := download(t, r, "format="+format)
		if got.err == nil || len(got.body) == 0 || got.trailer.Get("X-Rows") != "" {
			t.Errorf("%s: %d bytes that look whole, %v", format, len(got.body), got.trailer)
		}
	}
	f.failAt = 1 // before anything was sent
	got := download(t, r, "")
	if got.err != nil || got.status != 503 || got.header.Get("Content-Disposition") != "" || !json.Valid(got.body) {
		t.Errorf("%d %s %v %v", got.status, got.body, got.header, got.err)
	}
}

// TestColumnsAreOne holds the list of columns, the names in JSON and in Parquet to each other.
func TestColumnsAreOne(t *testing.T) {
	line := reflect.TypeFor[changeLine]()
	for i := range line.NumField() {
		tag := line.Field(i).Tag
		name, _, _ := strings.Cut(tag.Get("parquet"), ",")
		if columns[i] != name || tag.Get("json") != name {
			t.Errorf("column %d is %s, %s and %s", i, columns[i], tag.Get("json"), name)
		}
	}
	if n := len((&changeLine{}).cells(nil)); n != len(columns) || n != line.NumField() {
		t.Errorf("%d cells, %d columns, %d fields", n, len(columns), line.NumField())
	}
}

func FuzzParameters(f *testing.F) {
	for _, s := range []string{"ann", "@x.example", "a@b", "<>", "q=%zz", "cursor=AQ", "status=delivered&from=2026-11-22", "É@ü.example", "\xff", "a b", "00000000000000ff-12-8000000000000000", "to=2105-12-31"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := parseCursor(s); err == nil && s != "" && p.cursor() != s {
			t.Errorf("cursor %q has two forms", s)
		}
		if m, err := parseMark(s); err == nil && m.String() != s {
			t.Errorf("an event's id %q has two forms", s)
		}
		if term, err := parseTerm("q", s); err == nil && term.How != Whatever && term.Text != "<>" {
			if len(term.Words) == 0 || len(term.Words) > maxWords || term.How == Exact && !term.In(term.Text) {
				t.Errorf("%q is %+v", s, term)
			}
		}
		r := &http.Request{}
		r.Form, _ = url.ParseQuery(s)
		who := caller{key: &Key{Account: "shop"}, owner: Owner{Account: "shop"}}
		if filter, err := filter(r, who); err == nil && filter.Owner != who.owner {
			t.Errorf("%q asks for %+v", s, filter.Owner)
		} else if err != nil && asFailure(err).status >= 500 {
			t.Errorf("%q: %v", s, err)
		}
	})
}
