package exim

import (
	"bytes"

	"mailfate/sources/mta/scan"
)

// fields are what Exim says of a message or a delivery, behind the addresses:
//
//	R=router T=transport H=host [1.2.3.4]:25 X=… DN="…" A=plain:login id=… T="subject" C="250 OK" L K
//
// in an order of its own for each kind of line, and more or fewer by the log
// selectors.
type fields struct {
	router    []byte // R=; of an arrival, the message that it is about
	transport []byte // T= without quotes
	host      []byte // H=, as written
	address   []byte // [1.2.3.4]:25 of H=
	login     []byte // A=, behind the authenticator's name
	sender    []byte // F=, without brackets
	hasSender bool
	messageID []byte // id=
	subject   []byte // T= in quotes, as written
	confirm   []byte // C= in quotes, as written
	size      int64  // S=
	ident     bool   // there is a U=
	protocol  bool   // there is a P=
	late      bool   // and A= is behind it
}

// maxFields is how many fields a line has at most.
const maxFields = 64

// read reads fields until something else comes, and returns that. s begins with
// the first field's name.
func (f *fields) read(s []byte) (rest []byte) {
	for range maxFields {
		next, ok := f.one(s)
		if !ok {
			return s
		}
		s = skipSpace(next)
	}
	return s
}

// one reads one field; ok is false when s does not begin with any.
func (f *fields) one(s []byte) (rest []byte, ok bool) {
	n := nameLen(s)
	if n == 0 {
		return flag(s)
	}
	value := s[n+1:]
	switch {
	case f.messageID != nil && s[0] != 'T': // Exim writes no other field behind it
		return s, false
	case s[0] == 'i':
		f.messageID, rest = quotable(value)
	case n > 1:
		rest = skipValue(value) // CV=no, DN="…", SNI="…"
	default:
		rest = f.letter(s[0], value)
	}
	return rest, true
}

// letter reads the value of a field whose name is one letter.
func (f *fields) letter(name byte, s []byte) (rest []byte) {
	switch name {
	case 'H':
		f.host, f.address, rest = host(s)
	case 'A':
		f.login, rest = login(s)
		f.late = f.protocol
	case 'F':
		if sender, rest, ok := bracketed(s); ok {
			f.sender, f.hasSender = sender, true
			return rest
		}
		return skipValue(s)
	case 'P': // the return path; of an arrival, the protocol
		f.protocol = true
		if _, rest, ok := bracketed(s); ok {
			return rest
		}
		return skipValue(s)
	case 'T':
		if subject, rest, ok := quoted(s); ok {
			f.subject = subject
			return rest
		}
		f.transport, rest = cutValue(s)
	case 'C':
		if confirm, rest, ok := quoted(s); ok {
			f.confirm = confirm
			return rest
		}
		return skipValue(s)
	case 'R':
		f.router, rest = cutValue(s)
	case 'S':
		var size []byte
		size, rest = cutValue(s)
		f.size, _, _ = scan.Number(size)
	case 'U':
		f.ident = true
		return skipValue(s)
	default: // X=
		return skipValue(s)
	}
	return rest
}

// bracketed reads an address in brackets that is no longer than Exim takes them.
func bracketed(s []byte) (address, rest []byte, ok bool) {
	near := s[:min(len(s), maxTarget)]
	address, after, ok := scan.Angle(near)
	return address, s[len(near)-len(after):], ok
}

// skipValue skips a word, or a text in quotes.
func skipValue(s []byte) (rest []byte) {
	if _, rest, ok := quoted(s); ok {
		return rest
	}
	_, rest = cutValue(s)
	return rest
}

// nameLen returns the length of the field name that s begins with: a capital
// letter with letters and digits behind it, or id.
func nameLen(s []byte) int {
	if len(s) > 3 && s[0] == 'i' && s[1] == 'd' {
		switch {
		case s[2] == '=':
			return 2
		case s[2] == '*' && s[3] == '=':
			return 3
		}
		return 0
	}
	if len(s) == 0 || s[0] < 'A' || s[0] > 'Z' {
		return 0
	}
	const longest = 8
	for i := 1; i < len(s) && i <= longest; i++ {
		if s[i] == '=' {
			return i
		}
		if noLetter[s[i]] != 0 {
			return 0
		}
	}
	return 0
}

// flag reads a field without a value: pipelining, chunking, DNSSEC, replies for
// each recipient, fast open.
func flag(s []byte) (rest []byte, ok bool) {
	word, rest := cutValue(s)
	switch string(word) {
	case "L", "L*", "L.", "L-", "L.-", "K", "DS", "PRDR", "TFO", "TFO*":
		return rest, true
	}
	return s, false
}

