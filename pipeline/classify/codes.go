package classify

import "strings"

// status is an enhanced status code (RFC 3463); its class is 0 when there is none.
type status struct{ class, subject, detail uint16 }

// parseStatus reads a status code that is the whole text.
func parseStatus(s string) status {
	if n := statusLen(s); n == 0 || n != len(s) {
		return status{}
	}
	subject, detail, _ := strings.Cut(s[2:], ".")
	return status{uint16(s[0] - '0'), number(subject), number(detail)}
}

// statusLen is the length of the enhanced status code that a text begins with; 0
// when it begins with none. What more digits follow is an address or a version.
func statusLen(s string) int {
	if len(s) < len("5.1.1") || s[0] != '2' && s[0] != '4' && s[0] != '5' || s[1] != '.' {
		return 0
	}
	n := 2 + digits(s[2:])
	if n == 2 || n > 5 || n == len(s) || s[n] != '.' {
		return 0
	}
	detail := digits(s[n+1:])
	end := n + 1 + detail
	if detail == 0 || detail > 3 || end+1 < len(s) && s[end] == '.' && isDigit(s[end+1]) || end < len(s) && isLetter(s[end]) {
		return 0
	}
	return end
}

// codeLen is 3 when a text begins with an SMTP reply code that says that
// something failed and is followed by what may follow one.
func codeLen(s string) int {
	if len(s) < 3 || s[0] != '4' && s[0] != '5' || s[1] > '5' && s[1] != '7' || !isDigit(s[1]) || !isDigit(s[2]) {
		return 0
	}
	if len(s) > 3 && s[3] != ' ' && s[3] != '-' && s[3] != '\r' && s[3] != '\n' && s[3] != '\t' {
		return 0
	}
	return 3
}

// codes returns the reply code and the enhanced one, of the text where the fields
// lack them, or where theirs says nothing (5.0.0).
func (s *Said) codes() (code uint16, enhanced string) {
	code, enhanced = s.Code, s.Enhanced
	c, e := findCodes(s.Text)
	if code == 0 {
		code = c
	}
	vague := enhanced == "" || strings.HasSuffix(enhanced, ".0.0") || parseStatus(enhanced).class == 0
	if vague && e != "" && (code == 0 || uint16(e[0]-'0') == code/100) {
		enhanced = e
	}
	return code, enhanced
}

// findCodes finds the first reply code and the first enhanced one of a text. In
// the middle a reply code counts where a frame ends ("said: 550 …", "smtp;550 …",
// "'550 …") or an enhanced code follows: other numbers are minutes or sizes.
func findCodes(s string) (code uint16, enhanced string) {
	s = s[:min(len(s), maxText)]
	framed := true
	for i := 0; i < len(s); i++ {
		c := s[i]
		if isLetter(c) { // most are
			framed = false
			continue
		}
		if isDigit(c) && (i == 0 || begins(s[i-1])) {
			if n := codeLen(s[i:]); n > 0 && code == 0 && (framed || statusLen(afterCode(s[i+n:])) > 0) {
				code = number(s[i : i+n])
				i += n - 1
				continue
			}
			if n := statusLen(s[i:]); n > 0 && s[i] != '2' {
				enhanced = s[i : i+n]
				if code != 0 {
					return code, enhanced
				}
			}
			for i+1 < len(s) && (isDigit(s[i+1]) || s[i+1] == '.') {
				i++
			}
			framed = false
			continue
		}
		if c != ' ' {
			framed = c == ':' || c == ';' || c == '\'' || c == '"' || c == '('
		}
	}
	return code, enhanced
}

// afterCode skips what stands between a reply code and an enhanced one.
func afterCode(s string) string { return strings.TrimLeft(s, " -#([") }

// classes are what the codes in a text forbid to conclude.
type classes struct {
	later  bool // 4.x.x, or the text begins with 4xx
	policy bool // x.7.x
}

// classesIn looks at all codes of a text, for a server may quote another's. What
// follows the 7 may be an x: some write 5.7.x.
func classesIn(s string) classes {
	s = s[:min(len(s), maxText)]
	return classes{
		later: codeLen(s) > 0 && s[0] == '4' || anyAt(s, "4.", 0, func(code string) bool { return statusLen(code) > 0 }),
		policy: anyAt(s, ".7.", 1, func(code string) bool {
			return statusLen(code) > 0 || hasPrefixFold(code[len("5.7."):], "x")
		}),
	}
}

// anyAt reports whether a number may begin so many bytes before part somewhere,
// and is what is asked for.
func anyAt(s, part string, before int, is func(string) bool) bool {
	for at := 0; ; at += len(part) - 1 {
		i := strings.Index(s[at:], part)
		if i < 0 {
			return false
		}
		at += i
		if n := at - before; n >= 0 && (n == 0 || begins(s[n-1])) && is(s[n:]) {
			return true
		}
	}
}

// begins reports whether a number may begin behind c.
func begins(c byte) bool { return c != '.' && !isDigit(c) && !isLetter(c) }

func digits(s string) (n int) {
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

// number reads a few digits.
func number(s string) (n uint16) {
	for i := range len(s) {
		n = 10*n + uint16(s[i]-'0')
	}
	return n
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
