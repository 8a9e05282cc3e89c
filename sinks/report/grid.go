package report

import (
	"bufio"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"mailfate/sinks/terminal"
)

// maxCell cuts names that would tear a table apart.
const maxCell = 60

// gap stands before each column.
const gap = "  "

// grid is a table: the first left columns and the last one after the numbers are
// words, the others numbers.
type grid struct {
	left   int // how many columns at the beginning are words
	header []string
	rows   [][]string
}

func (g *grid) add(cells ...string) { g.rows = append(g.rows, cells) }

// widths returns the width of each column.
func (g *grid) widths() []int {
	var widths []int
	for _, row := range append([][]string{g.header}, g.rows...) {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	return widths
}

// split puts the columns of numbers into grids that are no wider than a line, if they can
// be, each beside the same words.
func (g *grid) split(width int) []grid {
	var all []grid
	widths := g.widths()
	words := 0
	for _, w := range widths[:g.left] {
		words += len(gap) + w
	}
	for from, used := g.left, words; from < len(widths) || len(all) == 0; used = words {
		to := from
		for to < len(widths) && (to == from || used+len(gap)+widths[to] <= width) {
			used += len(gap) + widths[to]
			to++
		}
		part := grid{left: g.left, header: g.columns(g.header, from, to)}
		for _, row := range g.rows {
			part.add(g.columns(row, from, to)...)
		}
		all, from = append(all, part), to
	}
	return all
}

// columns are the words of a row, and some of its numbers.
func (g *grid) columns(row []string, from, to int) []string {
	return slices.Concat(row[:g.left], row[from:to])
}

// writer writes grids; what goes wrong comes out of Flush.
type writer struct {
	*bufio.Writer
	terminal.Colour
	begun bool
}

func (w *writer) line(format string, args ...any) {
	_, _ = fmt.Fprintf(w, format+"\n", args...)
}

func (w *writer) title(format string, args ...any) {
	if w.begun {
		w.line("")
	}
	w.begun = true
	w.line("%s", w.Paint(terminal.Bold, fmt.Sprintf(format, args...)))
}

func (w *writer) grid(g grid) {
	for i, line := range g.lines() {
		if i == 0 && g.header != nil {
			line = w.Paint(terminal.Faint, line)
		}
		w.line("%s", line)
	}
}

// lines are the header, if there is one, and the rows.
func (g *grid) lines() []string {
	var lines []string
	widths := g.widths()
	if g.header != nil {
		lines = append(lines, g.row(g.header, widths))
	}
	for _, row := range g.rows {
		lines = append(lines, g.row(row, widths))
	}
	return lines
}

// row sets numbers to the right. A word stands behind numbers only at the end of a
// row, where nothing has to be aligned to it.
func (g *grid) row(cells []string, widths []int) string {
	var b strings.Builder
	for i, cell := range cells {
		rest := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
		b.WriteString(gap)
		if i < g.left || !numeric(cell) && g.header == nil {
			b.WriteString(cell + rest)
		} else {
			b.WriteString(rest + cell)
		}
	}
	return strings.TrimRight(b.String(), " ")
}

func numeric(cell string) bool { return cell == "" || cell[0] >= '0' && cell[0] <= '9' }

// printable makes a name from outside harmless, and short.
func printable(s string) string {
	if s == "" {
		return "(none)"
	}
	name := []rune(terminal.Visible(s))
	if len(name) > maxCell {
		return string(name[:maxCell]) + "…"
	}
	return string(name)
}
