package config

import (
	"errors"
	"fmt"
	"strings"
)

// maxProblems is how many problems of one file are told.
const maxProblems = 20

// Error is one thing that is wrong with a configuration. Load, Parse, Validate,
// Secret.Read and TLS.Client return no other errors than these, alone or joined.
type Error struct {
	File    string // "" when the configuration is not from a file
	Line    int    // 0 when the problem is in no line
	Key     string // such as kafka.brokers[1]; "" when the problem is in no key
	Problem string
	Hint    string // the remedy, may be empty
	Err     error  // the cause, may be nil
}

// Error names file, line, key, problem and remedy.
func (e *Error) Error() string {
	var b strings.Builder
	switch {
	case e.File != "" && e.Line > 0:
		fmt.Fprintf(&b, "%s:%d: ", e.File, e.Line)
	case e.File != "":
		b.WriteString(e.File + ": ")
	}
	if e.Key != "" {
		b.WriteString(e.Key + ": ")
	}
	b.WriteString(e.Problem)
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// problems collects what is wrong with one configuration.
type problems struct {
	file  string
	lines map[string]int  // by key
	told  map[string]bool // keys of which something was told
	all   []error
	left  int // not told
}

func newProblems(file string) *problems {
	return &problems{file: file, lines: make(map[string]int), told: make(map[string]bool)}
}

// add takes in a problem; of one key only the first is told, for others follow
// from it.
func (p *problems) add(e *Error) {
	if e.Key != "" && p.told[e.Key] {
		return
	}
	p.told[e.Key] = true
	if len(p.all) == maxProblems {
		p.left++
		return
	}
	e.File = p.file
	if e.Line == 0 {
		e.Line = p.lineOf(e.Key)
	}
	p.all = append(p.all, e)
}

// report adds a problem with the value of a key.
func (p *problems) report(key, problem, hint string) {
	p.add(&Error{Key: key, Problem: problem, Hint: hint})
}

// lineOf finds the line of a key, or of the nearest section around it: a key
// that is missing is a problem of its section.
func (p *problems) lineOf(key string) int {
	for key != "" {
		if line, ok := p.lines[key]; ok {
			return line
		}
		key = key[:max(strings.LastIndexAny(key, ".["), 0)]
	}
	return 0
}

func (p *problems) err() error {
	if p.left > 0 {
		p.all = append(p.all, &Error{File: p.file, Problem: fmt.Sprintf("%d more problems", p.left)})
		p.left = 0
	}
	return errors.Join(p.all...)
}
