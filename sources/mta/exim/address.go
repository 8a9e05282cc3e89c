package exim

import (
	"bytes"

	"mailfate/sources/mta/scan"
)

// A target is where a copy of a message went, and for whom.
type target struct {
	place    []byte // the address, file, program or reply that it came to
	original []byte // the address that the sender wrote
}

// readTarget reads the address that a line about a recipient begins with:
//
//	address
//	address <original>
//	address (parent) (parent) <original>
//	local part <original>
//	/file <original>
//	|program with arguments <original>
//	>address of a reply <original>
//	:blackhole: <original>
//
// Exim logs a local part without its quotes, so an address can hold spaces and
// words that look like an original, like fields or like the end of it all; but then
// it is logged once more, with its quotes.
func readTarget(s []byte) (t target, rest []byte, ok bool) {
	if t, rest, ok := quotedTarget(s); ok {
		return t, rest, true
	}
	if t, rest, ok := plainTarget(s); ok {
		return t, rest, true
	}
	return spacedTarget(s)
}

// maxTarget is how far a target reaches at most, with its original: Exim takes no
// address of more than 1024 bytes.
const maxTarget = 2 << 10

// quotedTarget reads an address of which the original has the same local part in
// quotes.
func quotedTarget(s []byte) (t target, rest []byte, ok bool) {
	near := s[:min(len(s), maxTarget)]
	for i := 0; ; i++ {
		next := bytes.IndexByte(near[i:], '<')
		if next < 0 {
			return t, s, false
		}
		i += next
		if i < 2 || s[i-1] != ' ' {
			continue
		}
		place, bracket := s[:i-1], s[i+1:]
		n := quotedLen(place, near[i+1:])
		if n > 0 && endsTarget(bracket[n+1:]) {
			return target{place, bracket[:n]}, bracket[n+1:], true
		}
	}
}

// quotedLen returns the length of the address in front of the first bracket of s
// whose local part is that of another one, in quotes; 0 when s begins with none.
func quotedLen(other, s []byte) int {
	n, quotes := 0, 0
	for i := 0; i < len(s); i++ {
		inside := quotes%2 == 1
		switch c := s[i]; {
		case c == '"':
			quotes++
			continue
		case c == '@' && !inside:
			if quotes == 0 || !isDomain(other[n:]) {
				return 0
			}
			if end := bytes.IndexByte(s[i:], '>'); end > 0 && isDomain(s[i:][:end]) {
				return i + end
			}
			return 0
		case inside && c == '\\' && i+1 < len(s):
			i++
		}
		if n == len(other) || lower(s[i]) != lower(other[n]) {
			return 0
		}
		n++
	}
	return 0
}

// isDomain reports whether s can be the end of an address, with its @; of a local
// one there is none.
func isDomain(s []byte) bool {
	return len(s) == 0 || s[0] == '@' && bytes.IndexByte(s, ' ') < 0
}

// lower is for local parts, which Exim writes in lower case.
func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// plainTarget reads an address without spaces, and what may follow it.
func plainTarget(s []byte) (t target, rest []byte, ok bool) {
	address, rest := cutValue(s)
	if bytes.IndexByte(address, '@') <= 0 {
		return t, s, false
	}
	t = target{address, address}
	for scan.Begins(rest, " (") { // parents
		end := bytes.Index(rest, []byte(")"))
		if end < 0 {
			return t, s, false
		}
		rest = rest[end+1:]
	}
	if scan.Begins(rest, " <") {
		original, after, ok := scan.Angle(rest[1:])
		if !ok {
			return t, s, false
		}
		t.original, rest = original, after
	}
	return t, rest, endsTarget(rest)
}

// maxOriginals is in how many places of a target its original may seem to begin.
const maxOriginals = 32

// spacedTarget reads a target with spaces up to its original, or to the first that
// can follow it when there is no original before that. What the local administrator
// wrote always has an original.
func spacedTarget(s []byte) (t target, rest []byte, ok bool) {
	if len(s) == 0 {
		return t, s, false
	}
	near := s[:min(len(s), maxTarget)]
	written := bytes.IndexByte([]byte("|/>:"), s[0]) >= 0
	originals := 0
	for i := 1; i <= len(near) && originals < maxOriginals; i++ {
		if i < len(s) && s[i] != ' ' && s[i] != ':' {
			continue
		}
		if scan.Begins(near[i:], " <") {
			originals++
			if original, rest, ok := bracketed(s[i+1:]); ok && endsTarget(rest) {
				return target{s[:i], original}, rest, true
			}
		}
		if !written && endsTarget(s[i:]) {
			return target{s[:i], s[:i]}, s[i:], true
		}
	}
	return t, s, false
}

// endsTarget reports whether a target can end before s.
func endsTarget(s []byte) bool {
	return len(s) == 0 || scan.Begins(s, ": ") || s[0] == ' ' && (nameLen(s[1:]) > 0 || beginsDefer(s[1:]))
}

func beginsDefer(s []byte) bool {
	return scan.Begins(s, "defer (") || scan.Begins(s, "routing defer (") || scan.Begins(s, "cutthrough defer (")
}
