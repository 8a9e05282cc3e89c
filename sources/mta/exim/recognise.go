package exim

import (
	"bytes"

	"mailfate/sources/mta"
	"mailfate/sources/mta/scan"
)

// Recognises reports whether a sample from the beginning of a file holds a line of
// Exim's main log, or one of Exim's in the log of syslog. The last line of the
// sample may be cut.
func Recognises(sample []byte) bool {
	p := New(Options{})
	return mta.AnyLine(sample, func(line []byte) bool {
		if p.rec.split(&p.clock, line) {
			return p.rec.typical()
		}
		return p.log.Split(&p.clock, line) && scan.Begins(p.log.Tag, "exim")
	})
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
