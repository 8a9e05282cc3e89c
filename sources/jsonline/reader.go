package jsonline

import "math"

// A Field is a member that is wanted, of the line's object or of one in it.
type Field struct {
	In  int // the field that is the object; 0 for the line's
	Key string
	Is  int // from 1 on; what is in an object comes right behind it

	AnyCase bool // of the key's letters
}

// A Reader reads the wanted members of lines that each hold one object, in one
// pass. It accepts what a Scanner accepts. Of a key that is there twice the last
// one counts. It is for one goroutine.
//
// Who writes many objects mostly writes their keys in one order. The reader knows
// which key followed which the last time, so that the next one need not be read but
// only compared; where another key follows, nothing is lost.
type Reader struct {
	fields []Field
	inside []int // how many fields are in each

	line   []byte
	places []place // of the fields

	known   map[keyName]*key
	last    *key // that was met
	start   key  // in front of a line's first
	unknown key  // one that is not remembered
}

// A place is where a value stands; of a string, what is between the quotes. It
// costs less than a view.
type place struct {
	start, end int32
	is         Type
	escaped    bool
}

// A key as it stands in an object.
type key struct {
	text string // with its quotes and the colon
	in   int
	is   int  // the field; 0 for any other
	next *key // that followed the last time
}

type keyName struct {
	in   int
	text string
}

// Limits on what is remembered of keys; others are read.
const (
	maxKeys    = 256
	maxKeyText = 64
)

// nowhere is no field, so that a key which is in it is never met where it was expected.
const nowhere = -1

// NewReader returns a reader of these fields, an object before what is in it.
func NewReader(fields []Field) *Reader {
	n := 0
	for _, f := range fields {
		n = max(n, f.Is+1)
	}
	r := &Reader{
		fields: fields, inside: make([]int, n), places: make([]place, n),
		known: map[keyName]*key{}, unknown: key{in: nowhere},
	}
	r.start.next, r.unknown.next = &r.unknown, &r.unknown
	parents := make([]int, n)
	for _, f := range fields {
		parents[f.Is] = f.In
		for in := f.In; in != 0; in = parents[in] {
			r.inside[in] = max(r.inside[in], f.Is-in)
		}
	}
	return r
}

// Read reads a line. Where it fails, it has read what stands in front.
func (r *Reader) Read(line []byte) error {
	clear(r.places)
	r.line, r.last = line, &r.start
	i := space(line, 0)
	if len(line) > math.MaxInt32 || i == len(line) || line[i] != '{' {
		return errMalformed
	}
	if i = r.object(line, i, 0, 0); i < 0 {
		return errorOf(i)
	}
	if space(line, i) != len(line) {
		return errMalformed
	}
	return nil
}

// Value is the value of a field. It is valid while the line is.
func (r *Reader) Value(field int) Value {
	p := &r.places[field]
	return Value{Type: p.is, escaped: p.escaped, Raw: r.line[p.start:p.end]}
}

// Clear forgets a field and what is in it.
func (r *Reader) Clear(field int) {
	clear(r.places[field : field+r.inside[field]+1])
}

// object reads the object at i, which is a field.
func (r *Reader) object(d []byte, i, in, levels int) int {
	if levels == MaxDepth {
		return tooDeep
	}
	i = space(d, i+1)
	for n := 0; i < len(d) && d[i] != '}'; n++ {
		if n == MaxMembers {
			return tooMany
		}
		if n > 0 {
			if d[i] != ',' {
				return malformed
			}
			i = space(d, i+1)
		}
		k := r.last.next
		if k.in == in && begins(d, i, k.text) {
			i = space(d, i+len(k.text))
		} else if k, i = r.key(d, i, in); i < 0 {
			return i
		}
		r.last = k
		if i = r.value(d, i, k.is, levels+1); i < 0 {
			return i
		}
		i = space(d, i)
	}
	if i == len(d) {
		return malformed
	}
	return i + 1
}

// value reads the value of a field at i.
func (r *Reader) value(d []byte, i, field, levels int) (end int) {
	if r.inside[field] > 0 {
		if r.Clear(field); i < len(d) && d[i] == '{' {
			return r.put(field, Object, i, r.object(d, i, field, levels))
		}
	}
	if i == len(d) {
		return malformed
	}
	if d[i] != '"' {
		return r.put(field, typeOf(d[i]), i, passValue(d, i, levels, false))
	}
	i++
	if end = i + special(d[i:]); end < len(d) && d[end] == '"' {
		r.places[field] = place{start: int32(i), end: int32(end), is: String}
		return end + 1
	}
	if end = passString(d, i-1, false); end >= 0 {
		r.places[field] = place{start: int32(i), end: int32(end - 1), is: String, escaped: true}
	}
	return end
}

// put notes where a value stands, if it ends.
func (r *Reader) put(field int, is Type, start, end int) int {
	if end >= 0 {
		r.places[field] = place{start: int32(start), end: int32(end), is: is}
	}
	return end
}

// key reads the key at i, which is not the one that was expected, and returns it
// and where its value begins.
func (r *Reader) key(d []byte, i, in int) (k *key, value int) {
	end := passString(d, i, false)
	if end < 0 {
		return nil, end
	}
	if value = colon(d, end); value < 0 {
		return nil, value
	}
	k, ok := r.known[keyName{in, string(d[i:value])}]
	if !ok {
		k = r.learn(d[i:value], end-i, in)
	}
	r.last.next = k
	return k, value
}

// learn remembers a key, of whose text so much is the string. What is not usual
// about one, as escapes or white space, is not remembered.
func (r *Reader) learn(text []byte, length, in int) *key {
	name := text[1 : length-1]
	usual := !hasEscape(name)
	if !usual {
		name = Value{escaped: true, Raw: name}.AppendText(nil)
	}
	is := r.field(in, name)
	if !usual || length+len(":") != len(text) || len(text) > maxKeyText || len(r.known) == maxKeys {
		r.unknown.is = is
		return &r.unknown
	}
	k := &key{text: string(text), in: in, is: is, next: &r.unknown}
	r.known[keyName{in, k.text}] = k
	return k
}

// field returns which field a key in an object stands for.
func (r *Reader) field(in int, name []byte) int {
	for i := range r.fields {
		f := &r.fields[i]
		if f.In == in && (string(name) == f.Key || f.AnyCase && equalFold(name, f.Key)) {
			return f.Is
		}
	}
	return 0
}

// equalFold compares texts whatever the case of their ASCII letters.
func equalFold(a []byte, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
