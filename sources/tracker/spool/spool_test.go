package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"mailfate/sources"
	"mailfate/sources/tail"
)

func open(t *testing.T, o Options) *Spool {
	t.Helper()
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if !s.closed {
			_ = s.Close()
		}
	})
	return s
}

func add(t *testing.T, s *Spool, line string) {
	t.Helper()
	c, err := s.Append([]byte(line))
	if err == nil {
		err = c.Wait()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// content returns the lines of all segments, read as the stream that they are.
func content(t *testing.T, dir string) (lines []string) {
	t.Helper()
	r := tail.Open(tail.Segments(dir, Ending), tail.Options{})
	defer r.Close()
	for r.Next(func(l sources.Line) { lines = append(lines, string(l.Data)) }) != tail.Idle {
	}
	if p := r.Problems(); len(p) > 0 {
		t.Fatal(p)
	}
	return lines
}

func TestStarts(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 11, 20, 23, 59, 59, 0, time.UTC)
	o := Options{Dir: dir, Now: func() time.Time { return now }}
	for i := range 4 {
		s := open(t, o)
		if i != 2 {
			add(t, s, fmt.Sprint("line ", i))
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Append([]byte("late")); err == nil {
			t.Error("a closed spool takes lines")
		}
		now = now.Add(-time.Hour) // a clock that is set back
	}
	want := []string{"line 0", "line 1", "line 3"}
	if got := content(t, dir); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 3 {
		t.Errorf("an empty segment stays: %q", left)
	}
}

// TestGroups appends from many goroutines while segments end.
func TestGroups(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Options{Dir: dir, SegmentBytes: 2000})
	var all sync.WaitGroup
	var want []string
	for i := range 20 {
		for j := range 20 {
			want = append(want, fmt.Sprintf("%02d %02d %s", i, j, strings.Repeat("x", j)))
		}
		mine := want[20*i:]
		all.Go(func() {
			for _, line := range mine {
				add(t, s, line)
			}
		})
	}
	all.Wait()
	got := content(t, dir)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%d lines, want %d", len(got), len(want))
	}
	if segments, _ := s.segments(); len(segments) < 3 {
		t.Errorf("%d segments", len(segments))
	}
}

// broken is a file on a disk that refuses.
type broken struct {
	file
	room int   // bytes that are still written
	sync error // what Sync says
}

func (b *broken) Write(p []byte) (int, error) {
	if len(p) <= b.room {
		b.room -= len(p)
		return b.file.Write(p)
	}
	n, _ := b.file.Write(p[:b.room])
	b.room = 0
	return n, syscall.ENOSPC
}

func (b *broken) Sync() error { return errors.Join(b.sync, b.file.Sync()) }

func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Options{Dir: dir})
	disk := &broken{file: s.out, room: 8}
	s.mu.Lock()
	s.out = disk
	s.mu.Unlock()
	add(t, s, "first")
	for range 3 {
		if _, err := s.Append([]byte("second")); !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}
	disk.room = 1000
	add(t, s, "third")
	add(t, s, "fourth")
	if want := []string{"first", "se", "third", "fourth"}; !slices.Equal(content(t, dir), want) {
		t.Errorf("%q, want %q", content(t, dir), want)
	}
	if got := s.Stats(); got.Lost != 3 || got.Bytes != 6+2+7+7 {
		t.Errorf("%+v", got)
	}
}

func TestFlushFails(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Options{Dir: dir})
	s.mu.Lock()
	s.out = &broken{file: s.out, room: 1000, sync: syscall.EIO}
	before := s.name
	s.mu.Unlock()
	c, err := s.Append([]byte("doubtful"))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); !errors.Is(err, syscall.EIO) {
		t.Fatal(err)
	}
	for { // until it has another segment
		s.mu.Lock()
		next := s.name != before
		s.mu.Unlock()
		if next {
			break
		}
	}
	add(t, s, "good")
	if lost := s.Stats().Lost; lost != 1 {
		t.Errorf("%d lines lost", lost)
	}
}

func TestBounded(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Options{Dir: dir, MaxBytes: 25})
	add(t, s, "123456789")
	add(t, s, "123456789")
	if _, err := s.Append([]byte("123456789")); !errors.Is(err, ErrFull) {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, Options{Dir: dir, MaxBytes: 25})
	if _, err := s.Append([]byte("123456789")); !errors.Is(err, ErrFull) {
		t.Fatal(err)
	}
	none := func(Segment) bool { return false }
	if err := s.Tidy(0, none); err != nil || s.Stats().Bytes != 20 {
		t.Errorf("%+v, %v", s.Stats(), err)
	}
	if err := s.Tidy(time.Hour, func(seg Segment) bool { return seg.Size == 20 }); err != nil || s.Stats().Bytes != 0 {
		t.Errorf("%+v, %v", s.Stats(), err)
	}
	add(t, s, "123456789")
	all := func(Segment) bool { return true }
	if err := s.Tidy(0, all); err != nil || len(content(t, dir)) != 1 {
		t.Errorf("the segment that is written to is gone: %v", err)
	}
}

// TestReadWholly holds what tail says of a segment's end against its size, also where
// a crash has torn its last line.
func TestReadWholly(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "20261120-000000"+Ending)
	if err := os.WriteFile(name, []byte("whole\ntorn"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, Options{Dir: dir})
	add(t, s, "next")
	r := tail.Open(tail.Segments(dir, Ending), tail.Options{Follow: true, Grace: time.Nanosecond, Poll: time.Millisecond})
	defer r.Close()
	var lines []string
	for len(lines) < 3 {
		if r.Next(func(l sources.Line) { lines = append(lines, string(l.Data)) }) == tail.Idle {
			if err := r.Wait(t.Context(), time.Millisecond); err != nil {
				t.Fatal(err, lines)
			}
		}
	}
	marks := map[string]int64{}
	err := r.Changes(func(key, value []byte) error {
		m, err := tail.ReadMark(key, value)
		marks[m.Path] = m.Offset
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	read := func(seg Segment) bool { return marks[seg.Path] == seg.Size }
	if err := s.Tidy(0, read); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a segment that was read stays: %v, read %v, lines %q", err, marks, lines)
	}
}

func TestForeignFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"README", "20261120-000000.txt", "20269999-000000" + Ending} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, Options{Dir: dir})
	if err := s.Tidy(0, func(Segment) bool { return true }); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 4 {
		t.Errorf("%q", left)
	}
}

func BenchmarkAppend(b *testing.B) {
	s, err := Open(Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	line := []byte(strings.Repeat("x", 400))
	b.Run("file", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := s.Append(line); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
	b.Run("disk", func(b *testing.B) {
		b.SetParallelism(64)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if c, err := s.Append(line); err != nil || c.Wait() != nil {
					b.Fatal(err)
				}
			}
		})
	})
}
