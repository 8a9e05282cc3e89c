package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func wrote(s string, err error) func(io.Writer) error {
	return func(w io.Writer) error {
		_, writeErr := io.WriteString(w, s)
		return errors.Join(writeErr, err)
	}
}

// A file is written as a whole, through a link too, or is as it was.
func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "report"), filepath.Join(dir, "link")
	holds := func(want string) {
		t.Helper()
		if got, err := os.ReadFile(file); err != nil || string(got) != want {
			t.Errorf("the file holds %q (%v), want %q", got, err, want)
		}
	}
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(file, wrote("one", nil)); err != nil {
		t.Fatal(err)
	}
	holds("one")
	if err := writeFile(link, wrote("two", nil)); err != nil {
		t.Fatal(err)
	}
	holds("two")
	failed := errors.New("it broke")
	if err := writeFile(file, wrote("thr", failed)); !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
	holds("two")
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
	if err := writeFile(filepath.Join(dir, "missing", "report"), wrote("x", nil)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if err := writeFile(os.DevNull, wrote("x", nil)); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Errorf("%s is a file now (%v)", os.DevNull, err)
	}
}

// Whoever named a file is told of that one, and not of the one beside it.
func TestOutputNamesTheFileThatWasAsked(t *testing.T) {
	dir := t.TempDir()
	closed := func(w io.Writer) error { // as a full disk, for the writer
		_ = w.(unnamed).file.Close()
		_, err := w.Write([]byte("x"))
		return err
	}
	for path, write := range map[string]func(io.Writer) error{
		filepath.Join(dir, "missing", "report"): wrote("x", nil),
		filepath.Join(dir, "report"):            closed,
	} {
		err := (&env{}).output(path, write)
		if err == nil || strings.Count(err.Error(), path) != 1 || strings.Contains(err.Error(), ".part") {
			t.Errorf("%s: %v", path, err)
		}
	}
}
