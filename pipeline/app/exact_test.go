package app

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const recorded = "../../testdata/replay"

// TestSameDigest replays the recorded set in ways that must not matter.
func TestSameDigest(t *testing.T) {
	dir := t.TempDir()
	want := replay(t, Options{Dir: dir}, 0, recorded).Digest
	if want == "" {
		t.Fatal("no digest")
	}
	t.Run("again on the same data", func(t *testing.T) {
		if got := replay(t, Options{Dir: dir}, 0, recorded); got.Digest != want {
			t.Errorf("digest %s, want %s", got.Digest, want)
		}
	})
	t.Run("copied, compressed and renamed", func(t *testing.T) {
		if got := replay(t, Options{Dir: dir}, 0, renamed(t)); got.Digest != want {
			t.Errorf("digest %s, want %s", got.Digest, want)
		}
	})
	for _, part := range []string{"clickhouse", "kafka", "state"} {
		t.Run("after "+part+" was lost", func(t *testing.T) {
			if err := os.RemoveAll(filepath.Join(dir, part)); err != nil {
				t.Fatal(err)
			}
			if got := replay(t, Options{Dir: dir}, 0, recorded); got.Digest != want {
				t.Errorf("%d messages, digest %s, want %s", got.Messages, got.Digest, want)
			}
		})
	}
	for _, partitions := range []int{1, 3, 8} {
		t.Run(fmt.Sprintf("on %d partitions", partitions), func(t *testing.T) {
			got := replay(t, Options{Dir: t.TempDir(), Partitions: partitions}, 0, recorded)
			if got.Digest != want {
				t.Errorf("digest %s, want %s", got.Digest, want)
			}
		})
	}
	t.Run("file by file, the reader's side first", func(t *testing.T) {
		dir := t.TempDir()
		var got string
		for _, name := range []string{"access.log", "reports", "access.json", "mail.log", "platform.ndjson"} {
			got = replay(t, Options{Dir: dir}, 0, filepath.Join(recorded, name)).Digest
		}
		if got != want {
			t.Errorf("digest %s, want %s", got, want)
		}
	})
}

// renamed makes copies of the recorded set under other names, some compressed.
func renamed(t *testing.T) string {
	t.Helper()
	to := t.TempDir()
	err := filepath.WalkDir(recorded, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(recorded, path)
		if err != nil {
			return err
		}
		if strings.HasPrefix(rel, "reports") {
			rel = filepath.Join("mailbox", strings.TrimPrefix(rel, "reports"))
		} else {
			rel = "other-" + rel + ".txt"
		}
		return copyFile(filepath.Join(to, rel), path, strings.Contains(rel, "mail.log"))
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func copyFile(to, from string, compress bool) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if !compress {
		_, err = io.Copy(out, in)
		return err
	}
	z := gzip.NewWriter(out)
	_, err = io.Copy(z, in)
	return errors.Join(err, z.Close())
}
