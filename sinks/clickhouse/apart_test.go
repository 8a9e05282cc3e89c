package clickhouse

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mailfate/schemas"
	"mailfate/sinks/api"
)

// everything is what the endpoints tell of: messages, suppressed addresses, what is
// unmatched and contested, events and replies, and lines that nobody understood. All
// that is b's, or nobody's, says so.
func everything(t *testing.T, db *DB) {
	t.Helper()
	twoAccounts(t, db)
	writeAll(t, db,
		to(t, "a", "s1", "mine@a.example", "complained", schemas.Row{Delivered: minute(2), Complained: minute(3)}),
		to(t, "b", "s2", "secret@b.example", "complained", schemas.Row{Delivered: minute(2), Complained: minute(3)}),
	)
	for _, account := range []string{"a", "b"} {
		s := stray()
		s.Account, s.MessageID = account, "stray of "+account
		writeAll(t, db, s)
	}
	contested := stray()
	contested.Standing, contested.Was, contested.MessageID = schemas.Contested, schemas.Contested, "contested"
	writeAll(t, db, contested)
	var events []schemas.Event
	for i := range 10 {
		ev := answer(uint64(100+i), minute(int64(i)), schemas.Bounced, gmail, "550 5.1.1 <secret@b.example>: User unknown")
		ev.Account, ev.Stream = "b", "secret:stream"
		events = append(events, ev)
	}
	write(t, db, schemas.TopicEvents, false, answerRecords(t, events...)...)
	write(t, db, schemas.TopicUnparsed, true, unparsedRecord(t, 0, schemas.Unparsed{Stream: "secret:stream", Shape: "secret", Lines: 5, Examples: [][]byte{[]byte("secret line")}}))
	rollUp(t, db)
}

// parametersOf are what may be asked.
var parametersOf = map[string][]string{
	"/session":          nil,
	"/health":           {"account"},
	"/replies/new":      {"days", "limit"},
	"/suppressions":     {"recipient", "reason", "account", "limit", "cursor", "format"},
	"/reports/overview": {"by", "from", "to", "account", "vocabulary", "limit", "compare", "format"}, "/reports/open": {"by", "account"}, "/reports/bounce": {"by", "account"},
	"/reports/deferral": {"by", "account"}, "/reports/complaint": {"by", "account"}, "/reports/delivery-time": {"by", "account"},
}

// TestAccountsAreApart asks a real database with the key of one account, in every way
// that somebody may think of, and hears nothing of the other's or of nobody's.
func TestAccountsAreApart(t *testing.T) {
	db := migrated(t)
	everything(t, db)
	mine, admin := newKey(t, db, "a", api.ScopeRead|api.ScopeDownload), newKey(t, db, "a", api.ScopeRead|api.ScopeDownload|api.ScopeAdmin)
	at := serving(t, db) + "/api/v1"
	get := func(path string, query url.Values) (int, string) {
		t.Helper()
		res, err := http.Get(at + path + "?" + query.Encode())
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(body)
	}
	forged := base64.RawURLEncoding.EncodeToString([]byte("\x01\x01bsecret"))
	values := append([]string{
		"", "a", "b", "account", "campaign,account", "domain,sender_domain", "secret", "@b.example", "secret@b.example", "complained", "csv", "true", "500", "1", "unisender",
		"2026-11-01", "2026-11-30", forged, "a' OR account = 'b", "a\x00b", "a') OR (1=1", "b\t", "<script>alert(1)</script>",
	}, hostileTexts...)
	for path, names := range parametersOf {
		for _, name := range append([]string{"api_key", "Account"}, names...) {
			for _, value := range values {
				query := url.Values{"api_key": {mine}}
				query.Add(name, value)
				switch status, body := get(path, query); {
				case status >= 500:
					t.Errorf("%s %s=%q: %d %.300s", path, name, value, status, body)
				case status == http.StatusOK && (strings.Contains(body, "secret") || strings.Contains(body, "b.example") || strings.Contains(body, `"b"`)):
					t.Errorf("%s %s=%q tells: %.300s", path, name, value, body)
				case name == "account" && value == "b" && status != http.StatusForbidden:
					t.Errorf("%s of b: %d %.300s", path, status, body)
				}
			}
		}
	}
	if _, body := get("/suppressions", url.Values{"api_key": {mine}}); strings.Count(body, `"recipient"`) < 2 || !strings.Contains(body, "mine@a.example") {
		t.Errorf("of its own: %s", body)
	}
	if _, body := get("/health", url.Values{"api_key": {mine}}); !strings.Contains(body, `"messages":31,`) || !strings.Contains(body, `"unmatched":2,`) || !strings.Contains(body, `"contested":null`) {
		t.Errorf("of its own: %s", body)
	}
	for path, says := range map[string]string{
		"/session": `"accounts":["a","b"]`, "/health": "secret line", "/replies/new": `"provider":"gmail"`, "/suppressions": "secret@b.example", "/reports/overview": `"messages":42,`,
	} {
		if status, body := get(path, url.Values{"api_key": {admin}}); status != http.StatusOK || !strings.Contains(body, says) {
			t.Errorf("%s for who may see all: %d %s, without %s", path, status, body, says)
		}
	}
	if _, body := get("/health", url.Values{"api_key": {admin}}); !strings.Contains(body, `"unmatched":4,`) || strings.Contains(body, `"contested":null`) || !strings.Contains(body, `"stream":"secret:stream","newest_at":"2026-11-02T10:09:00.000Z"`) {
		t.Errorf("all: %s", body)
	}
	if status, body := get("/replies/new", url.Values{"api_key": {admin}}); status != http.StatusOK || !strings.Contains(body, `"reason":"user_unknown","class":"hard","fault":"recipient","events":10,"messages":10,`) {
		t.Errorf("%d %s", status, body)
	}
	if status, body := get("/reports/overview", url.Values{"api_key": {admin}, "account": {"b"}, "by": {"campaign"}}); status != http.StatusOK || !strings.Contains(body, "secret") || strings.Contains(body, "campaign1") {
		t.Errorf("of b: %d %s", status, fmt.Sprintf("%.300s", body))
	}
}
