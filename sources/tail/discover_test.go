package tail

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	for name, want := range map[string]rotated{
		"mail.log":                    {"mail.log", "", -1, false},
		"mail.log.1":                  {"mail.log", "", 1, false},
		"mail.log.0":                  {"mail.log", "", 0, false},
		"mail.log.12.gz":              {"mail.log", "", 12, true},
		"mail.log.gz":                 {"mail.log", "", -1, true},
		"mail.log-20261120":           {"mail.log", "20261120", -1, false},
		"mail.log-20261120.zst":       {"mail.log", "20261120", -1, true},
		"mail.log-2026-11-20.xz":      {"mail.log", "20261120", -1, true},
		"mail.log.2026-11-20-17.bz2":  {"mail.log", "2026112017", -1, true},
		"mail.log-20261120.1":         {"mail.log", "20261120", 1, false},
		"mail.log-1763683200":         {"mail.log", "1763683200", -1, false},
		"mail-20261120.log":           {"mail.log", "20261120", -1, false},
		"access_20261120.json.gz":     {"access.json", "20261120", -1, true},
		"web-10.0.0.1":                {"web-10.0.0.1", "", -1, false},
		"20261120":                    {"20261120", "", -1, false},
		"mail.log-99999999":           {"mail.log-99999999", "", -1, false},
		".gz":                         {".gz", "", -1, false},
		"mail.log.+1":                 {"mail.log.+1", "", -1, false},
		"1763683200.M1P2.host:2,S":    {"1763683200.M1P2.host:2,S", "", -1, false},
		"report-20261120-0001-x.json": {"report-20261120-0001-x.json", "", -1, false},
	} {
		if got := parseName(name); got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}

func FuzzNames(f *testing.F) {
	f.Add("mail.log-2026-11-20.1.gz")
	f.Fuzz(func(t *testing.T, name string) {
		if r := parseName(name); name != "" && r.base == "" {
			t.Errorf("%q has no base", name)
		}
	})
}

func TestOldestFirst(t *testing.T) {
	want := []string{
		"mail.log-20251231.gz", "mail.log-20261101", "mail.log-20261120.gz",
		"mail.log.10.gz", "mail.log.2.gz", "mail.log.1", "mail.log.0", "mail.log",
	}
	got := slices.Clone(want)
	slices.Sort(got)
	slices.SortFunc(got, compareNames)
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestDiscover(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"a/mail.log", "a/mail.log.1", "a/mail.log.2.gz", "a/other.log", "a/.hidden", "a/.git/config",
		"b/deep/er/mail.log", "box/cur/1:2,S", "box/new/2", "box/tmp/3",
	} {
		write(t, filepath.Join(dir, name), "x\n")
	}
	describe := func(sets []Set) string {
		var b strings.Builder
		for _, s := range sets {
			b.WriteString(strings.TrimPrefix(s.Path, dir+"/"))
			if s.Maildir {
				b.WriteString(" maildir")
			}
			for _, f := range s.Files {
				b.WriteString(" " + filepath.Base(f.Path))
			}
			b.WriteString("\n")
		}
		return b.String()
	}
	for _, c := range []struct{ path, want string }{
		{dir, "a/mail.log mail.log.2.gz mail.log.1 mail.log\na/other.log other.log\nb/deep/er/mail.log mail.log\nbox maildir\n"},
		{dir + "/a/mail.log", "a/mail.log mail.log\n"},
		{dir + "/a/mail.log*", "a/mail.log mail.log.2.gz mail.log.1 mail.log\n"},
		{dir + "/*/mail.log.1", "a/mail.log mail.log.1\n"},
		{dir + "/box", "box maildir\n"},
	} {
		sets, err := Discover([]string{c.path, c.path})
		if err != nil {
			t.Error(err)
		}
		if got := describe(sets); got != c.want {
			t.Errorf("%s:\n%swant\n%s", c.path, got, c.want)
		}
	}
	sets, err := Discover([]string{dir + "/nothing", dir + "/no*pe", "/dev/null", dir + "/a/other.log"})
	if len(sets) != 1 || !errors.Is(err, ErrNothingFound) {
		t.Errorf("%v, %v", sets, err)
	}
	for _, name := range []string{"nothing", "no*pe", "/dev/null"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("the error does not name %s: %v", name, err)
		}
	}
}

func TestDirectoryWithoutPermission(t *testing.T) {
	if os.Getuid() == 0 {
		// root may read everything: an entry that cannot be listed stands for it
		dir := t.TempDir()
		err := fileError("list", dir, &os.PathError{Op: "open", Path: dir, Err: os.ErrPermission})
		if !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "right to read") {
			t.Errorf("error: %v", err)
		}
		return
	}
	dir := t.TempDir()
	write(t, dir+"/locked/mail.log", "x\n")
	write(t, dir+"/good.log", "x\n")
	if err := os.Chmod(dir+"/locked", 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir+"/locked", 0o700) })
	sets, err := Discover([]string{dir})
	if len(sets) != 1 || !errors.Is(err, os.ErrPermission) || !strings.Contains(err.Error(), dir+"/locked") {
		t.Errorf("%v, %v", sets, err)
	}
}

func TestSample(t *testing.T) {
	dir := t.TempDir()
	whole := text(numbered(0, 5000))
	for name, compress := range compressors() {
		path := write(t, dir+"/"+name, compress(t, whole))
		if b, err := Sample(path); err != nil || string(b) != whole[:SampleBytes] {
			t.Errorf("%s: %d bytes, %v", name, len(b), err)
		}
	}
	write(t, dir+"/set/mail.log", "")
	write(t, dir+"/set/mail.log.1", "the newest with content\n")
	sets, _ := Discover([]string{dir + "/set"})
	if b, err := sets[0].Sample(); err != nil || string(b) != "the newest with content\n" {
		t.Errorf("sample of a set: %q, %v", b, err)
	}
	box := newBox(t)
	write(t, box+"/new/1", "a mail")
	if b, err := (Set{Path: box, Maildir: true}).Sample(); err != nil || string(b) != "a mail" {
		t.Errorf("sample of a mailbox: %q, %v", b, err)
	}
	if _, err := Sample(dir + "/none"); err == nil || !strings.Contains(err.Error(), dir+"/none") {
		t.Errorf("sample of nothing: %v", err)
	}
}

func TestLooksBinary(t *testing.T) {
	for sample, want := range map[string]bool{
		"":                                    false,
		"Nov 21 a log\n":                      false,
		"\x00\x00\x00\x00Nov 21 a log\n":      false,
		"grüße aus Köln\n":                    false,
		"caf\xe9 in Latin-1, one byte only\n": false,
		strings.Repeat("\x00\x01\x02ab", 100): true,
	} {
		if got := LooksBinary([]byte(sample)); got != want {
			t.Errorf("%q: %v", sample, got)
		}
	}
}
