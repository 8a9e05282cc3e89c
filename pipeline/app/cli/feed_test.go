package cli_test

import (
	"encoding/csv"
	"encoding/json"
	"net/url"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// curl asks with curl, as the README does.
func curl(t *testing.T, address, key string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "curl", append([]string{"-sS", "-H", "Authorization: Bearer " + key, address}, args...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// checkFeed reads the feed of the recorded messages by page and as a file, and one's story.
func checkFeed(t *testing.T, dir, address, key, other string) {
	t.Helper()
	type page struct {
		Changes []struct{ ID, Before, Status, Remarks, Subject string }
		Next    string
	}
	read := func(key, query string) (p page) {
		if err := json.Unmarshal([]byte(curl(t, address+"/api/v1/feed?"+query, key)), &p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := read(key, "vocabulary=unisender&q="+url.QueryEscape("<whole-story.20efbc96@news.mailfate.example>"))
	var told []string
	for _, c := range p.Changes {
		told = append(told, c.Status)
		if c.ID != "6152075894644861605" || c.Subject != "Please confirm your address" {
			t.Errorf("%+v", c)
		}
	}
	if got := strings.Join(told, " "); got != "ok_fbl ok_link_visited ok_read ok_delivered err_will_retry ok_sent not_sent" {
		t.Errorf("the feed of one message: %s", got)
	}
	all := 0
	for next := ""; ; {
		p := read(key, "limit=500&cursor="+next)
		all += len(p.Changes)
		if next = p.Next; next == "" {
			break
		}
	}
	_, count, _ := output(t, mailfate(t, "sql", "--data", dir, "SELECT count() FROM mail.history WHERE status_before != status"))
	if !slices.Contains(strings.Fields(count), strconv.Itoa(all)) {
		t.Errorf("%d changes in all pages, want %q", all, count)
	}
	records, err := csv.NewReader(strings.NewReader(curl(t, address+"/api/v1/feed/download", key))).ReadAll()
	if err != nil || len(records) != all+1 {
		t.Errorf("%d rows downloaded, want %d: %v", len(records)-1, all, err)
	}
	const story = "/api/v1/messages/em_002300"
	if got := curl(t, address+story, key); !strings.Contains(got, `"timeline":[{`) {
		t.Errorf("a story: %.300s", got)
	}
	if got := curl(t, address+"/api/v1/recipients/kofi.costa27@corp.example", key); !strings.Contains(got, `"complained":1`) {
		t.Errorf("a recipient: %.300s", got)
	}
	if p := read(other, ""); len(p.Changes) != 0 {
		t.Errorf("another account sees %+v", p.Changes[0])
	}
	if got := curl(t, address+story, other); !strings.Contains(got, "not_found") {
		t.Errorf("another account reads %.300s", got)
	}
}
