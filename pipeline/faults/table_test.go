package faults

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
)

// line is what is known of one fault, on one kind of broker, after all its runs.
type line struct {
	fault, broker            string
	runs, injected, kills    int
	events                   int
	rows                     uint64 // that had to be there
	lost, doubled, different uint64
	again                    uint64 // rows that were written more than once, before FINAL makes one of them
	exits, mended            int    // processes that ended by themselves, and whose state was removed then as they asked
	wait, most               float64
}

// columns are the table's head; wait and most are seconds until everything that
// was published was processed and in ClickHouse again.
var columns = []string{
	"fault", "broker", "runs", "injected", "kills -9", "events", "rows", "lost", "doubled", "different",
	"written again", "ended by itself", "state removed", "seconds until processing again, mean", "most",
}

func (l *line) cells() []any {
	return []any{
		&l.fault, &l.broker, &l.runs, &l.injected, &l.kills, &l.events, &l.rows, &l.lost, &l.doubled, &l.different,
		&l.again, &l.exits, &l.mended, &l.wait, &l.most,
	}
}

func (l *line) texts() (out []string) {
	for _, c := range l.cells() {
		switch c := c.(type) {
		case *string:
			out = append(out, *c)
		case *int:
			out = append(out, fmt.Sprint(*c))
		case *uint64:
			out = append(out, fmt.Sprint(*c))
		case *float64:
			out = append(out, fmt.Sprintf("%.2f", *c))
		}
	}
	return out
}

// waited adds a time until processing again, in seconds.
func (l *line) waited(seconds float64) {
	l.wait = (l.wait*float64(l.injected) + seconds) / float64(l.injected+1)
	l.most = max(l.most, seconds)
	l.injected++
}

func (l *line) add(o *line) {
	if n := l.injected + o.injected; n > 0 {
		l.wait = (l.wait*float64(l.injected) + o.wait*float64(o.injected)) / float64(n)
	}
	l.most = max(l.most, o.most)
	l.runs, l.injected, l.kills = l.runs+o.runs, l.injected+o.injected, l.kills+o.kills
	l.events, l.rows = l.events+o.events, l.rows+o.rows
	l.lost, l.doubled, l.different, l.again = l.lost+o.lost, l.doubled+o.doubled, l.different+o.different, l.again+o.again
	l.exits, l.mended = l.exits+o.exits, l.mended+o.mended
}

// results are the lines of the table at the end.
type results struct {
	mu    sync.Mutex
	lines []*line
}

var table results

func (t *results) add(l *line) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, o := range t.lines {
		if o.fault == l.fault && o.broker == l.broker {
			o.add(l)
			return
		}
	}
	t.lines = append(t.lines, l)
}

const total = "all"

// rows are the table's lines as texts, in order, and their sum.
func (t *results) rows() [][]string {
	t.mu.Lock()
	defer t.mu.Unlock()
	slices.SortStableFunc(t.lines, func(a, b *line) int { return cmp.Or(cmp.Compare(a.fault, b.fault), cmp.Compare(a.broker, b.broker)) })
	sum := &line{fault: total}
	out := [][]string{columns}
	for _, l := range t.lines {
		sum.add(l)
		out = append(out, l.texts())
	}
	return append(out, sum.texts())
}

func (t *results) print(w io.Writer) {
	if len(t.lines) == 0 {
		return
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, row := range t.rows() {
		fmt.Fprintln(tw, strings.Join(row, "\t")+"\t")
	}
	_ = tw.Flush()
}

// save adds the table to what a file of Markdown holds from earlier runs.
func (t *results) save(path string) error {
	if path == "" || len(t.lines) == 0 {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("read table of earlier runs: %w", err)
	}
	for row := range strings.Lines(string(text)) {
		if l := parseLine(row); l != nil {
			t.add(l)
		}
	}
	var b strings.Builder
	for i, row := range t.rows() {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			b.WriteString("|---|---|" + strings.Repeat("---:|", len(columns)-2) + "\n")
		}
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		return fmt.Errorf("write table of faults: %w", err)
	}
	return nil
}

// parseLine reads a row that save wrote; nil: it is none of a fault.
func parseLine(row string) *line {
	l := &line{}
	cells, texts := l.cells(), strings.Split(strings.Trim(strings.TrimSpace(row), "|"), "|")
	if len(texts) != len(cells) || strings.TrimSpace(texts[0]) == total {
		return nil
	}
	for i, c := range cells {
		text := strings.TrimSpace(texts[i])
		if s, ok := c.(*string); ok {
			*s = text
		} else if _, err := fmt.Sscan(text, c); err != nil {
			return nil
		}
	}
	return l
}
