package tail

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"mailfate/sources"
)

// store stands for the place where positions are kept.
type store map[string][]byte

func (s store) save(t testing.TB, r Reader) {
	t.Helper()
	err := r.Changes(func(k, v []byte) error {
		if v == nil {
			delete(s, string(k))
		} else {
			s[string(k)] = bytes.Clone(v)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (s store) load(t testing.TB, r Reader) {
	t.Helper()
	for k, v := range s {
		if err := r.Load([]byte(k), v); err != nil {
			t.Fatal(err)
		}
	}
}

// replay reads what paths name to its end, from and to the positions in s.
func replay(t testing.TB, s store, paths ...string) []string {
	t.Helper()
	got, problems := replayOptions(t, s, Options{}, paths...)
	if len(problems) > 0 {
		t.Errorf("problems: %v", problems)
	}
	return got
}

func replayOptions(t testing.TB, s store, opts Options, paths ...string) (got []string, problems []error) {
	t.Helper()
	sets, err := Discover(paths)
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range sets {
		r := Open(set, opts)
		s.load(t, r)
		for r.Next(func(l sources.Line) { got = append(got, string(l.Data)) }) != Idle {
			s.save(t, r)
		}
		s.save(t, r)
		problems = append(problems, r.Problems()...)
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return got, problems
}

func write(t testing.TB, path, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// numbered returns the lines from up to, but not including, to.
func numbered(from, to int) []string {
	var all []string
	for i := from; i < to; i++ {
		all = append(all, fmt.Sprintf("line %d of the log, %s", i, strings.Repeat("x", i%90)))
	}
	return all
}

func text(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

func wantLines(t testing.TB, got, want []string) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("got %d lines, want %d; from line %d on:\ngot  %.99q\nwant %.99q", len(got), len(want), i, got[min(i, len(got)):min(i+3, len(got))], want[min(i, len(want)):min(i+3, len(want))])
		}
	}
}

func gz(t testing.TB, content string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(content))
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zst(t testing.TB, content string) string {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(w.EncodeAll([]byte(content), nil))
}

func xzed(t testing.TB, content string) string {
	t.Helper()
	var b bytes.Buffer
	w, err := xz.NewWriter(&b)
	if err == nil {
		_, err = w.Write([]byte(content))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func bz2(t testing.TB, content string) string {
	t.Helper()
	cmd := exec.Command("bzip2", "-c")
	cmd.Stdin = strings.NewReader(content)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("bzip2 is needed for this test: %v", err)
	}
	return string(out)
}

func compressors() map[string]func(testing.TB, string) string {
	return map[string]func(testing.TB, string) string{"gz": gz, "zst": zst, "xz": xzed, "bz2": bz2}
}

func TestCompressedIsTheSame(t *testing.T) {
	want := numbered(0, 3000)
	whole := text(want)
	half := strings.Index(whole, "line 1500")
	for name, compress := range compressors() {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			// The name says nothing, and one file is two that were put together.
			one := write(t, dir+"/a/one", compress(t, whole))
			two := write(t, dir+"/b/two.log", compress(t, whole[:half])+compress(t, whole[half:]))
			wantLines(t, replay(t, store{}, one), want)
			wantLines(t, replay(t, store{}, two), want)
		})
	}
}

func TestTheNameAndTheCompressionOfAKnownFileDoNotMatter(t *testing.T) {
	want := numbered(0, 3000)
	for name, compress := range compressors() {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := store{}
			wantLines(t, replay(t, s, write(t, dir+"/mail.log", text(want))), want)
			write(t, dir+"/mail.log.2."+name, compress(t, text(want)))
			if err := os.Remove(dir + "/mail.log"); err != nil {
				t.Fatal(err)
			}
			wantLines(t, replay(t, s, dir), nil)
			wantLines(t, replay(t, s, dir), nil)
			// The archive was compressed when more had been written.
			more := numbered(0, 3100)
			write(t, dir+"/mail.log.2."+name, compress(t, text(more)))
			wantLines(t, replay(t, s, dir), more[3000:])
		})
	}
}

func TestAPrefixAndThenTheWhole(t *testing.T) {
	for _, n := range []int{0, 1, 28} {
		want := numbered(0, n)
		whole := text(want)
		for cut := range len(whole) + 1 {
			path := write(t, filepath.Join(t.TempDir(), "mail.log"), whole[:cut])
			s := store{}
			got := replay(t, s, path)
			if strings.Count(whole[:cut], "\n") != len(got) {
				t.Fatalf("cut at %d: %d lines of the prefix", cut, len(got))
			}
			appendTo(t, path, whole[cut:])
			got = append(got, replay(t, s, path)...)
			wantLines(t, got, want)
			if again := replay(t, s, path); len(again) > 0 {
				t.Fatalf("cut at %d: read again: %q", cut, again)
			}
		}
	}
}

func appendTo(t testing.TB, path, content string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(content); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestTornLines(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/mail.log", "a\ntorn")
	sets, _ := Discover([]string{dir})
	r := Open(sets[0], Options{})
	var got []string
	for r.Next(func(l sources.Line) { got = append(got, string(l.Data)) }) != Idle {
	}
	if c := r.Counts(); c.Torn != 1 || c.Lines != 1 || c.Bytes != 2 {
		t.Errorf("counts: %+v; want one torn, one line, 2 bytes", c)
	}
	wantLines(t, got, []string{"a"})

	// In an archive, compressed or followed by a newer file, the line is over.
	s := store{}
	write(t, dir+"/mail.log", gz(t, "a\ntorn"))
	wantLines(t, replay(t, s, dir), []string{"a", "torn"})
	dir = t.TempDir()
	s = store{}
	write(t, dir+"/mail.log", "a\ntorn")
	wantLines(t, replay(t, s, dir), []string{"a"})
	if err := os.Rename(dir+"/mail.log", dir+"/mail.log.1"); err != nil {
		t.Fatal(err)
	}
	write(t, dir+"/mail.log", "b\n")
	wantLines(t, replay(t, s, dir), []string{"torn", "b"})
	wantLines(t, replay(t, s, dir), nil)
}

func TestLinesOfEveryLength(t *testing.T) {
	const limit = 1000
	for _, ending := range []string{"\n", "\r\n"} {
		for _, n := range []int{0, 1, limit - 1, limit, limit + 1, 2 * limit, block - 1, block, block + 1, 3*block + 17} {
			long := strings.Repeat("y", n)
			path := write(t, filepath.Join(t.TempDir(), "log"), "before"+ending+long+ending+"after"+ending)
			s := store{}
			var lines []sources.Line
			sets, _ := Discover([]string{path})
			r := Open(sets[0], Options{MaxLine: limit})
			for r.Next(func(l sources.Line) { l.Data = bytes.Clone(l.Data); lines = append(lines, l) }) != Idle {
				s.save(t, r)
			}
			s.save(t, r)
			if len(lines) != 3 || string(lines[1].Data) != long[:min(n, limit)] || string(lines[2].Data) != "after" {
				t.Fatalf("%d bytes and %q: got %d lines", n, ending, len(lines))
			}
			if at := int64(len("before") + n + 2*len(ending)); lines[2].Offset != at {
				t.Errorf("%d bytes and %q: the third line is at %d, want %d", n, ending, lines[2].Offset, at)
			}
			wantCut := uint64(0)
			if n > limit {
				wantCut = 1
			}
			if got := r.Counts().Cut; got != wantCut {
				t.Errorf("%d bytes and %q: %d cut, want %d", n, ending, got, wantCut)
			}
			appendTo(t, path, "more"+ending)
			got, _ := replayOptions(t, s, Options{MaxLine: limit}, path)
			wantLines(t, got, []string{"more"})
		}
	}
}

func TestEveryByteSurvives(t *testing.T) {
	var b []byte
	for i := range 256 {
		if i != '\n' {
			b = append(b, byte(i))
		}
	}
	want := []string{string(b), "\x00\x00", "", "\xff\xfe"}
	wantLines(t, replay(t, store{}, write(t, filepath.Join(t.TempDir(), "log"), text(want))), want)
}

func TestHugeFileWithoutALineEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(256 << 20); err != nil { // all zeros, on no disk
		t.Fatal(err)
	}
	sets, _ := Discover([]string{path})
	r := newFiles(sets[0], Options{}.withDefaults())
	for r.Next(func(sources.Line) { t.Error("a line") }) != Idle {
	}
	if c := r.Counts(); c.Torn != 1 || c.Lines != 0 {
		t.Errorf("counts: %+v", c)
	}
	if len(r.lines.buf) > 2*defaultMaxLine {
		t.Errorf("buffer of %d bytes", len(r.lines.buf))
	}
}

func TestTwoFilesThatBeginAlike(t *testing.T) {
	header := strings.Repeat("a header that is longer than the head\n", 40)
	dir := t.TempDir()
	write(t, dir+"/mail.log.1", header+text(numbered(0, 10)))
	write(t, dir+"/mail.log", header+text(numbered(10, 30)))
	s := store{}
	if got := replay(t, s, dir); len(got) != 110 {
		t.Errorf("%d lines, want all 110", len(got))
	}
	wantLines(t, replay(t, s, dir), nil)
}

func TestProblemsNameTheFileAndOthersGoOn(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/good.log", "good\n")
	write(t, dir+"/journal.log", "LPKSHHRH and so on")
	write(t, dir+"/cut.gz", gz(t, text(numbered(0, 5000)))[:4000])
	got, problems := replayOptions(t, store{}, Options{}, dir)
	if !slices.Contains(got, "good") {
		t.Error("the good file was not read")
	}
	if len(problems) != 2 || !strings.Contains(problems[0].Error(), dir+"/cut.gz") || !strings.Contains(problems[1].Error(), "journalctl") {
		t.Errorf("problems: %v", problems)
	}
}

func TestACutArchiveIsReadOnWhenItIsWhole(t *testing.T) {
	want := numbered(0, 20000)
	for name, compress := range compressors() {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			whole := compress(t, text(want))
			path := write(t, dir+"/mail.log."+name, whole[:len(whole)*2/3])
			s := store{}
			got, problems := replayOptions(t, s, Options{}, path)
			if len(problems) != 1 {
				t.Errorf("problems: %v", problems)
			}
			write(t, path, whole)
			wantLines(t, append(got, replay(t, s, path)...), want)
		})
	}
}

