package jsonline

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
	Type    Type
	escaped bool // a string that has escapes

	// Raw is the value as written; of a string, what is between the quotes.
	Raw []byte
}

// Plain reports whether Raw is the text itself, so that nothing is to be unescaped.
func (v Value) Plain() bool { return !v.escaped }

// typeOf tells by its first byte what a well-formed value is.
func typeOf(first byte) Type {
	switch first {
	case '"':
		return String
	case '{':
		return Object
	case '[':
		return Array
	case 't', 'f':
		return Bool
	case 'n':
		return Null
	}
	return Number
}

// closing is what ends an object or an array.
func closing(opening byte) byte { return opening + 2 } // as ASCII has them