// host reads the value of H=. Names and greetings are the other side's words. Into
// names Exim lets no spaces; into greetings, if it is told to take any.
//
//	name [1.2.3.4]
//	name (greeting) [1.2.3.4]:25*
//	(greeting) [1.2.3.4]
//	[1.2.3.4]
func host(s []byte) (value, address, rest []byte) {
	n := 0
	if len(s) > 0 && s[0] != '(' && s[0] != '[' {
		n = scan.Word(s)
	}
	if greeting := skipSpace(s[n:]); len(greeting) > 0 && greeting[0] == '(' {
		if end := bytes.Index(greeting, []byte(") [")); end >= 0 {
			n = len(s) - len(greeting) + end + 1
		} else {
			n = len(s) - len(greeting) + scan.Word(greeting)
		}
	}
	rest = skipSpace(s[n:])
	if len(rest) == 0 || rest[0] != '[' {
		return s[:n], nil, s[n:]
	}
	word, next := cutWord(rest)
	word, n = trimHost(word, len(s)-len(next))
	return s[:n], word, s[n:]
}

// trimHost leaves the colon behind a host to what follows: H=a [1.2.3.4]: words.
func trimHost(word []byte, n int) (address []byte, end int) {
	if i := bytes.LastIndexByte(word, ':'); i >= 0 && i == len(word)-1 {
		return bytes.TrimSuffix(word[:i], []byte{'*'}), n - 1
	}
	return bytes.TrimSuffix(word, []byte{'*'}), n
}

// login reads the value of A=: plain, plain:login or plain:login:sender. A login
// is what a server that checks passwords calls its client, and can hold spaces: it
// ends before the next field.
func login(s []byte) (login, rest []byte) {
	end := 0
	for {
		word, next := cutWord(s[end:])
		end += len(word)
		if len(next) < 2 || nameLen(next[1:]) > 0 || isFlagThenField(next[1:]) || next[1] == ':' {
			break
		}
		if scan.Begins(next, " rejected ") || scan.Begins(next, " temporarily ") || scan.Begins(next, " from <") {
			break
		}
		end++
	}
	_, login, _ = bytes.Cut(s[:end], []byte{':'})
	login, _, _ = bytes.Cut(login, []byte{':'})
	return login, s[end:]
}

// isFlagThenField reports whether s begins with a flag that fields follow.
func isFlagThenField(s []byte) bool {
	rest, ok := flag(s)
	return ok && (len(rest) == 0 || len(rest) > 1 && nameLen(rest[1:]) > 0)
}

// cutWord returns what comes before the next space, and the rest from it on.
func cutWord(s []byte) (word, rest []byte) {
	i := scan.Word(s)
	return s[:i], s[i:]
}

// skipSpace takes one space off.
func skipSpace(s []byte) []byte {
	if len(s) > 0 && s[0] == ' ' {
		return s[1:]
	}
	return s
}

// cutValue is cutWord, but leaves the colon to the message that it is in front of.
func cutValue(s []byte) (value, rest []byte) {
	value, rest = cutWord(s)
	if n := len(value) - 1; n > 0 && value[n] == ':' && len(rest) > 0 {
		return value[:n], s[n:]
	}
	return value, rest
}

// quotable reads an address, whose local part may be in quotes as a whole or in
// parts: a."b c"@domain. A lone quote is none.
func quotable(s []byte) (word, rest []byte) {
	word, rest = cutWord(s)
	if bytes.IndexByte(word, '"') < 0 {
		return word, rest
	}
	inside := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			inside = !inside
		case inside && c == '\\':
			i++
		case c == ' ' && !inside:
			return s[:i], s[i:]
		}
	}
	if inside {
		return word, rest
	}
	return s, nil
}

// quoted reads "text", in which quotes and backslashes stand behind a backslash.
// text is as written.
func quoted(s []byte) (text, rest []byte, ok bool) {
	if len(s) == 0 || s[0] != '"' {
		return nil, s, false
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return s[1:i], s[i+1:], true
		}
	}
	return nil, s, false
}

// unescape appends a text without the escapes by which Exim writes what is not
// printable: \" \\ \n \r \t and three octal digits.
func unescape(dst, s []byte) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			dst = append(dst, s[i])
			continue
		}
		i++
		switch c := s[i]; c {
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case '0', '1', '2', '3':
			if i+2 < len(s) && s[i+1]|7 == '7' && s[i+2]|7 == '7' {
				dst = append(dst, (c-'0')<<6|(s[i+1]-'0')<<3|(s[i+2]-'0'))
				i += 2
				continue
			}
			dst = append(dst, c)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
