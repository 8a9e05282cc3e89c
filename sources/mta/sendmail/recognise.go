package sendmail

import "bytes"

// Recognises reports whether a sample from the beginning of a file holds a line
// of sendmail. The last line of the sample may be cut.
func Recognises(sample []byte) bool {
	p := New(Options{})
	for line := range bytes.Lines(sample) {
		if p.split(bytes.TrimSuffix(line, []byte{'\n'})) && p.rec.sendmail {
			return true
		}
	}
	return false
}
