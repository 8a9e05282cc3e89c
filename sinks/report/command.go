package report

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// HTMLRows is how many rows of a table are told as HTML.
const HTMLRows = 1000

// Totals is the question after the figures of everything that a question is about.
func (q *Question) Totals() Question {
	all := *q
	all.months = slices.Contains(q.By, "month")
	all.By, all.Vocabulary, all.Limit = nil, nil, 1
	return all
}

// command asks the question again.
func (q *Question) command() string {
	args := []string{"mailfate", "report", q.Name, "--data", "DIR"}
	flag := func(name, value string) {
		if value != "" {
			args = append(args, "--"+name, quoted(value))
		}
	}
	flag("by", strings.Join(q.By, ","))
	flag("from", asked(q.From, false))
	flag("to", asked(q.To, true))
	flag("account", q.Account)
	if q.Vocabulary != nil {
		flag("vocabulary", q.Vocabulary.Name)
	}
	if q.Compare {
		args = append(args, "--compare")
	}
	if q.Limit > 0 && q.Limit != HTMLRows {
		flag("limit", fmt.Sprint(q.Limit))
	}
	return strings.Join(append(args, "--html"), " ")
}

// quoted is a word of a shell.
func quoted(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.,:@/+", r)
	}
	if strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// asked is a time as it is asked for: an end of a day is the day.
func asked(t time.Time, end bool) string {
	t = t.UTC()
	switch {
	case t.IsZero():
		return ""
	case t.Equal(begins("day", t)):
		if end {
			t = t.AddDate(0, 0, -1)
		}
		return t.Format(time.DateOnly)
	case t.Second() == 0 && t.Nanosecond() == 0:
		return t.Format("2006-01-02T15:04")
	}
	return t.Format(time.RFC3339Nano)
}

// timeLayouts are how a time is asked for that is no day.
var timeLayouts = []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02 15:04"}

// ParseTime reads a time as it is asked for, in UTC unless it says otherwise: of a day
// it is the beginning or, if end is set, the end.
func ParseTime(s string, end bool) (t time.Time, ok bool) {
	if day, err := time.Parse(time.DateOnly, s); err == nil {
		if end {
			day = day.AddDate(0, 0, 1)
		}
		return day, true
	}
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// period is what the question is about, for people.
func (q *Question) period() string {
	const layout = "2006-01-02 15:04"
	from, to := q.From.UTC(), q.To.UTC()
	days := from.Equal(begins("day", from)) && to.Equal(begins("day", to))
	switch {
	case q.From.IsZero() && q.To.IsZero():
		return "all that is kept"
	case q.To.IsZero():
		return "since " + from.Format(layout) + " UTC"
	case q.From.IsZero():
		return "before " + to.Format(layout) + " UTC"
	case days && to.Equal(from.AddDate(0, 0, 1)):
		return from.Format(time.DateOnly) + " (UTC)"
	case days:
		return from.Format(time.DateOnly) + " to " + to.AddDate(0, 0, -1).Format(time.DateOnly) + " (UTC)"
	}
	return from.Format(layout) + " to " + to.Format(layout) + " UTC"
}
