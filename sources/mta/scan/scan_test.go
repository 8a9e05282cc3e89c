package scan

import (
	"bytes"
	"testing"
)

// FuzzWord holds Word against the plain way to look for a space.
func FuzzWord(f *testing.F) {
	for _, s := range []string{"", " ", "a", "R=far T=smtp", "1234567 ", "12345678 ", "X=TLS1.3:A__B:128 CV=no", "\xa1\xe9\xff\x00\x01\x1f\x21\xa0 x", "1234567\xa0 \x80"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, s []byte) {
		want := bytes.IndexByte(s, ' ')
		if want < 0 {
			want = len(s)
		}
		if got := Word(s); got != want {
			t.Errorf("Word(%q) = %d, want %d", s, got, want)
		}
	})
}
