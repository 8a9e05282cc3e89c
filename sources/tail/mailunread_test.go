package tail

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"mailfate/sources"
)

// damaged is a compressed mail that breaks off.
func damaged(t *testing.T) string {
	z := gz(t, bare(1))
	return z[:len(z)-6]
}

// untilIdle reads all there is now, and fails when that does not come to an end.
func (f *follower) untilIdle() {
	f.t.Helper()
	for range 100 {
		if f.r.Next(func(l sources.Line) { f.got = append(f.got, string(l.Data)) }) == Idle {
			return
		}
	}
	f.t.Fatalf("it is never idle; problems: %v", f.r.Problems())
}

// TestADamagedFileIsReadOnce has a file that cannot be read to its end: it is left
// alone until it changes, keeps nothing in memory but its own, and is forgotten
// when it is gone.
func TestADamagedFileIsReadOnce(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir+"/bad.gz", damaged(t))
	f := &follower{t: t, r: mailReader(t, store{}, dir, soon)}
	defer func() { _ = f.r.Close() }()
	m := f.r.(*mails)
	f.untilIdle()
	round := m.memory.file(path).round
	for n := range 20 {
		now := write(t, fmt.Sprintf("%s/%d", dir, n), bare(n))
		f.untilLines(n + 1)
		remove(t, now)
	}
	f.until(func([]string) bool { return len(m.memory.mails) == 0 && len(m.memory.files) == 1 })
	if got := m.memory.file(path).round; got != round || round == 0 {
		t.Errorf("read %d times, then %d", round, got)
	}
	if p := f.r.Problems(); len(p) != 1 || !errors.Is(p[0], ErrTruncated) {
		t.Errorf("problems: %v", p)
	}
	write(t, path, gz(t, bare(100)))
	f.untilLines(21)
	if p := f.r.Problems(); len(p) > 0 {
		t.Errorf("when it is whole: %v", p)
	}
	write(t, path, damaged(t))
	f.until(func([]string) bool { return len(f.r.Problems()) == 1 })
	remove(t, path)
	f.until(func([]string) bool { return len(f.r.Problems()) == 0 })
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// TestAMailOfWhichMoreIsComingIsLeftAlone appends to a last mail.
func TestAMailOfWhichMoreIsComingIsLeftAlone(t *testing.T) {
	path := write(t, t.TempDir()+"/box", letter(1)+letter(2))
	f := &follower{t: t, r: mailReader(t, store{}, path, Options{Follow: true, Poll: time.Hour, Grace: time.Hour})}
	defer func() { _ = f.r.Close() }()
	f.untilIdle()
	wantLines(t, f.got, []string{bare(1)})
	m := f.r.(*mails)
	for range 3 {
		appendTo(t, path, "more\n")
		f.untilIdle()
		m.relist = time.Time{}
		if f.r.Next(func(sources.Line) {}) != Idle {
			t.Fatal("it is read again at once")
		}
	}
}

// TestHalfAMailIsWaitedFor has a writer pause within a mail.
func TestHalfAMailIsWaitedFor(t *testing.T) {
	path := write(t, t.TempDir()+"/box", letter(1))
	f := &follower{t: t, r: mailReader(t, store{}, path, Options{Follow: true, Poll: time.Millisecond, Grace: time.Hour})}
	defer func() { _ = f.r.Close() }()
	f.untilLines(1)
	half := strings.TrimSuffix(letter(2), "\n")
	appendTo(t, path, half)
	f.settle()
	f.settle()
	wantLines(t, f.got, []string{bare(1)})
	appendTo(t, path, "more\n\n")
	f.untilLines(2)
	wantLines(t, f.got, []string{bare(1), bare(2) + "more\n"})
}

// TestALockThatStaysIsTold has locks in the way for longer than a delivery takes,
// and one from the future.
func TestALockThatStaysIsTold(t *testing.T) {
	path := write(t, t.TempDir()+"/box", letter(1))
	lock := write(t, path+".lock", "")
	f := &follower{t: t, r: mailReader(t, store{}, path, soon)}
	defer func() { _ = f.r.Close() }()
	f.until(func([]string) bool {
		p := f.r.Problems()
		return len(p) == 1 && errors.Is(p[0], errLocked)
	})
	wantLines(t, f.got, nil)
	ahead := time.Now().Add(1000 * time.Hour)
	if err := os.Chtimes(lock, ahead, ahead); err != nil {
		t.Fatal(err)
	}
	f.untilLines(1)
	f.settle()
	if p := f.r.Problems(); len(p) > 0 {
		t.Errorf("problems: %v", p)
	}
}

// TestADamagedMailIsTriedNowAndThen has one in a Maildir.
func TestADamagedMailIsTriedNowAndThen(t *testing.T) {
	box := newBox(t)
	path := write(t, box+"/new/1", damaged(t))
	f := follow(t, store{}, box, Options{Follow: true, Poll: time.Millisecond, Grace: time.Hour})
	f.untilIdle()
	write(t, box+"/new/2", bare(2))
	f.untilIdle()
	if p := f.r.Problems(); len(p) != 1 || !errors.Is(p[0], ErrTruncated) {
		t.Errorf("problems: %v", p)
	}
	remove(t, path)
	f.untilIdle()
	if p := f.r.Problems(); len(p) > 0 {
		t.Errorf("when it is gone: %v", p)
	}
	wantLines(t, f.got, []string{bare(2)})
}
