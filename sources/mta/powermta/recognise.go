package powermta

import "bytes"

// Recognises reports whether a file that begins with sample is an accounting
// file: it has a header. The last line of the sample may be cut.
func Recognises(sample []byte) bool {
	line, _, _ := bytes.Cut(bytes.TrimPrefix(sample, []byte("\ufeff")), []byte("\n"))
	if !isHeader(line) {
		return false
	}
	_, ok := parseHeader(bytes.TrimSuffix(line, []byte("\r")))
	return ok
}
