package stray_test

import (
	"bytes"
	"strings"
	"testing"

	"mailfate/sources"
	"mailfate/sources/stray"
)

// knows takes lines that begin with a type's name for that type's.
func knows(sample []byte) (types []string) {
	for _, t := range []string{"exim", "sendmail"} {
		if bytes.HasPrefix(sample, []byte(t)) || bytes.Contains(sample, []byte("\n"+t)) {
			types = append(types, t)
		}
	}
	return types
}

func take(l *stray.Lines, outcome sources.Outcome, rule, text string, times int) {
	for range times {
		l.Take(sources.Line{Data: []byte(text)}, sources.Result{Outcome: outcome, Rule: rule})
	}
}

func TestWarning(t *testing.T) {
	l := stray.New(knows)
	take(l, sources.Events, "", "exim", 9)
	take(l, sources.Ignored, "startup", "exim", 9)
	take(l, sources.Ignored, "not_postfix", "sshd", 3)
	if w := l.Warning("postfix", "m", 21); w != "" {
		t.Errorf("warns of what is nobody's: %s", w)
	}
	take(l, sources.Ignored, "not_postfix", "sendmail", 9)
	take(l, sources.Unparsed, "", "exim", 1)
	want := "13 of 31 lines are not of type postfix; they look like exim and sendmail: name the file again as exim:m sendmail:m"
	if w := l.Warning("postfix", "m", 31); w != want {
		t.Errorf("got  %s\nwant %s", w, want)
	}
}

// TestBounds has another program's line come after much that is nobody's.
func TestBounds(t *testing.T) {
	for before, found := range map[int]bool{10_000: true, 100_000: false} {
		looks, most := 0, 0
		l := stray.New(func(sample []byte) []string {
			looks, most = looks+1, max(most, len(sample))
			return knows(sample)
		})
		take(l, sources.Ignored, "not_postfix", strings.Repeat("x", 90), before)
		take(l, sources.Ignored, "not_postfix", strings.Repeat("x", 1<<20), 1)
		take(l, sources.Ignored, "not_postfix", "exim", 1)
		if got := l.Warning("postfix", "m", 1) != ""; got != found {
			t.Errorf("after %d lines: found %v", before, got)
		}
		if looks > 17 || most > 64<<10 {
			t.Errorf("after %d lines: looked %d times, at up to %d bytes", before, looks, most)
		}
	}
}

// TestNoMemory counts without looking.
func TestNoMemory(t *testing.T) {
	l := stray.New(nil)
	if n := testing.AllocsPerRun(10, func() { take(l, sources.Ignored, "not_postfix", "", 10) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
	if w := l.Warning("arf", "m", 10); w != "" {
		t.Error(w)
	}
}

func TestFruitless(t *testing.T) {
	if w := stray.Fruitless("exim", "m", 12, 0); !strings.Contains(w, "none of 12 lines") {
		t.Errorf("%q", w)
	}
	if w := stray.Fruitless("exim", "m", 12, 1) + stray.Fruitless("exim", "m", 0, 0); w != "" {
		t.Error(w)
	}
}
