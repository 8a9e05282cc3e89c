package tail

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"mailfate/sources"
)

const postmark = "From MAILER-DAEMON Sun Nov 22 03:28:05 2026\n"

// letter is a mail in an mbox, as Postfix' local(8) writes it.
func letter(n int) string {
	return fmt.Sprintf("%sSubject: %d\n\nbody %d\n\n", postmark, n, n)
}

// bare is the same mail without what the mbox adds.
func bare(n int) string { return fmt.Sprintf("Subject: %d\n\nbody %d\n", n, n) }

func letters(numbers ...int) (mbox string, mails []string) {
	for _, n := range numbers {
		mbox += letter(n)
		mails = append(mails, bare(n))
	}
	return mbox, mails
}

func mailReader(t testing.TB, s store, path string, opts Options) Reader {
	t.Helper()
	sets, err := DiscoverMails([]string{path})
	if err != nil || len(sets) != 1 {
		t.Fatalf("sets %v: %v", sets, err)
	}
	r := Open(sets[0], opts)
	s.load(t, r)
	return r
}

// readMails reads what is new, and keeps what is known afterwards.
func readMails(t testing.TB, s store, path string) (got []string) {
	t.Helper()
	r := mailReader(t, s, path, Options{Grace: 1})
	for r.Next(func(l sources.Line) { got = append(got, string(l.Data)) }) != Idle {
	}
	if p := r.Problems(); len(p) > 0 {
		t.Errorf("problems: %v", p)
	}
	s.save(t, r)
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	return got
}

func TestMbox(t *testing.T) {
	box, want := letters(1, 2, 3)
	path := write(t, t.TempDir()+"/reports", box)
	s := store{}
	wantLines(t, readMails(t, s, path), want)
	wantLines(t, readMails(t, s, path), nil)

	appendTo(t, path, letter(4))
	wantLines(t, readMails(t, s, path), []string{bare(4)})
}

func TestWhatMailProgramsDoToAnMbox(t *testing.T) {
	status := func(box string) string {
		return strings.ReplaceAll(box, "\n\nbody", "\nStatus: RO\nX-UID: 1\n  7\nX-Mozilla-Status: 0001\nContent-Length: 7\n\nbody")
	}
	box, all := letters(1, 2, 3)
	for name, after := range map[string]string{
		"compacted": letter(1) + letter(3),
		"emptied":   "",
		"flagged":   status(box),
		"sorted":    letter(3) + letter(2) + letter(1),
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, t.TempDir()+"/reports", box)
			s := store{}
			wantLines(t, readMails(t, s, path), all)
			write(t, path, after)
			wantLines(t, readMails(t, s, path), nil)
			write(t, path, after+letter(4))
			wantLines(t, readMails(t, s, path), []string{bare(4)})
			known := strings.Count(after, postmark) + 1 + 1 // and the file
			if len(s) != known {
				t.Errorf("%d keys are remembered, want %d", len(s), known)
			}
		})
	}
}

func TestAMailThatMovedIsKnown(t *testing.T) {
	dir := t.TempDir()
	box, want := letters(1, 2)
	write(t, dir+"/in/a", box)
	write(t, dir+"/in/sub/3.eml", bare(3))
	s := store{}
	got := readMails(t, s, dir+"/in")
	slices.Sort(got)
	wantLines(t, got, append(want, bare(3)))
	rename(t, dir+"/in/a", dir+"/in/b")
	rename(t, dir+"/in/sub/3.eml", dir+"/in/3.eml")
	write(t, dir+"/in/c", gz(t, box)) // a copy
	wantLines(t, readMails(t, s, dir+"/in"), nil)
	if len(s) != 3+3 {
		t.Errorf("%d keys are remembered, want three mails and three files", len(s))
	}
}

