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
// words that look like fields.
func readTarget(s []byte) (t target, rest []byte, ok bool) {
	if t, rest, ok := plainTarget(s); ok {
		return t, rest, true
	}
	return spacedTarget(s)
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

// spacedTarget reads a target with spaces up to its original, or to the first that
// can follow it when there is no original before that. What the local
// administrator wrote always has an original.
func spacedTarget(s []byte) (t target, rest []byte, ok bool) {
	if len(s) == 0 {
		return t, s, false
	}
	written := bytes.IndexByte([]byte("|/>:"), s[0]) >= 0
	for i := 1; i <= len(s); i++ {
		if i < len(s) && s[i] != ' ' && s[i] != ':' {
			continue
		}
		if scan.Begins(s[i:], " <") {
			if original, rest, ok := scan.Angle(s[i+1:]); ok && endsTarget(rest) {
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
