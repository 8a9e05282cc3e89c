package tail

import (
	"os"
	"slices"
	"testing"

	"mailfate/sources"
)

// TestAnOlderCopyBeginsAgain replaces a log in every way while it is followed and
// between two runs: what is older than what was read begins again, once, after
// everything that is older still; what is new goes on.
func TestAnOlderCopyBeginsAgain(t *testing.T) {
	old, whole, other := numbered(0, 20), numbered(0, 60), numbered(60, 70)
	longer := slices.Concat(old, numbered(1000, 1090)) // grown beyond where it was, otherwise
	inPlace := func(t *testing.T, live, content string) { write(t, live, content) }
	renamed := func(t *testing.T, live, content string) {
		rename(t, write(t, live+"-next", content), live)
	}
	for name, c := range map[string]struct {
		put   func(t *testing.T, live, content string)
		lines []string
		again bool
	}{
		"older":                      {inPlace, old, true},
		"one line":                   {inPlace, old[:1], true},
		"renamed over, older":        {renamed, old, true},
		"older, grown longer":        {inPlace, longer, true},
		"renamed over, older, grown": {renamed, longer, true},
		"truncated":                  {inPlace, other, false},
		"renamed over, new":          {renamed, other, false},
		"another, as long":           {inPlace, numbered(300, 360), false},
		"the same":                   {inPlace, whole, false},
		"the same and more":          {renamed, append(slices.Clone(whole), other...), false},
	} {
		for _, down := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				dir := t.TempDir()
				write(t, dir+"/mail.log.1", "before\n")
				live := write(t, dir+"/mail.log", text(whole))
				s := store{}
				f := follow(t, s, live, soon)
				f.untilLines(1 + len(whole))
				s.save(t, f.r)
				if down {
					_ = f.r.Close()
				}
				c.put(t, live, text(c.lines))
				if down {
					f = follow(t, s, live, soon)
				}
				f.got = nil
				want := slices.DeleteFunc(slices.Clone(c.lines), func(l string) bool { return slices.Contains(whole, l) })
				left := 0
				if c.again {
					want, left = append([]string{"before"}, c.lines...), 1
				}
				for range 1000 {
					switch f.r.Next(func(l sources.Line) { f.got = append(f.got, string(l.Data)) }) {
					case Again:
						left--
						f.got = nil
					case Idle:
						_ = f.r.Wait(t.Context(), 1)
					}
					s.save(t, f.r)
				}
				wantLines(t, f.got, want)
				if left != 0 {
					t.Errorf("%d times too seldom", left)
				}
				_ = f.r.Close()
				if f = follow(t, s, live, soon); true {
					f.settle()
				}
				wantLines(t, f.got, nil) // the position that was kept is the new one
			})
		}
	}
}

// TestATruncationWhileCatchingUp wants what was moved away before what came then.
func TestATruncationWhileCatchingUp(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/mail.log.1", "a\n")
	live := write(t, dir+"/mail.log", "b\n")
	f := follow(t, store{}, live, soon)
	f.untilLines(1)
	rename(t, dir+"/mail.log.1", dir+"/mail.log.2")
	write(t, dir+"/mail.log.1", "b\n")
	if err := os.Truncate(live, 0); err != nil {
		t.Fatal(err)
	}
	appendTo(t, live, "c\n")
	f.untilLines(3)
	f.settle()
	wantLines(t, f.got, []string{"a", "b", "c"})
}

// TestAnInodeUsedAgain puts an older copy over a log whose inode another file of
// the set has got since: that file is not what was read.
func TestAnInodeUsedAgain(t *testing.T) {
	dir := t.TempDir()
	live := write(t, dir+"/mail.log", text(numbered(0, 60)))
	s := store{}
	f := follow(t, s, live, soon)
	f.untilLines(60)
	s.save(t, f.r)
	_ = f.r.Close()
	rename(t, write(t, live+"-next", text(numbered(0, 20))), live)
	info, err := os.Stat(write(t, dir+"/mail.log.1", "another\n"))
	if err != nil {
		t.Fatal(err)
	}
	f = follow(t, s, live, soon)
	for _, k := range f.r.(*files).memory.files {
		k.Inode = identityOf(info).inode
	}
	f.untilLines(21)
	f.settle()
	wantLines(t, f.got, append([]string{"another", "another"}, numbered(0, 20)...)) // the second after Again
}
