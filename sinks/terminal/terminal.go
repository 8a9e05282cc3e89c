// Package terminal makes text fit for a terminal: what comes from a log or a
// mail cannot move the cursor, change colours or hide behind other text.
package terminal

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible returns s with everything that a terminal would obey, or show as
// nothing, written as Go writes it in a string: \n, \x1b, \u202e. A byte that
// is no text is written as \xff is.
func Visible(s string) string {
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	var b strings.Builder
	for i, w := 0, 0; i < len(s); i += w {
		var r rune
		r, w = utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && w == 1, hidden(r):
			quoted := strconv.QuoteToASCII(s[i : i+w])
			b.WriteString(quoted[1 : len(quoted)-1])
		default:
			b.WriteString(s[i : i+w])
		}
	}
	return b.String()
}

// hidden reports whether a rune has to be written out. RuneError stands for
// bytes that are no text.
func hidden(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }

// Colour paints text, or leaves it as it is when false.
type Colour bool

// The ways to paint.
const (
	Bold   = "1"
	Faint  = "2"
	Red    = "31"
	Green  = "32"
	Yellow = "33"
)

// Paint returns text painted in one of the ways above; "" is as it is.
func (c Colour) Paint(how, text string) string {
	if !c || how == "" || text == "" {
		return text
	}
	return "\x1b[" + how + "m" + text + "\x1b[0m"
}
