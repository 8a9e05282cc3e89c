package tail

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mailfate/sources"
)

// follower reads a set until it has seen a last line; tests drive it by hand.
type follower struct {
	t   *testing.T
	r   Reader
	got []string
}

// soon makes everything that waits for time wait very little.
var soon = Options{Follow: true, Poll: time.Millisecond, Grace: time.Millisecond}

func follow(t *testing.T, s store, path string, opts Options) *follower {
	t.Helper()
	sets, _ := Discover([]string{path})
	if len(sets) == 0 {
		sets = []Set{{Path: path}}
	}
	r := Open(sets[0], opts)
	s.load(t, r)
	t.Cleanup(func() { _ = r.Close() })
	return &follower{t: t, r: r}
}

// until reads until done says that enough was seen, or nothing more comes.
func (f *follower) until(done func([]string) bool) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), 20*time.Second)
	defer cancel()
	for !done(f.got) {
		if f.r.Next(func(l sources.Line) { f.got = append(f.got, string(l.Data)) }) != Idle {
			continue
		}
		if err := f.r.Wait(ctx, time.Second); err != nil {
			f.t.Fatalf("%v after %d lines; problems: %v", err, len(f.got), f.r.Problems())
		}
	}
}

func (f *follower) untilLines(n int) {
	f.t.Helper()
	f.until(func(got []string) bool { return len(got) >= n })
}

// settle reads all there is now.
func (f *follower) settle() {
	f.t.Helper()
	for range 3 {
		for f.r.Next(func(l sources.Line) { f.got = append(f.got, string(l.Data)) }) != Idle {
		}
		_ = f.r.Wait(f.t.Context(), time.Millisecond)
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

// modes are the ways a follower learns of changes.
func modes(t *testing.T, test func(t *testing.T, opts Options)) {
	t.Run("notified", func(t *testing.T) {
		opts := soon
		opts.Poll = time.Second
		test(t, opts)
	})
	t.Run("polling", func(t *testing.T) {
		opts := soon
		opts.PollOnly = true
		test(t, opts)
	})
}

func TestFollowAFileThatAppearsAndGrows(t *testing.T) {
	modes(t, func(t *testing.T, opts Options) {
		path := filepath.Join(t.TempDir(), "mail.log")
		f := follow(t, store{}, path, opts)
		f.settle()
		write(t, path, "a\nb")
		f.untilLines(1)
		f.settle()
		wantLines(t, f.got, []string{"a"}) // b is held back
		appendTo(t, path, "c\n")
		f.untilLines(2)
		wantLines(t, f.got, []string{"a", "bc"})
	})
}

func TestRotationByRename(t *testing.T) {
	modes(t, func(t *testing.T, opts Options) {
		dir := t.TempDir()
		live := write(t, dir+"/mail.log", "1\n")
		f := follow(t, store{}, live, opts)
		f.untilLines(1)
		rename(t, live, dir+"/mail.log.1")
		appendTo(t, dir+"/mail.log.1", "2\n") // the writer has not noticed yet
		write(t, live, "")
		f.untilLines(2)
		appendTo(t, dir+"/mail.log.1", "3\n")
		write(t, live, "4\n")
		f.untilLines(4)
		appendTo(t, dir+"/mail.log.1", "late\n")
		f.untilLines(5)
		appendTo(t, live, "5\n")
		f.untilLines(6)
		wantLines(t, f.got, []string{"1", "2", "3", "4", "late", "5"})
	})
}

func TestRotationByCopyAndTruncation(t *testing.T) {
	modes(t, func(t *testing.T, opts Options) {
		dir := t.TempDir()
		live := write(t, dir+"/mail.log", text(numbered(0, 50)))
		f := follow(t, store{}, live, opts)
		f.untilLines(50)
		appendTo(t, live, text(numbered(50, 60))) // not read before it is truncated
		content, err := os.ReadFile(live)
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir+"/mail.log.1", string(content[:200])) // half a copy
		write(t, dir+"/mail.log.1", string(content))
		if err := os.Truncate(live, 0); err != nil {
			t.Fatal(err)
		}
		appendTo(t, live, text(numbered(60, 70)))
		f.untilLines(70)
		f.settle()
		wantLines(t, f.got, numbered(0, 70))
	})
}

func TestCopiesThatAreBeingMadeAreNotReadAgain(t *testing.T) {
	dir := t.TempDir()
	live := write(t, dir+"/mail.log", text(numbered(0, 200)))
	f := follow(t, store{}, live, soon)
	f.untilLines(200)
	whole := text(numbered(0, 200))
	for _, part := range []int{100, 2000, len(whole) - 3, len(whole)} {
		write(t, dir+"/mail.log.1", whole[:part])
		f.settle()
	}
	compressed := gz(t, whole)
	for _, part := range []int{10, len(compressed) / 2, len(compressed)} {
		write(t, dir+"/mail.log.1.gz", compressed[:part])
		f.settle()
	}
	appendTo(t, live, "the end\n")
	f.until(func(got []string) bool { return slices.Contains(got, "the end") })
	wantLines(t, f.got, append(numbered(0, 200), "the end"))
}

func TestRestartAfterRotations(t *testing.T) {
	for name, compress := range compressors() {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			live := write(t, dir+"/mail.log", text(numbered(0, 100)))
			write(t, dir+"/mail.log.1", "older\n")
			write(t, dir+"/mail.log.bak.txt", "of another log\n")
			write(t, dir+"/mail.logger", "of another log\n")
			s := store{}
			f := follow(t, s, live, soon)
			f.untilLines(101)
			s.save(t, f.r)
			got := f.got
			_ = f.r.Close()

			appendTo(t, live, text(numbered(100, 120)))
			content, _ := os.ReadFile(live)
			rename(t, dir+"/mail.log.1", dir+"/mail.log.3")
			write(t, dir+"/mail.log.2."+name, compress(t, string(content)))
			write(t, dir+"/mail.log.1", text(numbered(120, 150)))
			_ = os.Remove(live)
			write(t, live, text(numbered(150, 160)))
			f = follow(t, s, live, soon)
			f.untilLines(60)
			f.settle()
			wantLines(t, append(got, f.got...), append([]string{"older"}, numbered(0, 160)...))
		})
	}
}