func TestPostmarks(t *testing.T) {
	for line, want := range map[string]bool{
		"From a@b.example Thu Nov 20 03:28:05 2026":                      true,
		"From - Thu Nov  2 03:28 2026":                                   true,
		"From a Thu Nov 20 03:28:05 CET 2026\r\n":                        true,
		"From a Thu Nov 20 03:28:05 2026 +0100":                          true,
		`From "a b c"@d.example Thu Nov 20 03:28:05 2026`:                true,
		"From a@b.example Thu Nov 20 03:28:05 2026 remote x":             true,
		"From here on, nothing is dated.":                                false,
		"From Thu Nov 20":                                                false,
		">From a@b.example Thu Nov 20 03:28:05 2026":                     false,
		"from a@b.example Thu Nov 20 03:28:05 2026":                      false,
		"From a Thu Nov 20 03-28-05 2026":                                false,
		"From " + strings.Repeat("x", 600) + " Thu Nov 20 03:28:05 2026": false,
	} {
		if got := isPostmark([]byte(line)); got != want {
			t.Errorf("%.60q: %v", line, got)
		}
	}
}

func TestEscapesAreTakenAway(t *testing.T) {
	path := write(t, t.TempDir()+"/reports", postmark+"Subject: x\n\n>From a\n>>From b\n> From c\nFrom me\n\n"+postmark+"no end")
	wantLines(t, readMails(t, store{}, path), []string{"Subject: x\n\nFrom a\n>From b\n> From c\nFrom me\n", "no end"})
	path = write(t, t.TempDir()+"/1.eml", "Subject: x\n\n>From a\n"+postmark+"\n\n")
	wantLines(t, readMails(t, store{}, path), []string{"Subject: x\n\n>From a\n" + postmark + "\n\n"})
}

// TestFollowAnMbox has a mail written bit by bit, and a lock in the way.
func TestFollowAnMbox(t *testing.T) {
	modes(t, func(t *testing.T, opts Options) {
		box, want := letters(1, 2)
		path := write(t, t.TempDir()+"/reports", box)
		s := store{}
		f := &follower{t: t, r: mailReader(t, s, path, opts)}
		defer func() { _ = f.r.Close() }()
		f.untilLines(2)
		write(t, path+".lock", "")
		half := letter(3)
		appendTo(t, path, half[:len(half)-9])
		f.settle()
		wantLines(t, f.got, want)
		appendTo(t, path, half[len(half)-9:])
		if err := os.Remove(path + ".lock"); err != nil {
			t.Fatal(err)
		}
		f.untilLines(3)
		write(t, path, letter(3)) // compacted
		f.settle()
		appendTo(t, path, letter(4))
		f.untilLines(4)
		wantLines(t, f.got, append(want, bare(3), bare(4)))
	})
}

// TestWhoLocksIsWaitedFor locks as deliveries do; locks of one process do not keep
// itself out, those of an open file do.
func TestWhoLocksIsWaitedFor(t *testing.T) {
	path := write(t, t.TempDir()+"/reports", letter(1))
	other, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := unix.FcntlFlock(other.Fd(), unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_WRLCK, Whence: io.SeekStart}); err != nil {
		t.Skip("no such locks here:", err)
	}
	f := &follower{t: t, r: mailReader(t, store{}, path, soon)}
	defer func() { _ = f.r.Close() }()
	f.settle()
	wantLines(t, f.got, nil)
	r := mailReader(t, store{}, path, Options{Grace: 1})
	defer func() { _ = r.Close() }()
	for r.Next(func(sources.Line) { t.Error("read in spite of the lock") }) != Idle {
	}
	if p := r.Problems(); len(p) != 1 || !errors.Is(p[0], errLocked) {
		t.Errorf("problems: %v", p)
	}
	if err := unix.FcntlFlock(other.Fd(), unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_UNLCK, Whence: io.SeekStart}); err != nil {
		t.Fatal(err)
	}
	f.untilLines(1)
}

