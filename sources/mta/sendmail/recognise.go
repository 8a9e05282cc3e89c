package sendmail

import "mailfate/sources/mta"

// Recognises reports whether a sample from the beginning of a file holds a line
// of sendmail. The last line of the sample may be cut.
func Recognises(sample []byte) bool {
	p := New(Options{})
	return mta.AnyLine(sample, func(line []byte) bool { return p.split(line) && p.rec.sendmail })
}
