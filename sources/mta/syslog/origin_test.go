package syslog

import (
	"fmt"
	"testing"

	"mailfate/sources/mta/stamp"
)

// fields are what a line was taken apart into.
func fields(l *Line, line string) string {
	clock := stamp.New(stamp.Options{})
	if !l.Split(&clock, []byte(line)) {
		return "none"
	}
	return fmt.Sprintf("host %q, tag %q, nil %t, pid %d, text %q, rest %q", l.Host, l.Tag, l.Tag == nil, l.PID, l.Text, l.Rest)
}

// FuzzOrigins reads a line behind another one. That the origin of the one before
// is remembered must make no difference.
func FuzzOrigins(f *testing.F) {
	const stamp = "Nov 22 06:42:58 "
	for _, text := range []string{"mx1 x[1]: y", "mx1 x[12]: z", "mx1 x[1] y", "mx1 x: [1]: y", "mx1 x[]: y", "mx1 x[1", "mx[1]: y", "mx1 x y[1]: z", "m x1[1]: y"} {
		f.Add(stamp+"mx1 x[1]: y", stamp+text)
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		var used, fresh Line
		fields(&used, first)
		if got, want := fields(&used, second), fields(&fresh, second); got != want {
			t.Errorf("%q behind %q:\n%s\nalone:\n%s", second, first, got, want)
		}
	})
}

// TestNotesBelongToOneOrigin reads many origins, more than are remembered, and
// notes whose note each is.
func TestNotesBelongToOneOrigin(t *testing.T) {
	var l Line
	noted := 0
	for i := range 10_000 {
		line := fmt.Sprintf("Nov 22 06:42:58 h%d t%d[%d]: text", i%7, i%3, i)
		if i%5 == 0 {
			line = fmt.Sprintf("Nov 22 06:42:58 h%d t%d[%d]: text", i, i, i)
		}
		if i%11 == 0 {
			line = fmt.Sprintf("Nov 22 06:42:58 h%d t%d: text", i%2, i%3)
		}
		if fields(&l, line) == "none" {
			t.Fatal(line)
		}
		of := string(l.Host) + " " + string(l.Tag)
		if l.Noted && l.Note != of {
			t.Fatalf("%s has the note of %v", of, l.Note)
		}
		if l.Noted {
			noted++
		}
		l.Note, l.Noted = of, true
	}
	if noted < 4000 {
		t.Errorf("only %d of the origins were met again", noted)
	}
}
