package report

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"mailfate/sinks/terminal"
)

// maxTable is how wide a table is on a terminal: columns that go beyond stand below the
// first ones, beside the same words.
const maxTable = 120

// unknown is written for what nobody knows.
const unknown = "–"

// WriteText writes the table for people. Colour is for terminals only.
func (t *Table) WriteText(w io.Writer, colour bool) error {
	out := &writer{Writer: bufio.NewWriter(w), Colour: terminal.Colour(colour)}
	for i, g := range t.grid().split(maxTable) {
		if i > 0 {
			out.line("")
		}
		out.grid(g)
	}
	if len(t.Rows) == 0 {
		out.line("\nThere is nothing to tell: look at another period or account.")
	}
	if t.Question.Compare && len(t.Rows) > 0 {
		then := t.Question.Before()
		out.line("\nIn brackets stands the change from the period before, %s; %s is unknown.", then.period(), unknown)
	}
	if t.More {
		out.line("\nThere are more rows; --limit N shows more.")
	}
	return flush(out.Writer)
}

// grid is the table as text. A number and what it was in the period before share a column.
func (t *Table) grid() *grid {
	g := &grid{left: t.Words, rows: make([][]string, len(t.Rows))}
	about := t.About()
	for i, c := range about {
		if strings.HasSuffix(c.Name, before) {
			continue
		}
		g.header = append(g.header, words(c.Name))
		cells := make([]string, len(t.Rows))
		for j, row := range t.Rows {
			cells[j] = told(c.Kind, row[i])
		}
		if i+1 < len(about) && about[i+1].Name == c.Name+before {
			t.bracket(cells, c.Kind, i)
		}
		for j, cell := range cells {
			g.rows[j] = append(g.rows[j], cell)
		}
	}
	return g
}

// bracket adds to the cells of a column how much they have changed.
func (t *Table) bracket(cells []string, kind Kind, column int) {
	changes := make([]string, len(cells))
	width := 0
	for i, row := range t.Rows {
		changes[i] = change(kind, row[column], row[column+1])
		width = max(width, utf8.RuneCountInString(changes[i]))
	}
	for i, c := range changes {
		cells[i] += strings.Repeat(" ", width-utf8.RuneCountInString(c)) + " (" + c + ")"
	}
}

// change is how much more or less a number is than before: of rates in points, of others
// in percent.
func change(kind Kind, now, then any) string {
	n, was := numeral(now), numeral(then)
	var more string
	switch {
	case now == nil || then == nil:
		return unknown
	case kind == KindRatio:
		more = fmt.Sprintf("%+.*f points", decimals(max(n, was)), 100*(n-was))
	case was == 0 && n > 0:
		return "new"
	case n != was:
		more = fmt.Sprintf("%+.1f %%", 100*(n/was-1))
	}
	if !strings.ContainsAny(more, "123456789") {
		return "=" // or too little to be seen
	}
	return more
}

// told writes a value of a kind for people.
func told(kind Kind, v any) string {
	if kind == KindWord {
		return shown(v)
	}
	return figure(kind, v)
}

func shown(v any) string {
	switch v := v.(type) {
	case nil:
		return unknown
	case uint64:
		return count(v)
	case float64:
		return percent(v)
	}
	return printable(fmt.Sprint(v))
}

func percent(ratio float64) string {
	return strconv.FormatFloat(100*ratio, 'f', decimals(ratio), 64) + " %"
}

// decimals is how many a rate in percent needs: a small one more, so that it is not taken
// for none.
func decimals(ratio float64) int {
	switch percent := 100 * ratio; {
	case percent <= 0 || percent >= 1:
		return 1
	case percent >= 0.01:
		return 2
	default:
		return 4
	}
}
