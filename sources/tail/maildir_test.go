package tail

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mailfate/sources"
)

func newBox(t *testing.T) string {
	t.Helper()
	box := filepath.Join(t.TempDir(), "reports")
	for _, sub := range []string{"cur", "new", "tmp"} {
		if err := os.MkdirAll(filepath.Join(box, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return box
}

func TestMaildir(t *testing.T) {
	box := newBox(t)
	write(t, box+"/new/3.c.host", "third")
	write(t, box+"/cur/1.a.host:2,S", "first")
	write(t, box+"/new/2.b.host", gz(t, "second\nof two lines"))
	write(t, box+"/tmp/0.x.host", "not delivered")
	write(t, box+"/new/.hidden", "hidden")
	s := store{}
	wantLines(t, replay(t, s, box), []string{"first", "second\nof two lines", "third"})
	wantLines(t, replay(t, s, box), nil)

	rename(t, box+"/new/3.c.host", box+"/cur/3.c.host:2,RS") // a reader has seen it
	write(t, box+"/new/0.z.host", "late, with an early name")
	wantLines(t, replay(t, s, box), []string{"late, with an early name"})

	if err := os.Remove(box + "/cur/3.c.host:2,RS"); err != nil {
		t.Fatal(err)
	}
	wantLines(t, replay(t, s, box), nil)
	if len(s) != 3 {
		t.Errorf("%d mails remembered, want the 3 that are there", len(s))
	}
}

func TestFollowAMaildir(t *testing.T) {
	modes(t, func(t *testing.T, opts Options) {
		box := newBox(t)
		f := follow(t, store{}, box, opts)
		f.settle()
		write(t, box+"/tmp/1", "one")
		rename(t, box+"/tmp/1", box+"/new/1")
		f.untilLines(1)
		rename(t, box+"/new/1", box+"/cur/1:2,")
		write(t, box+"/tmp/2", "two")
		rename(t, box+"/tmp/2", box+"/cur/2:2,S")
		f.untilLines(2)
		f.settle()
		wantLines(t, f.got, []string{"one", "two"})
	})
}

func TestMailsAreCutAndCounted(t *testing.T) {
	box := newBox(t)
	for name, n := range map[string]int{"1": 99, "2": 100, "3": 101, "4": 5000} {
		write(t, box+"/new/"+name, strings.Repeat("m", n))
	}
	sets, _ := Discover([]string{box})
	r := Open(sets[0], Options{MaxMail: 100})
	var sizes []int
	for r.Next(func(l sources.Line) { sizes = append(sizes, len(l.Data)) }) != Idle {
	}
	if c := r.Counts(); !slices.Equal(sizes, []int{99, 100, 100, 100}) || c.Cut != 2 || c.Lines != 4 {
		t.Errorf("sizes %v, counts %+v", sizes, c)
	}
}