func TestATornLineOfARotatedFileIsReadInTheEnd(t *testing.T) {
	dir := t.TempDir()
	live := write(t, dir+"/mail.log", "a\ntorn")
	f := follow(t, store{}, live, soon)
	f.untilLines(1)
	rename(t, live, dir+"/mail.log.1")
	write(t, live, "b\n")
	f.untilLines(3)
	if !slices.Contains(f.got, "torn") {
		t.Errorf("got %q", f.got)
	}
}

func TestARemovedFileIsReadToItsEnd(t *testing.T) {
	dir := t.TempDir()
	live := write(t, dir+"/mail.log", "a\n")
	f := follow(t, store{}, live, soon)
	f.untilLines(1)
	f.settle()
	appendTo(t, live, "b\ntorn")
	_ = os.Remove(live)
	write(t, live, "c\n")
	f.untilLines(4)
	wantLines(t, f.got, []string{"a", "b", "torn", "c"})
}

// TestAWriterThatRotates lets a writer add lines and rotate in every way while
// the follower reads, restarts included, and wants each line once.
func TestAWriterThatRotates(t *testing.T) {
	modes(t, func(t *testing.T, opts Options) {
		opts.Grace = 50 * time.Millisecond
		dir := t.TempDir()
		live := write(t, dir+"/mail.log", "")
		const rounds, each = 12, 400
		turn := make(chan struct{}) // the reader has caught up, so that a truncation loses nothing
		go func() {
			defer close(turn)
			for round := range rounds {
				for i := range each {
					line := text(numbered(round*each+i, round*each+i+1))
					appendTo(t, live, line[:len(line)/2])
					appendTo(t, live, line[len(line)/2:])
				}
				turn <- struct{}{}
				rotate(t, dir, round)
			}
		}()
		s := store{}
		f := follow(t, s, live, opts)
		var got []string
		for round := range rounds {
			f.until(func(g []string) bool { return len(got)+len(g) >= (round+1)*each })
			if round%3 == 2 {
				s.save(t, f.r)
				got = append(got, f.got...)
				_ = f.r.Close()
				<-turn
				f = follow(t, s, live, opts)
			} else {
				<-turn
			}
		}
		<-turn
		f.settle()
		wantLines(t, append(got, f.got...), numbered(0, rounds*each))
	})
}

// rotate rotates as logrotate does: archives move up, the second is compressed.
func rotate(t *testing.T, dir string, round int) {
	live := dir + "/mail.log"
	for n := 20; n >= 2; n-- {
		_ = os.Rename(fmt.Sprintf("%s.%d.gz", live, n), fmt.Sprintf("%s.%d.gz", live, n+1))
	}
	if content, err := os.ReadFile(live + ".1"); err == nil {
		write(t, live+".2.gz", gz(t, string(content)))
		_ = os.Remove(live + ".1")
	}
	if round%2 == 0 {
		rename(t, live, live+".1")
		write(t, live, "")
		return
	}
	content, err := os.ReadFile(live)
	if err != nil {
		t.Error(err)
	}
	write(t, live+".1", string(content))
	if err := os.Truncate(live, 0); err != nil {
		t.Error(err)
	}
}

func TestProblemsOfAFollower(t *testing.T) {
	dir := t.TempDir()
	live := write(t, dir+"/mail.log", "PK\x03\x04")
	f := follow(t, store{}, live, soon)
	f.settle()
	if p := f.r.Problems(); len(p) != 1 || !strings.Contains(p[0].Error(), live) {
		t.Errorf("problems: %v", p)
	}
	_ = os.Remove(live)
	write(t, live, "good\n")
	f.untilLines(1)
	if p := f.r.Problems(); len(p) != 0 {
		t.Errorf("problems that are over: %v", p)
	}
}
