// Package jsonline walks over one JSON value that stands on one line, member by
// member, without building anything: keys and values are views of the line.
//
// It promises: what it accepts is what RFC 8259 allows, but that bytes which are
// not UTF-8 are passed on as they are; no input makes it panic, recurse deeper
// than MaxDepth or visit more than MaxMembers members; the usual line costs no
// allocation. Lenient additionally accepts what web servers write whose logs
// are not quite JSON. It does not look for duplicate keys: the caller decides.
//
// A Scanner is opened on an object or an array, Next is called until it returns
// false, then Err says whether that was the end. Whatever the caller has not asked
// for by then is passed over, and has to be well formed too.
//
// A Reader is for many objects that are alike: it is told once which members are
// wanted, also of the objects in them, and reads them faster.
package jsonline

import (
	"errors"
	"fmt"
)

// Limits on what one line may hold.
const (
	MaxDepth   = 16   // of objects and arrays in each other
	MaxMembers = 1024 // of one object, or elements of one array
)

var (
	errMalformed = errors.New("malformed JSON")
	errTooDeep   = fmt.Errorf("more than %d levels deep", MaxDepth)
	errTooMany   = fmt.Errorf("more than %d members", MaxMembers)
)

// Scanner walks over one object or array. Its zero value is ready to be opened,
// again and again; it is for one goroutine.
type Scanner struct {
	// Lenient accepts control characters in strings and the escape \xHH.
	Lenient bool

	data []byte
	pos  int
	err  error

	closing byte // '}' or ']'; 0 when the walk has ended
	members int

	// The member is kept as places in the line: they cost less than views.
	key, keyEnd     int
	keyEscaped      bool
	unread          bool // the value begins at pos
	value, valueEnd int
	valueType       Type
	valueEscaped    bool
}

// Object opens the scanner on a line that holds one object and nothing else.
func (s *Scanner) Object(line []byte) { s.open(line, '{') }

// Array opens the scanner on an array's Raw.
func (s *Scanner) Array(raw []byte) { s.open(raw, '[') }

func (s *Scanner) open(data []byte, opening byte) {
	s.data, s.pos, s.err = data, 0, nil
	s.members, s.closing, s.unread = 0, 0, false
	s.key, s.keyEnd, s.keyEscaped = 0, 0, false
	s.setNone()
	if s.pos = space(data, 0); s.pos == len(data) || data[s.pos] != opening {
		s.fail(malformed)
		return
	}
	s.closing = closing(opening)
	s.pos++
}

// Next steps to the next member or element.
func (s *Scanner) Next() bool {
	if s.unread {
		s.pass()
	}
	if s.err != nil || s.closing == 0 {
		return false
	}
	d, i := s.data, space(s.data, s.pos)
	switch {
	case i == len(d):
		return s.fail(malformed)
	case d[i] == s.closing:
		return s.finish(i + 1)
	case s.members == MaxMembers:
		return s.fail(tooMany)
	case s.members > 0:
		if d[i] != ',' {
			return s.fail(malformed)
		}
		i = space(d, i+1)
	}
	s.members++
	if s.closing == '}' {
		if i = s.readKey(i); i < 0 {
			return s.fail(i)
		}
	}
	s.pos, s.unread = i, true
	return true
}

// finish ends the walk; nothing but white space may follow.
func (s *Scanner) finish(i int) bool {
	s.closing = 0
	if s.pos = space(s.data, i); s.pos != len(s.data) {
		return s.fail(malformed)
	}
	return false
}

// readKey reads a key and what stands between it and the value, and returns where
// that begins.
func (s *Scanner) readKey(i int) int {
	end := plain(s.data, i)
	s.keyEscaped = end < 0
	if s.keyEscaped {
		if end = passString(s.data, i, s.Lenient); end < 0 {
			return end
		}
	}
	s.key, s.keyEnd = i+1, end-1
	return colon(s.data, end)
}

// Key is the member's key, unescaped. It is valid while the line is.
func (s *Scanner) Key() []byte {
	if s.keyEscaped {
		return Value{escaped: true, Raw: s.data[s.key:s.keyEnd]}.AppendText(nil)
	}
	return s.data[s.key:s.keyEnd]
}

// Value is the member's value. It is valid while the line is. Where it is
// malformed it is of no type, and the walk ends.
func (s *Scanner) Value() Value {
	if s.unread {
		s.read()
	}
	return Value{Type: s.valueType, escaped: s.valueEscaped, Raw: s.data[s.value:s.valueEnd]}
}

// read passes over the value and notes what it is.
func (s *Scanner) read() {
	start := s.pos
	if end := plain(s.data, start); end >= 0 {
		s.value, s.valueEnd, s.valueType, s.valueEscaped = start+1, end-1, String, false
		s.pos, s.unread = end, false
		return
	}
	if s.pass(); s.err != nil {
		s.setNone()
		return
	}
	s.value, s.valueEnd, s.valueType, s.valueEscaped = start, s.pos, typeOf(s.data[start]), false
	if s.valueType == String {
		s.value, s.valueEnd = start+1, s.pos-1
		s.valueEscaped = hasEscape(s.data[s.value:s.valueEnd])
	}
}

// pass passes over the value.
func (s *Scanner) pass() {
	s.unread = false
	if i := passValue(s.data, s.pos, 1, s.Lenient); i >= 0 {
		s.pos = i
	} else {
		s.fail(i)
	}
}

func (s *Scanner) setNone() {
	s.value, s.valueEnd, s.valueType, s.valueEscaped = 0, 0, None, false
}

// Err says why Next returned false; nil at the end of a well-formed value.
func (s *Scanner) Err() error { return s.err }

// fail ends the walk, and returns false.
func (s *Scanner) fail(why int) bool {
	s.err = errorOf(why)
	s.unread = false
	return false
}
