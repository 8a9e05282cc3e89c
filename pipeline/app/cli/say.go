package cli

import (
	"slices"
	"strings"
)

// says is an error's text. What fails tells all that depend on it, and each of them
// reports it, with or without what it was about: of errors that end alike only the
// one that says most is told.
func says(err error) string {
	var lines []string
	for line := range strings.Lines(err.Error()) {
		line = strings.TrimSuffix(line, "\n")
		told := func(other string) bool { return strings.HasSuffix(other, line) }
		if slices.ContainsFunc(lines, told) {
			continue
		}
		lines = slices.DeleteFunc(lines, func(other string) bool { return strings.HasSuffix(line, other) })
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
