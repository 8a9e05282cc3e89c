package jsonline

import "bytes"

// Type is what a value is.
type Type uint8

// The types; None is the zero Value's, of a key that was not there.
const (
	None Type = iota
	String
	Number
	Bool
	Null
	Array
	Object
)

// Value is one value, as a view of the line.
type Value struct {
	Type Type
	// Raw is the value as written; of a string, what is between the quotes.
	Raw []byte

	escaped bool // a string that has escapes
}

// Plain reports whether Raw is the text itself, so that nothing is to be unescaped.
func (v Value) Plain() bool { return !v.escaped }

// scanValue reads the value at the scanner's position, which lies depth levels deep.
func (s *Scanner) scanValue(v *Value, depth int) error {
	if s.pos >= len(s.data) {
		return errMalformed
	}
	start := s.pos
	switch c := s.data[s.pos]; c {
	case '"':
		return s.scanString(v)
	case '{', '[':
		if err := s.skip(depth + 1); err != nil {
			return err
		}
		t := Object
		if c == '[' {
			t = Array
		}
		*v = Value{Type: t, Raw: s.data[start:s.pos]}
		return nil
	case 't':
		return s.literal(v, "true", Bool)
	case 'f':
		return s.literal(v, "false", Bool)
	case 'n':
		return s.literal(v, "null", Null)
	}
	return s.scanNumber(v)
}

// skip passes over an object or array.
func (s *Scanner) skip(depth int) error {
	if depth > MaxDepth {
		return errTooDeep
	}
	closing := s.data[s.pos] + 2 // '}' is '{'+2, ']' is '['+2
	s.pos++
	var passed Value
	for n := 0; ; n++ {
		s.space()
		if s.eat(closing) {
			return nil
		}
		if n > 0 {
			if !s.eat(',') {
				return errMalformed
			}
			s.space()
		}
		if n == MaxMembers {
			return errTooMany
		}
		if closing == '}' {
			if err := s.skipKey(&passed); err != nil {
				return err
			}
		}
		if err := s.scanValue(&passed, depth); err != nil {
			return err
		}
	}
}

func (s *Scanner) skipKey(passed *Value) error {
	if _, ok := s.plainString(); !ok {
		if err := s.scanString(passed); err != nil {
			return err
		}
	}
	s.space()
	if !s.eat(':') {
		return errMalformed
	}
	s.space()
	return nil
}

func (s *Scanner) literal(v *Value, word string, t Type) error {
	if !bytes.HasPrefix(s.data[s.pos:], []byte(word)) {
		return errMalformed
	}
	*v = Value{Type: t, Raw: s.data[s.pos : s.pos+len(word)]}
	s.pos += len(word)
	return nil
}

// scanNumber reads [-] int [frac] [exp], as RFC 8259, 6 has it.
func (s *Scanner) scanNumber(v *Value) error {
	start := s.pos
	s.eat('-')
	if !s.eat('0') && !s.digits() {
		return errMalformed
	}
	if s.eat('.') && !s.digits() {
		return errMalformed
	}
	if s.eat('e') || s.eat('E') {
		if !s.eat('+') {
			s.eat('-')
		}
		if !s.digits() {
			return errMalformed
		}
	}
	*v = Value{Type: Number, Raw: s.data[start:s.pos]}
	return nil
}

func (s *Scanner) digits() bool {
	start := s.pos
	for s.pos < len(s.data) && s.data[s.pos]-'0' <= 9 {
		s.pos++
	}
	return s.pos > start
}
