package jsonline

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// Member is one member of an object.
type Member struct {
	Key   []byte
	Value Value
}

// AppendCanonical appends members in one form, whatever order, white space and
// escapes they were written with, and of several with one key only the last. No
// two objects that differ have the same form. The slice is sorted.
func AppendCanonical(dst []byte, members []Member) []byte {
	slices.SortStableFunc(members, func(a, b Member) int { return bytes.Compare(a.Key, b.Key) })
	for i, m := range members {
		if i+1 < len(members) && bytes.Equal(m.Key, members[i+1].Key) {
			continue
		}
		dst = appendSized(dst, m.Key)
		dst = appendCanonical(dst, m.Value)
	}
	return dst
}

// appendCanonical appends one value. The recursion is no deeper than MaxDepth,
// because the scanner has been over it.
func appendCanonical(dst []byte, v Value) []byte {
	dst = append(dst, byte(v.Type))
	switch v.Type {
	case String:
		if v.Plain() {
			return appendSized(dst, v.Raw)
		}
		return appendSized(dst, v.AppendText(nil))
	case Object:
		s := Scanner{Lenient: true}
		var members []Member
		for s.Object(v.Raw); s.Next(); {
			members = append(members, Member{s.Key(), s.Value()})
		}
		dst = AppendCanonical(dst, members)
		return append(dst, 0, 0) // no key and no value: the end
	case Array:
		s := Scanner{Lenient: true}
		for s.Array(v.Raw); s.Next(); {
			dst = appendCanonical(dst, s.Value())
		}
		return append(dst, 0) // no value: the end
	}
	return appendSized(dst, v.Raw)
}

func appendSized(dst, b []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(b)))
	return append(dst, b...)
}
