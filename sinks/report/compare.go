package report

import (
	"slices"
	"strings"
	"time"
)

// Before is the same question about the period of equal length before.
func (q *Question) Before() Question {
	b := *q
	b.From, b.To, b.Compare = q.From.Add(q.From.Sub(q.To)), q.From, false
	return b
}

// layouts are how a table writes each unit of time, and all of them in UTC.
var layouts = map[string]string{"hour": time.DateTime, "day": time.DateOnly, "week": time.DateOnly, "month": time.DateOnly}

// begins is when the unit of time begins in which t lies.
func begins(unit string, t time.Time) time.Time {
	t = t.UTC()
	switch day := t.Truncate(24 * time.Hour); unit { // UTC's days begin with zero time's
	case "hour":
		return t.Truncate(time.Hour)
	case "week":
		return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
	case "month":
		return day.AddDate(0, 0, 1-day.Day())
	default:
		return day
	}
}

// steps is how many units of time lie between the beginnings of two of them.
func steps(unit string, from, to time.Time) int {
	switch unit {
	case "month":
		return 12*(to.Year()-from.Year()) + int(to.Month()) - int(from.Month())
	case "week":
		return int(to.Sub(from) / (7 * 24 * time.Hour))
	case "hour":
		return int(to.Sub(from) / time.Hour)
	default:
		return int(to.Sub(from) / (24 * time.Hour))
	}
}

// step goes n units of time on.
func step(unit string, from time.Time, n int) time.Time {
	switch unit {
	case "month":
		return from.AddDate(0, n, 0)
	case "week":
		return from.AddDate(0, 0, 7*n)
	case "hour":
		return from.Add(time.Duration(n) * time.Hour)
	default:
		return from.AddDate(0, 0, n)
	}
}

// earlier names the unit of time of the period before that is compared with one of
// the question's: the n-th with the n-th.
func (q *Question) earlier(unit, name string) string {
	at, err := time.Parse(layouts[unit], name)
	if err != nil {
		return name
	}
	n := steps(unit, begins(unit, q.From), at)
	then := q.Before()
	return step(unit, begins(unit, then.From), n).Format(layouts[unit])
}

// wordsBefore are the words of the row of the period before that a row is compared with.
func (q *Question) wordsBefore(words []any) []string {
	then := make([]string, len(words))
	for i, w := range words {
		name, _ := w.(string)
		if i < len(q.By) && slices.Contains(times, q.By[i]) {
			name = q.earlier(q.By[i], name)
		}
		then[i] = name
	}
	return then
}

// Groups are what the rows of the period before are broken down by that are compared
// with the table's: of each row its dimensions.
func (t *Table) Groups() [][]string {
	groups := make([][]string, 0, len(t.Rows))
	for _, row := range t.Rows {
		groups = append(groups, t.Question.wordsBefore(row[:len(t.Question.By)]))
	}
	return groups
}

// Compare puts beside each number what it was in the period before. Its rows stay: a
// group of which there was nothing then has zeros, and one of which there is nothing
// now has no row.
func (t *Table) Compare(then *Table) {
	key := func(words []string) string { return strings.Join(words, "\x00") }
	rows := make(map[string][]any, len(then.Rows))
	for _, row := range then.Rows {
		words := make([]string, then.Words)
		for i := range words {
			words[i], _ = row[i].(string)
		}
		rows[key(words)] = row[then.Words:]
	}
	numbers := t.Columns[t.Words:]
	columns := slices.Clone(t.Columns[:t.Words])
	for _, name := range numbers {
		columns = append(columns, name, name+before)
	}
	for i, row := range t.Rows {
		was := rows[key(t.Question.wordsBefore(row[:t.Words]))]
		beside := slices.Clone(row[:t.Words])
		for j, now := range row[t.Words:] {
			beside = append(beside, now, valueOr(was, j, now))
		}
		t.Rows[i] = beside
	}
	t.Columns = columns
}

// valueOr is a number of a row, or zero of the kind that is given.
func valueOr(row []any, i int, kind any) any {
	if i < len(row) {
		return row[i]
	}
	if _, ok := kind.(float64); ok {
		return 0.0
	}
	return uint64(0)
}
