package classify

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// wordMark stands in front of each word of the automaton's texts, so that most of
// a text leads nowhere: few literals begin within a word.
const wordMark = 1

// isWord reports whether c is part of a word of ASCII.
func isWord(c byte) bool { return wordBytes[c] }

var wordBytes = func() (set [256]bool) {
	for c := range set {
		set[c] = isLetter(byte(c)) || isDigit(byte(c))
	}
	return set
}()

// words finds all literals of the rules in a text at once (Aho and Corasick,
// 1975): a table of transitions by state and class of byte.
type words struct {
	classes  [256]int
	rows     []uint16 // see step and end
	far      []uint16
	farWidth int
	shorter  []uint16 // by state: the next shorter suffix at which a literal ends
	first    []uint16 // by state: one more than the first literal that ends here
	literals []literal
}

// literal is one text that rules look for.
type literal struct {
	length int
	same   uint16     // one more than the next literal that ends in the same state
	head   edge       // what may stand before it
	tail   edge       // and behind it
	name   bool       // a single word, which does not count as a part of a name: spam.example
	rules  []uint16   // that may apply when it is said
	veto   uint8      // one more than the first veto whose word it is
	key    literalKey // what makes it the literal that it is
}

// literalKey is a literal as it is written.
type literalKey struct {
	text       string
	head, tail bool // a word may go on there
}

// edge says what may stand at one end of a literal.
type edge uint8

const (
	anything edge = iota
	noASCII       // no letter or digit of ASCII: the literal is a word of those
	noOther       // no byte beyond ASCII: it is a word of another alphabet
)

func (e edge) allows(c byte) bool {
	switch e {
	case noASCII:
		return !isLetter(c) && !isDigit(c)
	case noOther:
		return c < utf8.RuneSelf
	}
	return true
}

// edgeOf tells where a word ends. Han, kana, hangul and thai have no spaces
// between words, so there anything may.
func edgeOf(r rune) edge {
	switch {
	case r < utf8.RuneSelf && (isLetter(byte(r)) || isDigit(byte(r))):
		return noASCII
	case r >= utf8.RuneSelf && unicode.In(r, unicode.Cyrillic, unicode.Greek, unicode.Arabic, unicode.Hebrew):
		return noOther
	}
	return anything
}

// makeLiteral reads a literal as it is written in a rule.
func makeLiteral(written string) (literal, error) {
	if codeLen(written) > 0 || statusLen(written) > 0 {
		return literal{}, errors.New("begins with a code, which the reply is compared without: that is a condition of its own, code or enhanced")
	}
	s, tail := strings.CutSuffix(written, "*")
	s, head := strings.CutPrefix(s, "*")
	text := string(normalise(nil, s))
	if strings.Contains(s, "@") {
		return literal{}, errors.New("has an address in it: those are masked, so write {email}")
	}
	if strings.Contains(text, "*") {
		return literal{}, errors.New("has a * within: that stands at an end only, for a regexp says what comes between")
	}
	if utf8.RuneCountInString(text) < 2 {
		return literal{}, errors.New("is too short: two letters or more, besides codes, which are conditions of their own")
	}
	l := literal{length: len(text), key: literalKey{text, head, tail}}
	if !head {
		r, _ := utf8.DecodeRuneInString(text)
		l.head = edgeOf(r)
	}
	if !tail {
		r, _ := utf8.DecodeLastRuneInString(text)
		l.tail = edgeOf(r)
	}
	l.name = !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
	return l, nil
}

// scan notes which literals the reply holds, and which rules may therefore apply.
func (w *words) scan(q *question) {
	state, word := 0, false
	for i, c := range q.text {
		if is := isWord(c); is != word {
			if word = is; is {
				state = int(*w.step(state, wordMark))
			}
		}
		state = int(*w.step(state, c))
		for end := *w.end(state); end != 0; end = w.shorter[end] {
			for id := w.first[end]; id != 0; id = w.literals[id-1].same {
				if l := &w.literals[id-1]; !q.literals.has(id-1) && l.stands(q.text, i+1) {
					q.literals.add(id - 1)
					if l.veto-1 < q.veto-1 { // 0 is none, and more than any
						q.veto = l.veto
					}
					for _, r := range l.rules {
						q.candidates.add(r)
					}
				}
			}
		}
	}
}

// step is where a byte leads to from a state.
func (w *words) step(state int, c byte) *uint16 {
	class := w.classes[c]
	if class < nearWidth {
		return &w.rows[state*rowWidth+class]
	}
	return &w.far[state*w.farWidth+class-nearWidth]
}

// end is the state, or the longest suffix of it, at which a literal ends; 0 none.
func (w *words) end(state int) *uint16 { return &w.rows[state*rowWidth+nearWidth] }

// stands reports whether the literal that ends there is said as a word.
func (l *literal) stands(text []byte, end int) bool {
	before, after := text[:end-l.length], text[end:]
	if n := len(before); n > 0 && (!l.head.allows(before[n-1]) || l.name && joins(before[n-1]) && before[n-1] != '.') {
		return false
	}
	if len(after) > 0 && (!l.tail.allows(after[0]) || l.name && joins(after[0]) && (after[0] != '.' || len(after) > 1 && isLetter(after[1]))) {
		return false
	}
	n := len(before)
	return !l.name || n < 2 || before[n-1] != '.' || !isLetter(before[n-2]) && !isDigit(before[n-2])
}

// joins reports whether c joins words to a name: of a host, in a URL.
func joins(c byte) bool {
	switch c {
	case '.', '-', '_', '/', '=', '&', '?', '%', '@', '~':
		return true
	}
	return false
}
