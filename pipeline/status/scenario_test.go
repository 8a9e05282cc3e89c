package status

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"mailfate/schemas"
)

// A scenario is one line of testdata/scenarios.txt.
type scenario struct {
	name    string
	events  []schemas.Event
	derived []schemas.Change // kind and time only
	want    [][]string       // per vocabulary: the statuses that are passed
}

func TestScenarios(t *testing.T) {
	for _, sc := range readScenarios(t) {
		t.Run(sc.name, func(t *testing.T) {
			view := tell(sc.events)
			for v, want := range sc.want[:len(schemas.Vocabularies)] {
				checkPassed(t, schemas.Vocabularies[v], v, view.History, want)
			}
			for _, d := range sc.derived {
				if !slices.ContainsFunc(view.Points, func(p Point) bool { return p.Kind == d.Kind && p.Time == d.Time && p.Derived }) {
					t.Errorf("no derived %s at %d", d.Kind, d.Time)
				}
			}
		})
	}
}

// checkPassed checks that the wanted statuses were passed in this order, and
// that the last of them is where the history ends.
func checkPassed(t *testing.T, voc *schemas.Vocabulary, v int, history []schemas.Change, want []string) {
	t.Helper()
	var passed []string
	for _, c := range history {
		if c.After[v] != c.Before[v] {
			passed = append(passed, voc.Row(c.After[v]).ID)
		}
	}
	end := "none"
	if len(passed) > 0 {
		end = passed[len(passed)-1]
	}
	if w := want[len(want)-1]; end != w {
		t.Errorf("%s: ends as %s, want %s (passed %v)", voc.Name, end, w, passed)
	}
	at := 0
	for _, p := range passed {
		if at < len(want) && p == want[at] {
			at++
		}
	}
	if at < len(want) && want[0] != "none" {
		t.Errorf("%s: passed %v, want %v in this order", voc.Name, passed, want)
	}
}

// tell evaluates one recipient's events, at the end of all streams' time.
func tell(events []schemas.Event) View {
	s := &schemas.Snapshot{Identity: schemas.Identity{MessageID: "m", Recipient: "r"}}
	for i := range events {
		Add(s, &events[i])
	}
	e := NewEvaluator(Timers{})
	return e.Evaluate(&Message{Key: s, Clock: func(string) int64 { return 1 << 60 }})
}

func readScenarios(t *testing.T) []scenario {
	t.Helper()
	f, err := os.Open("testdata/scenarios.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []scenario
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if line := lines.Text(); line != "" && line[0] != '#' {
			variants, err := parseScenario(line)
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			all = append(all, variants...)
		}
	}
	return all
}

// parseScenario returns a scenario for each variant of the line.
func parseScenario(line string) ([]scenario, error) {
	name, rest, _ := strings.Cut(line, " ")
	left, right, ok := strings.Cut(rest, " => ")
	if !ok {
		return nil, fmt.Errorf("no =>")
	}
	left = strings.NewReplacer("S,", "received 0s, treated 1s, queued 2s,", "R,", "received 0s,").Replace(left)
	variants := expand(left)
	var out []scenario
	for i, v := range variants {
		sc := scenario{name: fmt.Sprintf("%s/%d", name, i)}
		for n, word := range strings.Split(v, ", ") {
			if err := sc.addEvent(word, schemas.EventID(100*i+n+1)); err != nil {
				return nil, err
			}
		}
		for _, column := range strings.Split(right, " / ") {
			var passed []string
			for _, step := range strings.Split(column, ">") {
				alternatives := strings.Split(step, "|")
				word := alternatives[min(i, len(alternatives)-1)]
				passed = append(passed, strings.Replace(strings.TrimSpace(word), "∅", "none", 1))
			}
			sc.want = append(sc.want, passed)
		}
		out = append(out, sc)
	}
	return out, nil
}

// expand writes out a|b, in braces or as whole words.
func expand(s string) []string {
	bar := strings.IndexByte(s, '|')
	if bar < 0 {
		return []string{s}
	}
	start := strings.LastIndexAny(s[:bar], "{ ") + 1
	open := strings.LastIndexByte(s[:bar], '{')
	inBraces := open >= 0 && !strings.Contains(s[open:bar], "}")
	stop := " "
	if inBraces {
		start, stop = open+1, "}"
	}
	end := bar + strings.Index(s[bar:], stop)
	var out []string
	for _, alt := range strings.Split(s[start:end], "|") {
		out = append(out, s[:start]+alt+s[end:])
	}
	return out
}

func (sc *scenario) addEvent(word string, id schemas.EventID) error {
	derived := strings.HasPrefix(word, "[")
	name, at, ok := strings.Cut(strings.Trim(word, "[]"), " ")
	if !ok {
		return fmt.Errorf("event %q has no time", word)
	}
	unit := time.Duration(1)
	if days, isDays := strings.CutSuffix(at, "d"); isDays {
		at, unit = days+"h", 24
	}
	d, err := time.ParseDuration(at)
	if err != nil {
		return err
	}
	kindName, reasonName, _ := strings.Cut(strings.TrimSuffix(name, "}"), "{")
	kind, ok := schemas.ParseKind(kindName)
	if !ok {
		return fmt.Errorf("no kind %q", kindName)
	}
	reason, ok := schemas.ParseReason(kind, reasonName)
	if !ok {
		return fmt.Errorf("%s has no reason %q", kind, reasonName)
	}
	const start = 1_700_000_000_000
	ms := start + (d * unit).Milliseconds()
	if derived {
		if kind == schemas.MachineOpened { // part of the timeline's later rules
			return nil
		}
		sc.derived = append(sc.derived, schemas.Change{Kind: kind, Time: ms})
		return nil
	}
	sc.events = append(sc.events, schemas.Event{
		ID: id, Kind: kind, Reason: reason, Time: ms, Source: schemas.SourcePlatform,
		Identity: schemas.Identity{MessageID: "m", Recipient: "r"},
	})
	return nil
}
