// Package texts gathers an event's texts in one buffer, so that they cost one
// allocation together.
//
// Use: Add and its likes note where each text is to be written; Store allocates
// and writes them all. Until then nothing is written. A Set is used again and
// again, by one goroutine.
package texts

import (
	"unicode/utf8"

	"mailfate/schemas"
)

// Set is the texts of one event; its zero value is empty.
type Set struct {
	buf   []byte
	spans []span
}

type span struct {
	to   *string
	size int
}

// Add has a copy of a text written to *to. A long one is cut between two runes.
func (t *Set) Add(to *string, text []byte) { t.add(to, text, schemas.MaxText) }

// AddReply is Add for a reply, of which more is kept.
func (t *Set) AddReply(to *string, text []byte) { t.add(to, text, schemas.MaxReply) }

func (t *Set) add(to *string, text []byte, limit int) {
	if len(text) == 0 {
		return
	}
	text = text[:CutAt(text, limit)]
	t.buf = append(t.buf, text...)
	t.spans = append(t.spans, span{to, len(text)})
}

// AddFunc is Add for a text that is made by appending it.
func (t *Set) AddFunc(to *string, appendText func(dst []byte) []byte) {
	t.addFunc(to, appendText, schemas.MaxText)
}

// AddReplyFunc is AddReply for a text that is made by appending it.
func (t *Set) AddReplyFunc(to *string, appendText func(dst []byte) []byte) {
	t.addFunc(to, appendText, schemas.MaxReply)
}

func (t *Set) addFunc(to *string, appendText func(dst []byte) []byte, limit int) {
	start := len(t.buf)
	t.buf = appendText(t.buf)
	t.buf = t.buf[:start+CutAt(t.buf[start:], limit)]
	t.spans = append(t.spans, span{to, len(t.buf) - start})
}

// Store allocates the texts and writes them where they belong.
func (t *Set) Store() {
	all := string(t.buf)
	for _, s := range t.spans {
		*s.to, all = all[:s.size], all[s.size:]
	}
	t.Reset()
}

// Reset forgets what was added.
func (t *Set) Reset() { t.buf, t.spans = t.buf[:0], t.spans[:0] }

// CutAt is how much of b is at most limit bytes and does not end within a rune.
func CutAt(b []byte, limit int) int {
	if len(b) <= limit {
		return len(b)
	}
	for n := limit; n > limit-utf8.UTFMax; n-- {
		if utf8.RuneStart(b[n]) {
			return n
		}
	}
	return limit
}
