package publish

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"mailfate/sources/tail"
)

// ailing is a reader with problems.
type ailing struct {
	tail.Reader
	problems []error
}

func (a *ailing) Problems() []error { return a.problems }

func unreadable(path, why string) error {
	return &tail.FileError{Op: "read", Path: path, Err: errors.New(why)}
}

// TestProblemsAreTold has files become unreadable and readable, while hours pass.
func TestProblemsAreTold(t *testing.T) {
	var log bytes.Buffer
	now := epoch
	r := &ailing{}
	b := newBench(t)
	b.set = func(o *Options) {
		r.Reader, o.Reader = o.Reader, r
		o.Logger, o.Now = slog.New(slog.NewTextHandler(&log, nil)), func() time.Time { return now }
	}
	s := b.stream()
	var many []error
	for n := range 100 {
		many = append(many, unreadable(fmt.Sprint("/", n), "gone bad"))
	}
	a, other := unreadable("/a", "it is locked"), unreadable("/a", "port 4711 is shut")
	for n, step := range []struct {
		after    time.Duration
		problems []error
		want     string // in what is told; "": nothing is
		lines    int
	}{
		{0, nil, "", 0},
		{time.Second, []error{a}, "level=WARN", 1},
		{time.Second, []error{a}, "", 0},
		{time.Second, []error{other}, "", 0},
		{time.Minute, []error{other}, "4711", 1},
		{time.Hour, []error{other}, "4711", 1},
		{time.Second, nil, "no longer", 1},
		{time.Second, []error{a}, "", 0}, // it comes and goes
		{time.Second, nil, "", 0},
		{time.Second, []error{a}, "", 0},
		{time.Minute, []error{a}, "locked", 1},
		{time.Minute, []error{a, other}, "locked; read /a: port", 1},
		{time.Minute, []error{a, other}, "", 0},
		{time.Second, many, "problems=90", maxTold + 2},
		{time.Second, nil, "problems=90", maxTold + 1},
		{time.Hour, nil, "", 0},
	} {
		now = now.Add(step.after)
		r.problems = step.problems
		log.Reset()
		s.warnOfProblems()
		told := log.String()
		if strings.Count(told, "\n") != step.lines || !strings.Contains(told, step.want) {
			t.Errorf("step %d: %q is told, want %d lines with %q", n, told, step.lines, step.want)
		}
		if got := s.Stats().Problems; got != uint64(len(step.problems)) {
			t.Errorf("step %d: %d problems", n, got)
		}
	}
	if len(s.troubles) > 0 {
		t.Errorf("%d troubles are remembered", len(s.troubles))
	}
}