func TestADamagedPositionIsRefused(t *testing.T) {
	s := store{}
	replay(t, s, write(t, filepath.Join(t.TempDir(), "log"), "a\n"))
	for k, v := range s {
		for i := range v {
			r := Open(Set{Path: "/x"}, Options{})
			_ = r.Load([]byte(k), v[:i]) // no panic
		}
		if err := Open(Set{Path: "/x"}, Options{}).Load([]byte(k), append([]byte{99}, v[1:]...)); err == nil {
			t.Error("a position of a newer version was taken")
		}
	}
}

func BenchmarkLines(b *testing.B) {
	path := filepath.Join(b.TempDir(), "mail.log")
	line := "Nov 21 23:20:20 mx1 postfix/smtp[1234]: 4XyZ1234567: to=<somebody@example.com>, relay=mx.example.com[192.0.2.1]:25, delay=0.5, dsn=2.0.0, status=sent (250 ok)\n"
	if err := os.WriteFile(path, bytes.Repeat([]byte(line), 1_000_000), 0o600); err != nil {
		b.Fatal(err)
	}
	sets, err := Discover([]string{path})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(line)) * 1_000_000)
	n := 0
	for b.Loop() {
		r := Open(sets[0], Options{})
		for r.Next(func(sources.Line) { n++ }) != Idle {
		}
		_ = r.Close()
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds()/1e6, "Mlines/s")
}
