package jsonline

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// The fields of the tests.
const (
	fieldA = iota + 1
	fieldB
	fieldBA
	fieldBB
	fieldBBA
	fieldH
	fieldC
)

var testFields = []Field{
	{Key: "a", Is: fieldA},
	{Key: "b", Is: fieldB},
	{In: fieldB, Key: "a", Is: fieldBA},
	{In: fieldB, Key: "b", Is: fieldBB},
	{In: fieldBB, Key: "a", Is: fieldBBA},
	{In: fieldBB, Key: "Message-ID", Is: fieldH, AnyCase: true},
	{Key: "c", Is: fieldC},
}

// twin finds a field by walking over the line with Scanners.
func twin(line []byte, path ...string) (v Value) {
	var s Scanner
	for s.Object(line); s.Next(); {
		if string(s.Key()) == path[0] {
			v = s.Value()
		}
	}
	switch {
	case len(path) == 1:
		return v
	case v.Type == Object:
		return twin(v.Raw, path[1:]...)
	}
	return Value{}
}

var paths = map[int][]string{
	fieldA: {"a"}, fieldB: {"b"}, fieldC: {"c"}, fieldBA: {"b", "a"}, fieldBB: {"b", "b"}, fieldBBA: {"b", "b", "a"},
}

// FuzzReader holds a reader that has read other lines before against the scanner,
// and both against encoding/json.
func FuzzReader(f *testing.F) {
	for _, s := range []string{
		`{}`, ` { "a" : 1 , "b":{"a":"x","b":{"a":null}} , "c":[1] } `, `{"b":{"b":{"a":1}},"b":null}`, `{"b":{"b":{"a":1}},"b":{"a":2}}`,
		`{"a":1,"a":"\u0041"}`, `{"\u0061":1}`, `{"a":1,"c":2,"a":3}`, `{"b":{"b":{}},"c":{}}`, `{"b":{"a":1,}}`, `{"b":{"a":1}`, `{"b":{"a":1}}}`,
		`{"a":"` + "\x01" + `"}`, `{"a" :1}`, `{"b":{"c":{"a":1}}}`, `{"b":[{"a":1}]}`, `{"a":"\\","b":{"a":"\""}}`, `{"a":tru}`, `{"a":01}`, `{"b":"x","a":""}`,
		strings.Repeat(`{"b":`, 20) + "1" + strings.Repeat("}", 20), "{\"a\":\"\xff\"}", `{"x":1,"a":2}`, `{"a"`, `{"a":`, `{"a":1 "b":2}`,
	} {
		f.Add([]byte(s))
	}
	r := NewReader(testFields)
	f.Fuzz(func(t *testing.T, line []byte) {
		err := r.Read(line)
		var s Scanner
		for s.Object(line); s.Next(); {
			_ = s.Key()
		}
		if (err == nil) != (s.Err() == nil) {
			t.Fatalf("%q: %v, the scanner says %v", line, err, s.Err())
		}
		if errors.Is(err, errTooDeep) || errors.Is(err, errTooMany) {
			return
		}
		if valid := json.Valid(line) && strings.HasPrefix(strings.TrimLeft(string(line), " \t\r\n"), "{"); valid != (err == nil) {
			t.Fatalf("%q: %v, encoding/json says %v", line, err, valid)
		}
		if err != nil {
			return
		}
		for field, path := range paths {
			got, want := r.Value(field), twin(line, path...)
			if got.Type != want.Type || got.escaped != want.escaped || string(got.Raw) != string(want.Raw) {
				t.Fatalf("%q: %v is %v %q, the scanner says %v %q", line, path, got.Type, got.Raw, want.Type, want.Raw)
			}
		}
		if !utf8.Valid(line) {
			return
		}
		var object map[string]json.RawMessage
		var text string
		if json.Unmarshal(line, &object) == nil && json.Unmarshal(object["a"], &text) == nil && r.Value(fieldA).Type == String {
			if got := string(r.Value(fieldA).AppendText(nil)); got != text {
				t.Fatalf("%q: a is %q, want %q", line, got, text)
			}
		}
	})
}

func TestReader(t *testing.T) {
	r := NewReader(testFields)
	for _, c := range []struct {
		line  string
		field int
		want  string
	}{
		{`{"b":{"b":{"MESSAGE-id":"<m>"}}}`, fieldH, "<m>"},
		{`{"b":{"b":{"message-id":"<m>"},"a":1}}`, fieldH, "<m>"},
		{`{"b":{"b":{"Message-Id":"<m>"}},"b":1}`, fieldH, ""},
		{`{"b":{"Message-ID":"<m>"},"Message-ID":"<m>"}`, fieldH, ""},
		{`{"a":1}`, fieldA, "1"},
		{`{"a": 1}`, fieldA, "1"}, // known by now, but written otherwise
		{`{"a" :2}`, fieldA, "2"},
		{`{"b":{"c":1},"A":2}`, fieldC, ""},
		{`{"b":{"c":1},"A":2}`, fieldA, ""},
	} {
		for range 2 { // of which the second is read in the order of the first
			if err := r.Read([]byte(c.line)); err != nil {
				t.Errorf("%s: %v", c.line, err)
			}
			if got := string(r.Value(c.field).Raw); got != c.want {
				t.Errorf("%s: %d is %q, want %q", c.line, c.field, got, c.want)
			}
		}
	}
	if err := r.Read([]byte(`{"b":{"a":1,"b":{"a":2}},"a":3}`)); err != nil {
		t.Fatal(err)
	}
	r.Clear(fieldB)
	for field, want := range map[int]Type{fieldA: Number, fieldB: None, fieldBA: None, fieldBBA: None} {
		if got := r.Value(field).Type; got != want {
			t.Errorf("after Clear %d is %d, want %d", field, got, want)
		}
	}
}

// TestManyKeys reads more keys than are remembered.
func TestManyKeys(t *testing.T) {
	r := NewReader(testFields)
	for n := range 3 * maxKeys {
		line := `{"` + strings.Repeat("x", n) + `":1,"a":2}`
		if err := r.Read([]byte(line)); err != nil || string(r.Value(fieldA).Raw) != "2" {
			t.Fatalf("%s: %v, a is %q", line, err, r.Value(fieldA).Raw)
		}
	}
	if len(r.known) > maxKeys {
		t.Errorf("%d keys are remembered, want %d at most", len(r.known), maxKeys)
	}
	line := []byte(`{"a":1,"b":{"a":"x","b":{"Message-ID":"<m>"}},"c":[1,2,"x"]}`)
	if n := testing.AllocsPerRun(100, func() { _ = r.Read(line) }); n > 0 {
		t.Errorf("%v allocations for a usual line", n)
	}
}
