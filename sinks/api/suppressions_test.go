package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// listed are suppressed addresses of two accounts.
func listed(n int) (all []Suppression) {
	for _, account := range []string{"other", "shop"} {
		for i := range n {
			all = append(all, Suppression{
				Account: account, Recipient: fmt.Sprintf("=user%06d@x.example", i), Reason: SuppressionReasons[i%3], Since: 1000,
				Remarks: "@<script>", Reasons: []string{"complained", "unsubscribed"}, Times: 2,
			})
		}
	}
	return all
}

func (f *fake) Suppressions(_ context.Context, filter *SuppressionFilter, after *Address, n int) (list []Suppression, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.owner = filter.Owner
	f.asks++
	for _, s := range f.suppressed {
		behind := after == nil || s.Account > after.Account || s.Account == after.Account && s.Recipient > after.Recipient
		if len(list) < n && behind && filter.Owner.Is(s.Account) && filter.Recipient.In(s.Recipient) && (filter.Reason == "" || filter.Reason == s.Reason) {
			list = append(list, s)
		}
	}
	if f.failAt != 0 && f.asks > f.failAt {
		return nil, fmt.Errorf("away")
	}
	return list, f.err
}

func (f *fake) NewReplies(_ context.Context, days, n int) ([]NewReply, error) {
	return []NewReply{{Template: "550 <script>", DaysOld: uint64(days), Messages: uint64(n), Class: "hard"}}, f.err
}

func TestSuppressionPages(t *testing.T) {
	f := &fake{suppressed: listed(250)}
	key, admin := f.key("shop", ScopeRead, 1e6), f.key("shop", ScopeRead|ScopeAdmin, 1e6)
	all := f.key("shop", ScopeRead|ScopeDownload, 1e6)
	r := start(t, f)
	status, body := r.get(t, base+"/suppressions?limit=1&api_key="+key)
	first := f.suppressed[250].address().cursor()
	const want = `{"suppressions":[{"account":"shop","recipient":"=user000000@x.example","reason":"complained","since":"1970-01-01T00:00:01.000Z","detail":"","message_id":"",` +
		`"remarks":"@\u003cscript\u003e","reasons":["complained","unsubscribed"],"times":2}],"next":"`
	if status != http.StatusOK || body != want+first+`"}` {
		t.Errorf("%d %s", status, body)
	}
	count := func(query string, want int) {
		t.Helper()
		n, cursor := 0, ""
		for {
			status, body := r.get(t, base+"/suppressions?"+query+"&cursor="+cursor)
			var page struct {
				Suppressions []struct{ Account, Recipient string }
				Next         string
			}
			if err := json.Unmarshal([]byte(body), &page); err != nil || status != http.StatusOK {
				t.Fatalf("%s: %d %v %.200s", query, status, err, body)
			}
			if n += len(page.Suppressions); page.Next == "" {
				break
			}
			cursor = page.Next
		}
		if n != want {
			t.Errorf("%s: %d, want %d", query, n, want)
		}
	}
	count("api_key="+key+"&limit=7", 250)
	count("api_key="+key+"&limit=250", 250)
	count("api_key="+admin+"&limit=99", 500)
	count("api_key="+admin+"&account=other", 250)
	count("api_key="+key+"&reason=complained", 84)
	count("api_key="+key+"&recipient=user000007", 1)
	count("api_key="+key+"&recipient=@nobody.example", 0)
	for _, forged := range []*Address{{"other", ""}, {"", ""}, {"other", "=user000100@x.example"}} {
		status, body := r.get(t, base+"/suppressions?api_key="+key+"&limit=500&cursor="+forged.cursor())
		if status != http.StatusOK || strings.Contains(body, "other") || strings.Count(body, `"recipient"`) != 250 {
			t.Errorf("forged %+v: %d %.300s", forged, status, body)
		}
	}
	for query, says := range map[string]string{
		"cursor=x": "list's", "cursor=" + first + "A": "list's", "cursor=" + strings.Repeat("A", 5000): "list's", "cursor=AQ": "list's", "cursor=Af8": "list's",
		"reason=nothing": "reason is", "reason=%27": "reason is", "limit=501": "limit", "recipient=%2C": "neither", "format=xml": "format", "limit=1&format=csv": "limit is for pages",
		"days=1": "no parameter",
	} {
		if status, body := r.get(t, base+"/suppressions?api_key="+all+"&"+query); status != http.StatusBadRequest || !strings.Contains(body, says) {
			t.Errorf("%.40s: %d %s", query, status, body)
		}
	}
	for query, want := range map[string]int{"api_key=" + key + "&account=other": 403, "": 401, "api_key=" + key + "&format=csv": 403} {
		if status, body := r.get(t, base+"/suppressions?"+query); status != want {
			t.Errorf("%s: %d %s", query, status, body)
		}
	}
}

