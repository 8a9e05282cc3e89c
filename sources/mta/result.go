package mta

import "mailfate/sources"

// What a reader says of a line.
var (
	Events   = sources.Result{Outcome: sources.Events}
	Context  = sources.Result{Outcome: sources.Context}
	Unparsed = sources.Result{Outcome: sources.Unparsed}
)

// Ignored is said of a line that is of no interest by a rule.
func Ignored(rule string) sources.Result {
	return sources.Result{Outcome: sources.Ignored, Rule: rule}
}

// Malformed is Unparsed, with what is wrong with the line.
func Malformed(rule string) sources.Result {
	return sources.Result{Outcome: sources.Unparsed, Rule: rule}
}

// RepeatedTooOften is what is wrong with a line that stands for more identical lines
// than are taken in; see syslog.MaxRepeats.
const RepeatedTooOften = "repeated_too_often"
