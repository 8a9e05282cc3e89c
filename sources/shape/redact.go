package shape

import "bytes"

// redactedBytes is how much of a line is looked at for an example: more than is
// kept, so that no address is cut before it was recognised.
const redactedBytes = 2 * maxExample

// Redact appends a line without what says who somebody is: the local parts of
// addresses are x, IP addresses 0.0.0.0 or ::, and subjects x. What is left reads
// as before, but for its end if it is long.
func Redact(b, line []byte) []byte {
	long := len(line) > redactedBytes
	if long {
		line = line[:redactedBytes]
		if i := bytes.LastIndexByte(line, ' '); i > 0 {
			line = line[:i] // the rest may be half an address
		}
	}
	return redact(b, line)
}

func redact(b, line []byte) []byte {
	s := scanner{rest: line}
	for len(s.rest) > 0 {
		k, piece := s.next()
		switch k {
		case word:
			b = redactWord(b, piece)
		case address:
			b = redactAddress(b, piece)
		case angled:
			b = append(b, '<')
			b = redactAddress(b, piece[1:len(piece)-1])
			b = append(b, '>')
		case quoted:
			b = redactQuoted(b, piece)
		case subject:
			b = redactSubject(b, piece)
		default:
			b = append(b, piece...)
		}
	}
	return b
}

// redactWord hides an IP address, but not its port.
func redactWord(b, piece []byte) []byte {
	end := bytes.TrimRight(piece, ":.-")
	switch ipKind(end) {
	case 4:
		_, port := splitPort(end)
		b = append(append(b, "0.0.0.0"...), port...)
	case 6:
		b = append(b, "::"...)
	default:
		b = append(b, end...)
	}
	return append(b, piece[len(end):]...)
}

// redactAddress hides the local part, which goes to the last sign: what is before
// may be part of it, or another address.
func redactAddress(b, piece []byte) []byte {
	at := max(bytes.LastIndexByte(piece, '@'), bytes.LastIndex(piece, []byte("%40")))
	return append(append(b, 'x'), piece[at:]...)
}

// redactQuoted hides what is in a quoted text. Its quotes may be missing: the one
// at the end, or both of an escaped text.
func redactQuoted(b, piece []byte) []byte {
	inner, closed := bytes.CutSuffix(piece[1:], []byte{'"'})
	b = append(b, '"')
	b = redact(b, inner)
	if closed {
		b = append(b, '"')
	}
	return b
}

func redactSubject(b, piece []byte) []byte {
	if piece[0] == '"' {
		return append(b, `"x"`...)
	}
	return append(b, 'x')
}