func TestFollowADirectory(t *testing.T) {
	modes(t, func(t *testing.T, opts Options) {
		dir := filepath.Join(t.TempDir(), "in")
		write(t, dir+"/1.eml", bare(1))
		f := &follower{t: t, r: mailReader(t, store{}, dir, opts)}
		defer func() { _ = f.r.Close() }()
		f.untilLines(1)
		write(t, dir+"/2.eml", bare(2))
		f.untilLines(2)
		write(t, dir+"/.hidden", bare(3))
		write(t, dir+"/deeper/4.eml", bare(4))
		f.untilLines(3)
		f.settle()
		wantLines(t, f.got, []string{bare(1), bare(2), bare(4)})
	})
}

// TestAStopBetweenAnyTwoMails keeps the position after every call.
func TestAStopBetweenAnyTwoMails(t *testing.T) {
	var box string
	for n := range 3 * mailsPerNext {
		box += letter(n)
	}
	path := write(t, t.TempDir()+"/reports", box)
	s, got := store{}, 0
	for range 5 {
		r := mailReader(t, s, path, Options{})
		for before := got; got == before && r.Next(func(sources.Line) { got++ }) != Idle; {
		}
		s.save(t, r)
		_ = r.Close()
	}
	if got != 3*mailsPerNext {
		t.Errorf("got %d", got)
	}
}

func TestHugeMailsAreCut(t *testing.T) {
	long := strings.Repeat("m", 3<<20) // without a line end
	path := write(t, t.TempDir()+"/reports", letter(1)+postmark+long+"\n\n"+letter(2))
	r := mailReader(t, store{}, path, Options{MaxMail: 1000})
	var sizes []int
	for r.Next(func(l sources.Line) { sizes = append(sizes, len(l.Data)) }) != Idle {
	}
	if c := r.Counts(); !slices.Equal(sizes, []int{len(bare(1)), 1000, len(bare(2))}) || c.Cut != 1 {
		t.Errorf("sizes %v, counts %+v", sizes, c)
	}
}

func TestDamagedMailPosition(t *testing.T) {
	r := Open(Set{Path: "/x", Mails: true}, Options{})
	for _, kv := range [][2]string{{"", ""}, {"m", "\x01"}, {"m0123456789abcdef", "\x02"}, {"m0123456789abcdef", "\x01short"}, {"f0123456789abcdef", "\x01"}, {"x0123456789abcdef", "\x01"}} {
		if r.Load([]byte(kv[0]), []byte(kv[1])) == nil {
			t.Errorf("loaded %q", kv)
		}
	}
}

// FuzzMbox splits a file at once, and again from every mail on.
func FuzzMbox(f *testing.F) {
	f.Add([]byte(letter(1)+letter(2)), 100)
	f.Add([]byte("Subject: x\n\n"+postmark), 10)
	f.Add([]byte(postmark+postmark+">From \n\n"+postmark+"\r\n\r\n"), 1)
	f.Fuzz(func(t *testing.T, data []byte, limit int) {
		limit = max(limit, 1) % 10000
		all := split(t, newSplitter(bytes.NewReader(data), limit, 0, false), limit)
		if len(data) > 0 && len(all) == 0 {
			t.Fatal("nothing came of something")
		}
		for i, p := range all {
			if i > 0 && p.start <= all[i-1].start {
				t.Fatalf("mail %d begins at %d, the one before at %d", i, p.start, all[i-1].start)
			}
			if p.start == 0 {
				continue
			}
			rest := split(t, newSplitter(bytes.NewReader(data[p.start:]), limit, p.start, true), limit)
			if !slices.EqualFunc(rest, all[i:], func(a, b piece) bool { return a.start == b.start && bytes.Equal(a.data, b.data) }) {
				t.Fatalf("from mail %d on, it is split in another way", i)
			}
		}
	})
}

func split(t *testing.T, s *splitter, limit int) (all []piece) {
	for {
		p, err := s.read(nil)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil || len(p.data) > limit+1 {
			t.Fatalf("%d bytes: %v", len(p.data), err)
		}
		lasting(nil, p.data)
		all = append(all, p)
	}
}
