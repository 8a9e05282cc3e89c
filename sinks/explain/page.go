package explain

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"mailfate/sinks/terminal"
)

const (
	// pageWidth is where lines are broken; fewer columns than most terminals have.
	pageWidth = 110
	// maxName cuts names where a long one would tear a line apart.
	maxName = 60
)

// page writes text; what goes wrong comes out of Flush. Only line and heading
// take text as it is: what comes from outside has been made visible before.
type page struct {
	*bufio.Writer
	terminal.Colour
	begun  bool
	client string             // the last one that was written out
	agents map[[2]string]bool // of machines and the rules, of which that was said
}

func newPage(w io.Writer, colour bool) *page {
	return &page{Writer: bufio.NewWriter(w), Colour: terminal.Colour(colour)}
}

func (out *page) line(format string, args ...any) {
	_, _ = fmt.Fprintf(out, format+"\n", args...)
	out.begun = true
}

// title begins a story.
func (out *page) title(text string) {
	out.client, out.agents = "", map[[2]string]bool{}
	if out.begun {
		out.line("\n")
	}
	out.line("%s", out.Paint(terminal.Bold, terminal.Visible(text)))
}

// heading begins a part of a story.
func (out *page) heading(text string) {
	if out.begun {
		out.line("")
	}
	out.line("%s", out.Paint(terminal.Bold, text))
}

func (out *page) remark(how, text string) {
	out.line("")
	for _, part := range wrap(text, pageWidth) {
		out.line("%s", out.Paint(how, part))
	}
}

// field writes a named value of the head.
func (out *page) field(name, value string) {
	const behind = "             "
	for i, part := range wrap(terminal.Visible(value), pageWidth-len(behind)) {
		if i == 0 {
			out.line("  %-10s %s", name, part)
		} else {
			out.line("%s%s", behind, part)
		}
	}
}

// text writes a text of any length and content.
func (out *page) text(indent, s string) {
	for i, part := range wrap(terminal.Visible(s), pageWidth-len(indent)) {
		if i > 0 {
			part = "  " + part
		}
		out.line("%s%s", indent, part)
	}
}

func (out *page) table(head []string, rows [][]string) {
	widths := make([]int, len(head))
	for _, row := range append(rows, head) {
		for i, cell := range row {
			widths[i] = max(widths[i], width(cell))
		}
	}
	for n, row := range append([][]string{head}, rows...) {
		var b strings.Builder
		for i, cell := range row {
			b.WriteString("  " + pad(cell, widths[i]))
		}
		text := strings.TrimRight(b.String(), " ")
		if n == 0 {
			text = out.Paint(terminal.Faint, text)
		}
		out.line("%s", text)
	}
}

// wrap breaks text into lines of at most room columns, between words where that
// can be; of nothing there is no line.
func wrap(text string, room int) []string {
	var lines []string
	for width(text) > room {
		runes := []rune(text)
		cut := room
		for i := room; i > room/2; i-- {
			if runes[i] == ' ' {
				cut = i
				break
			}
		}
		lines = append(lines, strings.TrimRight(string(runes[:cut]), " "))
		text = strings.TrimLeft(string(runes[cut:]), " ")
	}
	if text != "" {
		lines = append(lines, text)
	}
	return lines
}

// short is a name as part of a line.
func short(s string) string {
	s = terminal.Visible(s)
	if width(s) > maxName {
		return string([]rune(s)[:maxName-1]) + "…"
	}
	return s
}

func pad(s string, to int) string { return s + strings.Repeat(" ", max(0, to-width(s))) }

func width(s string) int { return utf8.RuneCountInString(s) }
