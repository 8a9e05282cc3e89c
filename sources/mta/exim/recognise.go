package exim

import (
	"bytes"

	"mailfate/sources/mta/scan"
)

// Recognises reports whether a sample from the beginning of a file holds a line of
// Exim's main log, or one of Exim's in the log of syslog. The last line of the
// sample may be cut.
func Recognises(sample []byte) bool {
	p := New(Options{})
	for len(sample) > 0 {
		line := sample
		if i := bytes.IndexByte(sample, '\n'); i >= 0 {
			line, sample = sample[:i], sample[i+1:]
		} else {
			sample = nil
		}
		if p.rec.split(&p.clock, line) {
			if p.rec.typical() {
				return true
			}
		} else if p.log.Split(&p.clock, line) && scan.Begins(p.log.Tag, "exim") {
			return true
		}
	}
	return false
}

// typical reports whether no other program would write the line.
func (r *record) typical() bool {
	s := r.text
	if r.id != nil {
		return len(s) > 3 && s[2] == ' ' && bytes.Contains([]byte("<= => -> >> ** =="), s[:2]) || completed(s)
	}
	return marks.match(s) != ""
}

// marks are lines without a message id that begin many logs.
var marks = newPhrases([]phrase{
	{"Start queue run: pid=", RuleDaemon},
	{"End queue run: pid=", RuleDaemon},
	{"exim 4.", RuleDaemon},
	{"H=(", RuleConnection},
	{"H=[", RuleConnection},
}...)
