package mta_test

import (
	"bytes"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mailfate/sources"
	"mailfate/sources/shape"
	"mailfate/sources/sourcestest"
)

const testdata = "../../testdata/"

// samples are the logs in testdata that readers are tested with.
var samples = map[string][]string{
	"postfix":  {"replay/mail.log", "replay_rfc3164/mail.log", "mta/postfix/*.log"},
	"exim":     {"mta/exim/*.log"},
	"sendmail": {"mta/sendmail/*.log"},
	"powermta": {"mta/powermta/*.csv"},
	"kumomta":  {"mta/kumomta/*.ndjson"},
}

func namesOf(t *testing.T, reader string) (names []string) {
	t.Helper()
	for _, pattern := range samples[reader] {
		found, err := filepath.Glob(testdata + pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("no logs in %s: %v", pattern, err)
		}
		names = append(names, found...)
	}
	return names
}

func logsOf(t *testing.T, reader string) (logs [][]byte) {
	t.Helper()
	for _, name := range namesOf(t, reader) {
		logs = append(logs, readFile(t, name))
	}
	return logs
}

// TestWhatIsRead says of every log in testdata how many lines were good for what,
// in a table that is kept. What a real program has logged is read whole.
func TestWhatIsRead(t *testing.T) {
	var table, shapes bytes.Buffer
	for _, reader := range slices.Sorted(maps.Keys(samples)) {
		f := readers[reader]
		for _, name := range namesOf(t, reader) {
			r := f.Read(t, f.New(), readFile(t, name), 0)
			name = strings.TrimPrefix(name, testdata)
			row(&table, name, &r)
			if strings.HasSuffix(name, ".log") && len(r.Unparsed) > 0 {
				t.Errorf("%s: %d lines of a real program are not understood, first %q", name, len(r.Unparsed), r.Unparsed[0])
			}
			list(&shapes, name, r.Unparsed)
		}
	}
	text := fmt.Appendf(nil, `# What is read

How many lines of each log here are good for what: an event (in brackets: how many events), context that other lines need, nothing (ignored, and by
which rule), or not understood. **Printed** by the test of `+"`sources/mta`"+`, which fails when it is not true any more; `+"`-rewrite`"+` prints it anew.

| log | lines | with events | context | ignored | by rule | not understood |
|---|--:|--:|--:|--:|---|--:|
%s
## What is not understood

Of what real programs have logged, every line is understood. These are of the files that were written by hand, which have lines on purpose that nobody
can understand; the shape of each, as `+"`mailfate parse --shapes`"+` shows it.
%s`, table.Bytes(), shapes.Bytes())
	sourcestest.Compare(t, testdata+"mta/READ.md", text)
}

// row adds a log's numbers.
func row(b *bytes.Buffer, name string, r *sourcestest.Report) {
	of := r.Outcomes
	total := of[sources.Events] + of[sources.Context] + of[sources.Ignored] + of[sources.Unparsed]
	fmt.Fprintf(b, "| `%s` | %d | %d (%d) | %d | %d | ", name, total, of[sources.Events], len(r.Events), of[sources.Context], of[sources.Ignored])
	for i, rule := range slices.Sorted(maps.Keys(r.Ignored)) {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(b, "%s %d", rule, r.Ignored[rule])
	}
	fmt.Fprintf(b, " | %d |\n", of[sources.Unparsed])
}

// list adds the shapes of lines.
func list(b *bytes.Buffer, name string, unparsed []string) {
	count := map[string]int{}
	for _, line := range unparsed {
		count[string(shape.Append(nil, []byte(line)))]++
	}
	if len(count) > 0 {
		fmt.Fprintf(b, "\n`%s`:\n\n", name)
	}
	for _, s := range slices.Sorted(maps.Keys(count)) {
		fmt.Fprintf(b, "    %5d  %s\n", count[s], strings.ToValidUTF8(s, "?"))
	}
}

// lines are a log's lines.
func lines(log []byte) iter.Seq[sources.Line] {
	return func(yield func(sources.Line) bool) {
		for line := range bytes.Lines(log) {
			if !yield(sources.Line{Data: bytes.TrimSuffix(line, []byte{'\n'})}) {
				return
			}
		}
	}
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
