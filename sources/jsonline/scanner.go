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
// false, then Err says whether that was the end.
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

	data  []byte
	pos   int
	close byte // '}' or ']'
	first bool
	count int
	key   []byte
	value Value
	err   error
}

// Object opens the scanner on a line that holds one object and nothing else.
func (s *Scanner) Object(line []byte) { s.open(line, '{', '}') }

// Array opens the scanner on an array's Raw.
func (s *Scanner) Array(raw []byte) { s.open(raw, '[', ']') }

func (s *Scanner) open(data []byte, open, closing byte) {
	*s = Scanner{Lenient: s.Lenient, data: data, close: closing, first: true}
	s.space()
	if !s.eat(open) {
		s.err = errMalformed
	}
}

// Next steps to the next member or element.
func (s *Scanner) Next() bool {
	if s.err != nil || s.close == 0 {
		return false
	}
	s.space()
	if s.eat(s.close) {
		return s.finish()
	}
	if !s.first {
		if !s.eat(',') {
			return s.fail(errMalformed)
		}
		s.space()
	}
	s.first = false
	if s.count++; s.count > MaxMembers {
		return s.fail(errTooMany)
	}
	if s.close == '}' && !s.readKey() {
		return false
	}
	if err := s.scanValue(&s.value, 1); err != nil {
		return s.fail(err)
	}
	return true
}

// Key is the member's key, unescaped. It is valid while the line is.
func (s *Scanner) Key() []byte { return s.key }

// Value is the member's value. It is valid while the line is.
func (s *Scanner) Value() Value { return s.value }

// Err says why Next returned false; nil at the end of a well-formed value.
func (s *Scanner) Err() error { return s.err }

func (s *Scanner) readKey() bool {
	if raw, ok := s.plainString(); ok {
		s.key = raw
	} else {
		var k Value
		if err := s.scanString(&k); err != nil {
			return s.fail(err)
		}
		s.key = k.AppendText(nil)
	}
	s.space()
	if !s.eat(':') {
		return s.fail(errMalformed)
	}
	s.space()
	return true
}

// finish ends the walk; nothing but white space may follow.
func (s *Scanner) finish() bool {
	s.close = 0
	s.space()
	if s.pos != len(s.data) {
		return s.fail(errMalformed)
	}
	return false
}

func (s *Scanner) fail(err error) bool {
	s.err = err
	return false
}

func (s *Scanner) space() {
	if s.pos < len(s.data) && s.data[s.pos] <= ' ' {
		s.skipSpace()
	}
}

func (s *Scanner) skipSpace() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\r', '\n':
			s.pos++
		default:
			return
		}
	}
}

func (s *Scanner) eat(c byte) bool {
	if s.pos < len(s.data) && s.data[s.pos] == c {
		s.pos++
		return true
	}
	return false
}
