package tail

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"mailfate/sources"
)

// TestSegments follows a directory in which each file has the time of its
// beginning for a name, as KumoMTA writes them: zstd all along, each growing until
// the next one is there.
func TestSegments(t *testing.T) {
	dir := t.TempDir()
	var packed bytes.Buffer
	enc, err := zstd.NewWriter(&packed)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, lines string, whole bool) {
		t.Helper()
		if _, err := enc.Write([]byte(lines)); err != nil {
			t.Fatal(err)
		}
		if whole {
			err = enc.Close()
		} else {
			err = enc.Flush()
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), packed.Bytes(), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		if whole {
			packed.Reset()
			enc.Reset(&packed)
		}
	}
	write("20261120-235950", "a\nb\n", true)
	write("20261121-000010.zst", "c\n", true)
	write("20261121-000010_recv", "other\n", true)
	sets, err := Discover([]string{dir})
	if err != nil || len(sets) != 2 || len(sets[0].Files) != 2 || filepath.Base(sets[0].Path) != segmentBase {
		t.Fatalf("sets %+v, %v", sets, err)
	}
	r := Open(sets[0], Options{Follow: true})
	defer func() { _ = r.Close() }()
	read := func(want ...string) {
		t.Helper()
		var got []string
		for r.Next(func(l sources.Line) { got = append(got, string(l.Data)) }) != Idle {
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
	read("a", "b", "c")
	write("20261121-000020", "d\ne", false)
	read("d")
	write("20261121-000020", "\nf\n", false)
	read("e", "f")
	write("20261121-000020", "g\n", true)
	write("20261121-000030", "h\n", false)
	read("g", "h")
}
