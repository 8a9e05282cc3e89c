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
)

var rewrite = flag.Bool("rewrite", false, "write golden files anew")

func sample() *Report {
	return &Report{
		Messages: 1234567,
		ByStatus: map[string]map[string]uint64{"canonical": {"delivered": 1200000, "bounced_hard": 34567}},
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
		Unmatched: 4, DeadLetters: 1, Digest: "00ff",
	}
}

func TestTextGolden(t *testing.T) {
	r := sample()
	for range 30 {
		r.BouncesByDomain = append(r.BouncesByDomain, BounceDomain{Domain: "many.example", Ended: 1, Hard: 1, BounceRate: 1})
	}
	var out bytes.Buffer
	if err := r.WriteText(&out, false); err != nil {
		t.Fatal(err)
	}
	const path = "testdata/report.golden"
	if *rewrite {
		if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), want) {
		t.Errorf("the text differs (run with -rewrite and look at the difference):\n%s", out.String())
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
