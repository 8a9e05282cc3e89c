package faults

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"text/tabwriter"
	"time"
)

// line is what is known of one fault after all its runs.
type line struct {
	fault                    string
	runs, injected, events   int
	rows                     uint64
	lost, doubled, different uint64
	exits, mended            int
	again                    []time.Duration // until processing again
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
		if o.fault == l.fault {
			o.runs, o.injected, o.events, o.rows = o.runs+l.runs, o.injected+l.injected, o.events+l.events, o.rows+l.rows
			o.lost, o.doubled, o.different = o.lost+l.lost, o.doubled+l.doubled, o.different+l.different
			o.exits, o.mended = o.exits+l.exits, o.mended+l.mended
			o.again = append(o.again, l.again...)
			return
		}
	}
	t.lines = append(t.lines, l)
}

func (t *results) print(w io.Writer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.lines) == 0 {
		return
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "fault\truns\tinjected\tevents\trows\tlost\tdoubled\tdifferent\tended by itself\tstate removed\tseconds until processing again, median\tmost\t")
	var sum line
	for _, l := range t.lines {
		slices.Sort(l.again)
		median, most := time.Duration(0), time.Duration(0)
		if n := len(l.again); n > 0 {
			median, most = l.again[n/2], l.again[n-1]
		}
		fmt.Fprintf(tw, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%.1f\t%.1f\t\n", l.fault, l.runs, l.injected, l.events, l.rows,
			l.lost, l.doubled, l.different, l.exits, l.mended, median.Seconds(), most.Seconds())
		sum.runs, sum.injected, sum.events, sum.rows = sum.runs+l.runs, sum.injected+l.injected, sum.events+l.events, sum.rows+l.rows
		sum.lost, sum.doubled, sum.different = sum.lost+l.lost, sum.doubled+l.doubled, sum.different+l.different
	}
	fmt.Fprintf(tw, "all\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\t\t\t\t\n", sum.runs, sum.injected, sum.events, sum.rows, sum.lost, sum.doubled, sum.different)
	_ = tw.Flush()
}
