package report

import (
	"strings"
	"unicode/utf8"

	"mailfate/sinks/terminal"
)

const (
	// maxLine is how wide grids next to each other may be.
	maxLine = 100
	// between stands between two of them.
	between = "   "
)

// block is a grid as lines, none longer than width.
type block struct {
	lines []string
	width int
}

func newBlock(g grid) block {
	b := block{lines: g.lines()}
	for _, line := range b.lines {
		b.width = max(b.width, utf8.RuneCountInString(line))
	}
	return b
}

// beside writes grids that have headers next to each other, as many as fit, and the
// others below.
func (w *writer) beside(grids []grid) {
	blocks := make([]block, 0, len(grids))
	for _, g := range grids {
		blocks = append(blocks, newBlock(g))
	}
	for first := true; len(blocks) > 0; first = false {
		if !first {
			w.line("")
		}
		n := fitting(blocks)
		w.shelf(blocks[:n])
		blocks = blocks[n:]
	}
}

// fitting is how many of the blocks go into a line: one, at least.
func fitting(blocks []block) int {
	used := blocks[0].width
	for i, b := range blocks[1:] {
		used += len(between) + b.width
		if used > maxLine {
			return i + 1
		}
	}
	return len(blocks)
}

func (w *writer) shelf(blocks []block) {
	height := 0
	for _, b := range blocks {
		height = max(height, len(b.lines))
	}
	for i := range height {
		parts := make([]string, len(blocks))
		for j, b := range blocks {
			parts[j] = b.line(i)
		}
		line := strings.TrimRight(strings.Join(parts, between), " ")
		if i == 0 {
			line = w.Paint(terminal.Faint, line)
		}
		w.line("%s", line)
	}
}

// line fills a line up to the block's width; below the block are empty ones.
func (b *block) line(i int) string {
	text := ""
	if i < len(b.lines) {
		text = b.lines[i]
	}
	return text + strings.Repeat(" ", b.width-utf8.RuneCountInString(text))
}
