package publish

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"mailfate/sources"
	"mailfate/sources/stray"
)

// TestWarnings has lines come in that are not read, while an hour passes.
func TestWarnings(t *testing.T) {
	var log bytes.Buffer
	now := time.UnixMilli(0)
	s := newBench(t).stream()
	s.opts.Logger, s.opts.Now, s.opts.Type, s.opts.Path = slog.New(slog.NewTextHandler(&log, nil)), func() time.Time { return now }, "postfix", "m"
	s.strays = stray.New(func(sample []byte) []string {
		if bytes.Contains(sample, []byte("exim")) {
			return []string{"exim"}
		}
		return nil
	})
	for _, step := range []struct {
		after time.Duration
		line  string
		want  string // in the one line that is told; "": nothing is
	}{
		{0, "first 1", "first"},
		{time.Second, "second 1", ""}, // too soon
		{time.Minute, "second 2", "lines=2 "},
		{time.Hour, "second 3", ""}, // known
		{time.Hour, "", ""},
		{time.Hour, "exim", "shape=exim"},
	} {
		now = now.Add(step.after)
		if line := (sources.Line{Data: []byte(step.line)}); step.line != "" {
			s.shapes.Count(line, 1)
			if step.line == "exim" {
				s.strays.Take(line, sources.Result{Outcome: sources.Unparsed})
			}
		}
		log.Reset()
		s.warnOfMore()
		told := log.String()
		if step.want == "" && told != "" || !strings.Contains(told, step.want) {
			t.Errorf("after %q: %q is told, want %q", step.line, told, step.want)
		}
		if step.line == "exim" && !strings.Contains(told, "exim:m") {
			t.Errorf("the other type is not told: %q", told)
		}
	}
	log.Reset()
	now = now.Add(time.Hour)
	if s.warnOfMore(); log.Len() > 0 {
		t.Errorf("told twice: %s", log.String())
	}
}