// A file has the list of any size, without formulas, and is cut off when something fails
// on the way.
func TestSuppressionFile(t *testing.T) {
	formulas := Suppression{Account: "=shop", Recipient: "+ann@x.example", Reason: "complained", MessageID: "-m1@x", Remarks: "@SUM(1)"}
	f := &fake{suppressed: append([]Suppression{formulas}, listed(exportPage+5)...)}
	r := start(t, f)
	got := fileOf(t, r, "/suppressions?format=csv")
	records, err := csv.NewReader(bytes.NewReader(got.body)).ReadAll()
	if err != nil || got.err != nil || len(records) != 2*(exportPage+5)+2 || !slices.Equal(records[0], suppressionColumns) {
		t.Fatalf("%d rows, %v, %v", len(records), err, got.err)
	}
	if want := []string{"'=shop", "'+ann@x.example", "complained", "", "", "'-m1@x", "'@SUM(1)", "", "0"}; !slices.Equal(records[1], want) {
		t.Errorf("%q", records[1])
	}
	want := []string{"shop", "'=user020004@x.example", "unsubscribed", "1970-01-01T00:00:01.000Z", "", "", "'@<script>", "complained unsubscribed", "2"}
	if last := records[len(records)-1]; !slices.Equal(last[:2], want[:2]) || !slices.Equal(last[3:], want[3:]) {
		t.Errorf("%q", last)
	}
	f.set(func() { f.asks, f.failAt = 0, 1 })
	if got = fileOf(t, r, "/suppressions?format=csv"); got.err == nil {
		t.Errorf("%d bytes that look whole", len(got.body))
	}
}

func TestNewReplies(t *testing.T) {
	f := &fake{}
	key, admin := f.key("shop", ScopeRead, 1e6), f.key("shop", ScopeRead|ScopeAdmin, 1e6)
	r := start(t, f)
	if status, body := r.get(t, base+"/replies/new?api_key="+key); status != http.StatusForbidden || !strings.Contains(body, "all accounts") {
		t.Errorf("%d %s", status, body)
	}
	if status, body := r.get(t, base+"/replies/new?days=7&limit=3&api_key="+admin); status != http.StatusOK || !strings.Contains(body, `"messages":3,"last_day":0,"day_before":0,"days_old":7,`) || strings.Contains(body, "<script") {
		t.Errorf("%d %s", status, body)
	}
	for _, query := range []string{"days=31", "days=0", "days=x", "limit=0", "account=shop"} {
		if status, body := r.get(t, base+"/replies/new?api_key="+admin+"&"+query); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", query, status, body)
		}
	}
}

// TestSchemasAreAnswers holds what the document says of lists against what is answered.
func TestSchemasAreAnswers(t *testing.T) {
	var d document
	if err := yaml.Unmarshal(openAPIDocument, &d); err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]any{"Suppression": Suppression{}, "NewReply": NewReply{}} {
		var has []string
		for field := range reflect.TypeOf(v).Fields() {
			has = append(has, field.Tag.Get("json"))
		}
		said := d.Components.Schemas[name]
		if !slices.Equal(has, said.Required) || len(said.Properties) != len(has) {
			t.Errorf("%s has %q, and the document says %q", name, has, said.Required)
		}
	}
	if len(suppressionColumns) != reflect.TypeFor[Suppression]().NumField() || len((&Suppression{}).cells()) != len(suppressionColumns) {
		t.Error("a file has other columns than the list")
	}
}

// FuzzCursor holds that what is taken for a cursor is one, in its only form.
func FuzzCursor(f *testing.F) {
	f.Add("")
	f.Add((&Address{"shop", "ann@x.example"}).cursor())
	f.Add((&Address{"", "\xff\x00"}).cursor())
	f.Add("AYCAgICAgICAgAE")
	f.Fuzz(func(t *testing.T, cursor string) {
		a, err := parseAddress(cursor)
		if err == nil && cursor != "" && a.cursor() != cursor {
			t.Errorf("%q is taken for %q", cursor, a.cursor())
		}
	})
}
