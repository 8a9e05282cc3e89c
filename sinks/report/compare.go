package report

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Before is the same question about the period of equal length before: of as many
// months, where it is by month.
func (q *Question) Before() Question {
	b := *q
	b.From, b.To, b.Compare = q.From.Add(q.From.Sub(q.To)), q.From, false
	if q.months || slices.Contains(q.By, "month") {
		b.From = q.From.AddDate(0, -steps("month", q.From, q.To), 0)
	}
	return b
}

// checkCompare says why a period is not compared: part of a week or month would be set
// beside another part.
func (q *Question) checkCompare() error {
	if q.From.IsZero() || q.To.IsZero() {
		return errors.New("a period is compared with the one before if it is said when it begins and ends (from, to)")
	}
	for _, unit := range []string{"week", "month"} {
		if slices.Contains(q.By, unit) && (!q.From.Equal(begins(unit, q.From)) || !q.To.Equal(begins(unit, q.To))) {
			return fmt.Errorf("by %s, whole ones are compared, from the first day of one to the last of another; a week begins on Monday", unit)
		}
	}
	if slices.Contains(q.By, "month") && slices.ContainsFunc(q.By, func(by string) bool { return by != "month" && slices.Contains(times, by) }) {
		return errors.New("months are compared by themselves, for they have not as many days: leave the other units of time out")
	}
	return nil
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

// shifted names the unit of time that lies in one period as another lies in one of equal
// length: the n-th for the n-th.
func shifted(unit, name string, from, to time.Time) (string, time.Time) {
	at, err := time.Parse(layouts[unit], name)
	if err != nil {
		return name, at
	}
	n := steps(unit, begins(unit, from), at)
	at = step(unit, begins(unit, to), n)
	return at.Format(layouts[unit]), at
}

// wordsBefore are the words of the row of the period before that a row is compared with.
func (q *Question) wordsBefore(words []string) []string {
	then := slices.Clone(words)
	for i, by := range q.By[:min(len(q.By), len(then))] {
		if slices.Contains(times, by) {
			then[i], _ = shifted(by, then[i], q.From, q.Before().From)
		}
	}
	return then
}

// wordsNow are the words of the row that one of the period before is compared with; a
// period of hours may lie in fewer days than the one before.
func (q *Question) wordsNow(then []string) (words []string, ok bool) {
	words = slices.Clone(then)
	for i, by := range q.By[:min(len(q.By), len(words))] {
		if slices.Contains(times, by) {
			var at time.Time
			if words[i], at = shifted(by, words[i], q.Before().From, q.From); !at.Before(q.To) {
				return nil, false
			}
		}
	}
	return words, true
}

// Groups are what the rows of the period before are broken down by that are compared
// with the table's: of each row its dimensions.
func (t *Table) Groups() [][]string {
	groups := make([][]string, 0, len(t.Rows))
	for _, row := range t.Rows {
		groups = append(groups, t.Question.wordsBefore(t.words(row)[:len(t.Question.By)]))
	}
	return groups
}

// Compare puts beside each number what it was in the period before. Of a group of which
// there was nothing in one of the periods the counts are 0, and what is counted of
// nothing, a rate or a time, is nil. Groups that are gone come last, unless the table has
// no room for all that there are now.
func (t *Table) Compare(then *Table) {
	now, was := newSide(t), newSide(then)
	columns := slices.Clone(t.Columns[:t.Words])
	for _, name := range t.Columns[t.Words:] {
		columns = append(columns, name, name+before)
	}
	told := make(map[string]bool, len(t.Rows))
	beside := func(words, wordsThen []string) []any {
		told[key(wordsThen)] = true
		row := make([]any, 0, len(columns))
		for _, w := range words {
			row = append(row, w)
		}
		old := was.numbers(wordsThen)
		for i, n := range now.numbers(words) {
			row = append(row, n, old[i])
		}
		return row
	}
	for i, row := range t.Rows {
		words := t.words(row)
		t.Rows[i] = beside(words, t.Question.wordsBefore(words))
	}
	for _, row := range then.Rows {
		wordsThen := then.words(row)
		words, ok := t.Question.wordsNow(wordsThen)
		if ok && !t.More && !told[key(wordsThen)] {
			t.Rows = append(t.Rows, beside(words, wordsThen))
		}
	}
	t.Columns = columns
}

// words are the words of a row.
func (t *Table) words(row []any) []string {
	words := make([]string, t.Words)
	for i := range words {
		words[i], _ = row[i].(string)
	}
	return words
}

func key(words []string) string { return strings.Join(words, "\x00") }

// side is one of two tables that are compared.
type side struct {
	question *Question
	columns  []string         // of numbers
	rows     map[string][]any // numbers, by words
	wholes   map[string][]any // numbers of one row of many, by the words of what they are shares of
}

func newSide(t *Table) side {
	s := side{&t.Question, slices.Clone(t.Columns[t.Words:]), map[string][]any{}, map[string][]any{}}
	for _, row := range t.Rows {
		words := t.words(row)
		s.rows[key(words)], s.wholes[s.whole(words)] = row[t.Words:], row[t.Words:]
	}
	return s
}

// whole is what a row is a share of, where it is of a reason or a status.
func (s *side) whole(words []string) string {
	var of []string
	for i, by := range s.question.By[:min(len(s.question.By), len(words))] {
		if !IsReason(by) {
			of = append(of, words[i])
		}
	}
	return key(of)
}

// numbers are those of a row, or of one that is not there.
func (s *side) numbers(words []string) []any {
	row, there := s.rows[key(words)]
	whole := s.wholes[s.whole(words)]
	if !there {
		row = make([]any, len(s.columns))
	}
	all := make([]any, len(s.columns))
	for i, name := range s.columns {
		kind, of := number(name)
		_, of, _ = strings.Cut(of, " ÷ ")
		switch at := slices.Index(s.columns, of); {
		case there && (at < 0 || row[at] != uint64(0)):
			all[i] = row[i]
		case there || kind == KindMilliseconds:
			// of nothing it is unknown
		case kind == KindCount:
			all[i] = uint64(0)
			if name == "ended" && whole != nil {
				all[i] = whole[i] // all reasons have the same
			}
		case whole != nil && (at < 0 || whole[at] != uint64(0)):
			all[i] = 0.0
		}
	}
	return all
}
