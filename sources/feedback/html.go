package feedback

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// fromHTML returns what a person reads of a page: its words, in lines as its blocks
// break them, without what is not shown. It goes through it once, and keeps no tree.
// Lines begin with words, so that a header that is quoted reads as one; what is set
// as it was written (<pre>) keeps its own lines.
func fromHTML(page string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(page))
	hidden := atom.Atom(0) // what we are in
	asWritten := false
	for {
		switch z.Next() {
		case html.ErrorToken: // its end: nothing else can fail
			return b.String()
		case html.TextToken:
			if hidden != 0 {
				continue
			}
			text := string(z.Text())
			if !asWritten {
				text = flat(text)
				if atLineStart(&b) {
					text = strings.TrimLeft(text, " ")
				}
			}
			b.WriteString(text)
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			tag := atom.Lookup(name)
			if hidden == 0 && hides(tag) {
				hidden = tag
			}
			asWritten = asWritten || tag == atom.Pre
			b.WriteString(breakAt(tag, atLineStart(&b)))
		case html.EndTagToken:
			name, _ := z.TagName()
			tag := atom.Lookup(name)
			if tag == hidden {
				hidden = 0
			}
			asWritten = asWritten && tag != atom.Pre
			b.WriteString(breakAt(tag, atLineStart(&b)))
		}
	}
}

// flat undoes the line breaks of the source, which mean nothing.
func flat(text string) string {
	line := strings.Join(strings.Fields(text), " ")
	if line == "" {
		return " "
	}
	if strings.TrimLeft(text, " \t\r\n") != text {
		line = " " + line
	}
	if strings.TrimRight(text, " \t\r\n") != text {
		line += " "
	}
	return line
}

// hides reports whether nothing in an element is shown.
func hides(tag atom.Atom) bool {
	switch tag {
	case atom.Style, atom.Script, atom.Title, atom.Template, atom.Noscript:
		return true
	}
	return false
}

// atLineStart reports whether a line has yet to begin.
func atLineStart(b *strings.Builder) bool {
	return b.Len() == 0 || strings.HasSuffix(b.String(), "\n")
}

// breakAt is what stands for a tag: paragraphs are apart from each other, and other
// blocks begin lines of their own.
func breakAt(tag atom.Atom, atLineStart bool) string {
	switch tag {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.Table, atom.Ul, atom.Ol, atom.Pre, atom.Blockquote, atom.Hr:
		return "\n\n"
	case atom.Br:
		return "\n"
	case atom.Div, atom.Tr, atom.Li, atom.Body:
		if !atLineStart {
			return "\n"
		}
	case atom.Td, atom.Th:
		return " "
	}
	return ""
}
