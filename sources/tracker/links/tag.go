package links

import "strings"

// findValue returns where the value of a start tag's first attribute of that name
// stands, without its quotes; -1 when it has none (HTML, 13.2.5.32 to 13.2.5.39).
func findValue(tag []byte, name string) (start, end int) {
	i := skipUntil(tag, 1, endsName)
	for {
		i = skipWhile(tag, i, func(c byte) bool { return isSpace(c) || c == '/' })
		if i >= len(tag) || tag[i] == '>' {
			return -1, -1
		}
		key := i
		i = skipUntil(tag, i+1, func(c byte) bool { return endsName(c) || c == '=' }) // a first = is part of the name
		found := strings.EqualFold(string(tag[key:i]), name)
		i = skipWhile(tag, i, isSpace)
		if i >= len(tag) || tag[i] != '=' {
			if found {
				return -1, -1
			}
			continue
		}
		start, end, i = value(tag, skipWhile(tag, i+1, isSpace))
		if found {
			return start, end
		}
	}
}

// value returns where the value stands that begins at i, and where what follows does.
func value(tag []byte, i int) (start, end, next int) {
	switch {
	case i >= len(tag) || tag[i] == '>':
		return -1, -1, i
	case tag[i] == '"' || tag[i] == '\'':
		quote := tag[i]
		end = skipUntil(tag, i+1, func(c byte) bool { return c == quote })
		return i + 1, end, min(end+1, len(tag))
	}
	end = skipUntil(tag, i, func(c byte) bool { return isSpace(c) || c == '>' })
	return i, end, end
}

func skipWhile(b []byte, i int, is func(byte) bool) int {
	for i < len(b) && is(b[i]) {
		i++
	}
	return i
}

func skipUntil(b []byte, i int, is func(byte) bool) int {
	return skipWhile(b, i, func(c byte) bool { return !is(c) })
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }

func endsName(c byte) bool { return isSpace(c) || c == '/' || c == '>' }
