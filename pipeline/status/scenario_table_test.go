package status

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"mailfate/schemas"
)

// aMachine is the user agent of what engages with a mail, and is no person.
const aMachine = "Mozilla/5.0"

// runTable asserts lines of the table of scenarios. a>b: passed in this order,
// the last is the end; a|b: variants; […]: derived.
func runTable(t *testing.T, d *datadriven.TestData, file string, seen *coverage) string {
	for line := range strings.SplitSeq(d.Input, "\n") {
		rows, err := parseRow(line)
		if err != nil {
			d.Fatalf(t, "%s: %v", line, err)
		}
		for i, row := range rows {
			t.Run(fmt.Sprintf("%s.%d", line[:2], i+1), func(t *testing.T) { row.check(t, file+"/"+line[:2], seen) })
		}
	}
	return "ok"
}

// A tableRow is one variant of a line of the table.
type tableRow struct {
	events  []schemas.Event
	derived []schemas.Event // kind and time only
	want    [][]string      // for each vocabulary the statuses that are passed
}

// parseRow returns a row for each variant of the line.
func parseRow(line string) ([]tableRow, error) {
	_, rest, _ := strings.Cut(line, " ")
	left, right, ok := strings.Cut(rest, " => ")
	columns := strings.Split(right, " / ")
	if !ok || len(columns) != len(schemas.Vocabularies) {
		return nil, fmt.Errorf("no => with %d columns behind it", len(schemas.Vocabularies))
	}
	variants := expand(shorthand(left))
	rows := make([]tableRow, len(variants))
	for i, variant := range variants {
		if err := rows[i].addEvents(variant.events); err != nil {
			return nil, err
		}
		for _, column := range columns {
			var passed []string
			for step := range strings.SplitSeq(column, ">") {
				alternatives := strings.Split(step, "|")
				if n := len(alternatives); n != 1 && n != len(variants) {
					return nil, fmt.Errorf("%s: %d variants of %d", step, n, len(variants))
				}
				passed = append(passed, alternatives[min(i, len(alternatives)-1)])
			}
			rows[i].want = append(rows[i].want, passed)
		}
	}
	return rows, nil
}

// addEvents adds what was observed, and notes what has to be derived. What a
// machine does is observed too: an open by the agent of one.
func (row *tableRow) addEvents(list string) error {
	var observed []string
	for word := range strings.SplitSeq(list, ", ") {
		derived, ok := strings.CutPrefix(word, "[")
		if !ok {
			observed = append(observed, word)
			continue
		}
		ev, err := parseEvent(strings.TrimSuffix(derived, "]"))
		if err != nil {
			return err
		}
		row.derived = append(row.derived, ev.Event)
		if human, ok := strings.CutPrefix(derived, "machine_"); ok {
			observed = append(observed, strings.TrimSuffix(human, "]")+" agent="+aMachine)
		}
	}
	events, err := parseEvents(strings.Join(observed, ", "))
	row.events = events
	return err
}

func (row *tableRow) check(t *testing.T, name string, seen *coverage) {
	ended := func(string) int64 { return endOfTime }
	w := tellOf(row.events, ended)
	seen.note(name, w)
	checkOrderFree(t, row.events, ended, w.story())
	id := row.events[0].Identity
	for v, want := range row.want {
		checkPassed(t, schemas.Vocabularies[v], passed(w.records[id].History, v), want)
	}
	for _, d := range row.derived {
		if !slices.ContainsFunc(w.points[id], func(p Point) bool { return p.Kind == d.Kind && p.Time == d.Time }) {
			t.Errorf("no derived %s at %s", d.Kind, formatTime(d.Time))
		}
	}
}

// passed lists the statuses of a vocabulary that a history leads through.
func passed(history []schemas.Change, v int) []string {
	list := []string{}
	for _, c := range history {
		if c.After[v] != c.Before[v] {
			list = append(list, statusName(schemas.Vocabularies[v], c.After[v]))
		}
	}
	return list
}

// checkPassed checks that the wanted statuses were passed in this order, and
// that the last of them is where the history ends.
func checkPassed(t *testing.T, voc *schemas.Vocabulary, passed, want []string) {
	t.Helper()
	end := "∅"
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
	if at < len(want) && want[0] != "∅" {
		t.Errorf("%s: passed %v, want %v in this order", voc.Name, passed, want)
	}
}
