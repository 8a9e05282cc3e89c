package postfix

import "bytes"

// Recognises reports whether a sample from the beginning of a file holds a line
// of Postfix. The last line of the sample may be cut.
func Recognises(sample []byte) bool {
	p := New(Options{})
	for len(sample) > 0 {
		line := sample
		if i := bytes.IndexByte(sample, '\n'); i >= 0 {
			line, sample = sample[:i], sample[i+1:]
		} else {
			sample = nil
		}
		if p.split(line) && p.rec.postfix() {
			return true
		}
	}
	return false
}
