package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"mailfate/schemas"
)

var rewrite = flag.Bool("rewrite", false, "write golden files anew")

func sample() *Report {
	return &Report{
		Messages: 1234567,
		ByStatus: map[string]map[string]uint64{
			"canonical":    {"delivered": 900000, "opened": 300000, "bounced_hard": 34567},
			"netcore":      {"sent": 900000, "open": 300000, "hard_bounce": 34567},
			"netcore_feed": {"delivered": 900000, "opened": 300000, "bounced_hard": 34567},
			"tipimail":     {"delivered": 900000, "opened": 300000, "harbounce": 34567},
			"unisender":    {"ok_delivered": 900000, "ok_read": 300000, "err_user_unknown": 34566, "a\x1b newer one": 1},
		},
		Rates: Rates{
			Delivered: 1200000, OpenTracked: 1200000, UniqueOpens: 300000, OpenRate: 0.25, HardBounces: 34567, Ended: 1234567, BounceRate: 0.028,
			ClickTracked: 1000, Clicks: 500, ClickRate: 0.5,
		},
		BouncesByReason: []BounceReason{
			{Reason: "user_unknown", Class: "hard", Fault: "recipient", Messages: 34567, Share: 1, BounceRate: 0.028},
		},
		BouncesByDomain: []BounceDomain{
			{Domain: "\x1b[31mred\x07\xff\n.example", Ended: 9, Hard: 1, BounceRate: 1.0 / 9},
			{Domain: "", Ended: 2, Soft: 2, BounceRate: 1},
			{Domain: strings.Repeat("é", 100), Ended: 2, Soft: 2, BounceRate: 1},
		},
		Sources: map[string]Source{
			"postfix:/var/log/mail.log": {Lines: 1000, Bytes: 123456, Events: 800, Ignored: 150, Unparsed: 2, IgnoredBy: map[string]uint64{"connect": 100, "cleanup": 25, "anvil": 25}},
			"arf":                       {Lines: 3, Events: 3},
		},
		Unparsed:  2,
		Unmatched: 4, DeadLetters: new(uint64(1)), Digest: "00ff",
	}
}

func TestTextGolden(t *testing.T) {
	r := sample()
	for range 30 {
		r.BouncesByDomain = append(r.BouncesByDomain, BounceDomain{Domain: "many.example", Ended: 1, Hard: 1, BounceRate: 1})
	}
	golden(t, "testdata/report.golden", text(t, r))
}

// All five vocabularies are told within a line's width, whatever occurs and however often.
func TestStatusesFitTheLine(t *testing.T) {
	for _, n := range []uint64{1, 54321, 1 << 40} {
		r := &Report{Messages: n, ByStatus: map[string]map[string]uint64{}}
		rows := 0
		for _, v := range schemas.Vocabularies {
			counts := map[string]uint64{}
			for _, row := range v.Rows {
				counts[row.ID] = n
				rows++
			}
			r.ByStatus[v.Name] = counts
		}
		statuses, _, _ := strings.Cut(text(t, r), "\nRates\n")
		if got := strings.Count(statuses, "100.0 %"); got != rows {
			t.Errorf("%d messages: %d statuses are told, want %d", n, got, rows)
		}
		for line := range strings.Lines(statuses) {
			if width := utf8.RuneCountInString(line) - 1; width > 100 {
				t.Errorf("%d messages: %d wide: %s", n, width, line)
			}
		}
	}
}

func text(t *testing.T, r *Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := r.WriteText(&out, false); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the text differs (run with -rewrite and look at the difference):\n%s", got)
	}
}

func TestColourOnlyWhereWanted(t *testing.T) {
	for _, colour := range []bool{false, true} {
		var out bytes.Buffer
		if err := sample().WriteText(&out, colour); err != nil {
			t.Fatal(err)
		}
		if got := bytes.ContainsRune(out.Bytes(), '\x1b'); got != colour {
			t.Errorf("colour %v: escape sequences %v", colour, got)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("pipe is closed") }

func TestWriteErrorsAreTold(t *testing.T) {
	if err := sample().WriteText(broken{}, false); err == nil || !strings.Contains(err.Error(), "pipe is closed") {
		t.Errorf("got %v", err)
	}
}

// Other programs read these names.
func TestJSONNames(t *testing.T) {
	raw, err := json.Marshal(sample())
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]json.RawMessage
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	names(t, raw, "messages", "by_status", "rates", "bounces_by_reason", "bounces_by_domain", "sources", "unparsed", "unmatched", "contested", "dead_letters", "digest")
	names(t, doc["rates"], "delivered", "open_tracked", "unique_opens", "unique_opens_with_machines", "open_rate", "hard_bounces", "soft_bounces", "ended", "bounce_rate", "click_tracked", "clicks", "click_rate", "complaints", "unsubscribes")
	var sources map[string]json.RawMessage
	if err := json.Unmarshal(doc["sources"], &sources); err != nil {
		t.Fatal(err)
	}
	names(t, sources["arf"], "lines", "bytes", "events", "ignored", "unparsed")
}

func names(t *testing.T, raw []byte, want ...string) {
	t.Helper()
	var doc map[string]json.RawMessage
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	var got []string
	for name := range doc {
		got = append(got, name)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("names are %v, want %v", got, want)
	}
}
