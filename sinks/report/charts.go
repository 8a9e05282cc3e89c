package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// maxBars is how many rows are drawn.
	maxBars = 20
	// maxLines is how many lines a chart has, so that they can be told apart.
	maxLines = 6
	// nameGap stands between the words of a row that are one name together.
	nameGap = " · "
)

// series is what becomes a line.
type series struct {
	name   string
	column int
	rows   [][]any
}

// charts draws the table: over time, if time comes first, as lines; else its first
// rows as bars. What has one row and no name but a time is told by its figures.
func (t *Table) charts(d drawing) []chart {
	if t.Words == 0 || len(t.Rows) == 0 {
		return nil
	}
	if s, ok := t.span(); ok {
		if s.from.Before(s.to) {
			return t.overTime(s, d.lines)
		}
		if t.Words == 1 {
			return nil
		}
	}
	var drawn []chart
	for _, column := range d.bars {
		if i := slices.Index(t.Columns, column); i >= t.Words {
			drawn = append(drawn, t.barChart(i))
		}
	}
	return drawn
}

func (t *Table) barChart(column int) chart {
	kind, _ := number(t.Columns[column])
	rows := t.Rows[:min(len(t.Rows), maxBars)]
	values := make([]value, 0, len(rows))
	for _, row := range rows {
		values = append(values, value{t.name(row, 0), numeral(row[column]), figure(kind, row[column])})
	}
	c := chart{Title: title(words(t.Columns[column]))}
	c.Bars, c.Height = bars(kind, values)
	if more := len(t.Rows) - len(rows); more > 0 || t.More {
		c.Caption = fmt.Sprintf("the first %d rows of the table", len(rows))
	}
	c.Desc = fmt.Sprintf("Bars of the %s of %d rows; the first is %s with %s.", words(t.Columns[column]), len(rows), values[0].name, values[0].text)
	return c
}

// name is what a row is about, from its n-th word on.
func (t *Table) name(row []any, n int) string {
	parts := make([]string, 0, t.Words)
	for _, w := range row[n:t.Words] {
		parts = append(parts, shown(w))
	}
	return strings.Join(parts, nameGap)
}

// span is what the rows are told of, if they are broken down by time first.
func (t *Table) span() (s span, ok bool) {
	if s.unit = t.Columns[0]; !slices.Contains(times, s.unit) {
		return s, false
	}
	for i, row := range t.Rows {
		at, err := t.when(row)
		if err != nil {
			return s, false
		}
		if i == 0 || at.Before(s.from) {
			s.from = at
		}
		if i == 0 || at.After(s.to) {
			s.to = at
		}
	}
	return s, true
}

func (t *Table) when(row []any) (time.Time, error) {
	s, _ := row[0].(string)
	at, err := time.Parse(layouts[t.Columns[0]], s)
	if err != nil {
		return at, fmt.Errorf("read %s: %w", t.Columns[0], err)
	}
	return begins(t.Columns[0], at), nil
}

// overTime draws a line of each column, or of each group, in which case the first
// column of a panel has to do.
func (t *Table) overTime(s span, panels []panel) []chart {
	var drawn []chart
	groups, all := t.groups()
	for _, p := range panels {
		var lines []series
		for _, name := range p.columns {
			column := slices.Index(t.Columns, name)
			if column < t.Words {
				continue
			}
			for _, g := range groups {
				if g.column = column; t.Words == 1 {
					g.name = words(name)
				}
				lines = append(lines, g)
			}
			if t.Words > 1 {
				p.title = title(words(name))
				break
			}
		}
		if len(lines) == 0 {
			continue
		}
		c := t.lineChart(s, lines)
		c.Title, c.Caption = p.title, "by the "+s.unit
		if all > len(groups) {
			c.Caption += fmt.Sprintf(", of the %d of %d with most messages", len(groups), all)
		}
		drawn = append(drawn, c)
	}
	return drawn
}

// groups are the rows by what they are about beside the time: those with the highest
// first number, and how many there are.
func (t *Table) groups() (first []series, all int) {
	at := map[string]int{}
	var groups []series
	var sums []float64
	for _, row := range t.Rows {
		name := t.name(row, 1)
		i, ok := at[name]
		if !ok {
			i = len(groups)
			at[name] = i
			groups, sums = append(groups, series{name: name}), append(sums, 0)
		}
		groups[i].rows = append(groups[i].rows, row)
		sums[i] += numeral(row[min(t.Words, len(row)-1)])
	}
	slices.SortStableFunc(groups, func(a, b series) int {
		return cmp.Or(cmp.Compare(sums[at[b.name]], sums[at[a.name]]), cmp.Compare(a.name, b.name))
	})
	return groups[:min(len(groups), maxLines)], len(groups)
}

func (t *Table) lineChart(s span, lines []series) chart {
	kind, _ := number(t.Columns[lines[0].column])
	most := 0.0
	for _, l := range lines {
		for _, row := range l.rows {
			most = max(most, finite(numeral(row[l.column])))
		}
	}
	scale := newAxis(kind, most)
	c := chart{Height: lineHeight, XTicks: s.ticks(), YTicks: scale.ticks()}
	for i, l := range lines {
		points := make([]point, 0, len(l.rows))
		for _, row := range l.rows {
			when, _ := t.when(row) // span has read it
			if row[l.column] != nil {
				points = append(points, point{at: when, n: numeral(row[l.column])})
			}
		}
		slices.SortStableFunc(points, func(a, b point) int { return a.at.Compare(b.at) })
		drawn := s.draw(scale, points)
		drawn.Name, drawn.Class = l.name, fmt.Sprintf("s%d", i)
		c.Lines = append(c.Lines, drawn)
	}
	layout := layouts[s.unit]
	c.Desc = fmt.Sprintf("Lines from %s to %s, the highest point at %s.", s.from.Format(layout), s.to.Format(layout), figure(kind, mostOf(kind, most)))
	return c
}

func mostOf(kind Kind, most float64) any {
	if kind == KindRatio {
		return most
	}
	return uint64(min(max(most, 0), 1<<63))
}

// numeral is a number of a table.
func numeral(v any) float64 {
	switch v := v.(type) {
	case uint64:
		return float64(v)
	case float64:
		return v
	}
	return 0
}

// figure writes a number of a kind for people.
func figure(kind Kind, v any) string {
	n := numeral(v)
	switch {
	case v == nil || n != finite(n):
		return unknown
	case kind == KindMilliseconds:
		return duration(n)
	}
	return shown(v)
}

// title begins with a capital.
func title(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
