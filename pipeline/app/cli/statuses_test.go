package cli_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"mailfate/pipeline/app/cli"
	"mailfate/schemas"
)

var rewrite = flag.Bool("rewrite", false, "write golden files anew")

// statuses runs the command and returns what it prints.
func statuses(t *testing.T, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	if code := cli.Run(t.Context(), append([]string{"statuses"}, args...), &out, &errOut); code != 0 || errOut.Len() > 0 {
		t.Fatalf("statuses %v: exit %d\n%s", args, code, errOut.String())
	}
	return out.String()
}

func TestStatusesGolden(t *testing.T) {
	for name, args := range map[string][]string{
		"statuses.txt":      nil,
		"statuses.netcore":  {"netcore"},
		"statuses.pt":       {"--language", "pt", "netcore_feed"},
		"statuses.json":     {"--json", "netcore_feed"},
		"statuses.feed.dot": {"--graph", "netcore_feed"},
		"statuses.dot":      {"--graph"},
	} {
		got, path := statuses(t, args...), filepath.Join("testdata", name)
		if *rewrite {
			write(t, path, []byte(got))
		}
		want, err := os.ReadFile(path)
		if err != nil || got != string(want) {
			t.Errorf("%s differs (%v); run with -rewrite and look at the difference:\n%s", path, err, got)
		}
	}
}

// A line that is longer than a usual wide terminal is hard to read.
func TestStatusesFitATerminal(t *testing.T) {
	const wide = 128
	printed := statuses(t)
	for _, language := range schemas.Languages {
		printed += statuses(t, "--language", language)
	}
	for line := range strings.Lines(printed) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > wide {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

func TestStatusesJSONIsWhole(t *testing.T) {
	var rows []struct {
		Vocabulary, Status, Step, Outcome, Meaning, Spelling string
		Labels                                               schemas.Labels
		Final                                                bool
		Ours                                                 bool `json:"final_by_decision"`
		ReachedBy                                            []struct {
			Events string
			From   []string
		} `json:"reached_by"`
	}
	if err := json.Unmarshal([]byte(statuses(t, "--json")), &rows); err != nil {
		t.Fatal(err)
	}
	for _, v := range schemas.Vocabularies {
		rules := 0
		for _, want := range v.Rows {
			got := rows[0]
			rows = rows[1:]
			if got.Vocabulary != v.Name || got.Status != want.ID || got.Step != want.Step || got.Final != want.Final || got.Ours != want.Ours ||
				got.Outcome != string(want.Outcome) || got.Meaning != want.Meaning || got.Spelling != want.Spelling() || got.Labels != want.Labels {
				t.Errorf("%+v, want %+v", got, want)
			}
			for _, rule := range got.ReachedBy {
				if rule.Events == "" || len(rule.From) == 0 || !strings.Contains(want.Reached, rule.Events) {
					t.Errorf("%s: reached by %+v", want.ID, rule)
				}
			}
			rules += len(got.ReachedBy)
		}
		if rules != len(v.Rules()) {
			t.Errorf("%s: %d rules, want %d", v.Name, rules, len(v.Rules()))
		}
	}
	if len(rows) > 0 {
		t.Errorf("%d rows too many", len(rows))
	}
}

func TestStatusesWrongUsage(t *testing.T) {
	for line, says := range map[string]string{
		"statuses nonsense":             `no vocabulary "nonsense"; there are canonical, netcore, netcore_feed, tipimail, unisender`,
		"statuses netcore feed":         "2 arguments; want [VOCABULARY]",
		"statuses --json --graph":       "choose one",
		"statuses --language tlh":       `no labels in "tlh"; there are en, pt, fr, ru`,
		"statuses --language fr --json": "--json has all languages",
		"statuses \x1b[31m":             `"\x1b[31m"`,
	} {
		var out, errOut bytes.Buffer
		if code := cli.Run(t.Context(), strings.Fields(line), &out, &errOut); code != 2 || out.Len() > 0 || !strings.Contains(errOut.String(), says) {
			t.Errorf("%q: exit %d\n%s%s", line, code, out.String(), errOut.String())
		}
	}
}
