package postfix

import (
	"mime"
	"strings"

	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/scan"
)

// loggedSubject returns what follows the name of the header in what header_checks
// log, whatever they did with it:
//
//	{warning|info|…}: header Subject: WORDS from CLIENT; from=<sender>[ to=<recipient>][ proto=…][ helo=<…>][: WORDS]
func loggedSubject(s []byte) (rest []byte, ok bool) {
	const name = "subject: "
	verb := 0
	for verb < len(s) && s[verb] >= 'a' && s[verb] <= 'z' {
		verb++
	}
	rest, ok = scan.After(s[verb:], ": header ")
	if !ok || len(rest) < len(name) || !strings.EqualFold(string(rest[:len(name)]), name) {
		return nil, false
	}
	return rest[len(name):], true
}

// subject notes the first one that is logged of a message.
func (p *Parser) subject(id, rest []byte) sources.Result {
	text, ok := subjectWords(string(rest))
	if !ok {
		return mta.Ignored(RuleAction)
	}
	e := p.at(id, active)
	if e.Message.flags&flagSubject == 0 {
		e.Message.subject = text
		p.table.set(e, flagSubject)
	}
	return mta.Context
}

// subjectWords takes the fields off: the last that look so, since the subject can
// hold anything.
func subjectWords(s string) (words string, ok bool) {
	i := strings.LastIndex(s, "; from=<")
	if i < 0 {
		return "", false
	}
	i = strings.LastIndex(s[:i], " from ") // no name of a client has a space
	if i < 0 {
		return "", false
	}
	return string(mta.Clip([]byte(decodeSubject(s[:i])))), true
}

// maxHeader is how many bytes Postfix logs of a header.
const maxHeader = 200

// decodeSubject reads encoded words (RFC 2047) in what Postfix logs of a header:
// the line ends in it are question marks, and a long one is cut.
func decodeSubject(s string) string {
	if len("Subject: ")+len(s) >= maxHeader {
		s = dropTornWord(s)
	}
	var decoder mime.WordDecoder
	decoded, err := decoder.DecodeHeader(joinWords(s))
	if err != nil {
		decoded = s
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, decoded)
}

// joinWords makes the question marks that stand for a line end between two encoded
// words the blanks that they were.
func joinWords(s string) string {
	parts := strings.Split(s, "?=?")
	for i := range parts[1:] {
		if rest := strings.TrimLeft(parts[i+1], "? \t"); strings.HasPrefix(rest, "=?") {
			parts[i] += "?= "
			parts[i+1] = rest
		} else {
			parts[i] += "?=?"
		}
	}
	return strings.Join(parts, "")
}

// dropTornWord drops an encoded word at the end that is not whole.
func dropTornWord(s string) string {
	i := strings.LastIndex(s, "=?")
	if i < 0 {
		return s
	}
	// charset ? encoding ? text ?=
	if parts := strings.SplitN(s[i+len("=?"):], "?", 4); len(parts) == 4 && strings.HasPrefix(parts[3], "=") {
		return s
	}
	return strings.TrimRight(s[:i], "? ")
}
