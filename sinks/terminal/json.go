package terminal

import (
	"bytes"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// JSON returns a JSON text that says the same, with everything in its strings
// that a terminal would obey, or show as nothing, written as JSON escapes it:
// \u007f, \u202e. The text itself has to be valid: then only what is beyond ASCII,
// or DEL, can still be raw, for the rest is layout.
func JSON(text []byte) []byte {
	if !bytes.ContainsFunc(text, raw) {
		return text
	}
	out := make([]byte, 0, len(text)+len(text)/8)
	for i, w := 0, 0; i < len(text); i += w {
		var r rune
		r, w = utf8.DecodeRune(text[i:])
		switch {
		case !raw(r):
			out = append(out, text[i:i+w]...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out
}

// raw reports whether a rune of a JSON text has to be escaped.
func raw(r rune) bool { return r > '~' && hidden(r) }
