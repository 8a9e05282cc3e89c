package report

import (
	"bufio"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"mailfate/sinks/terminal"
)

//go:embed report.html.tmpl
var htmlText string

var htmlTemplate = template.Must(template.New("report").Parse(htmlText))

// page is a report as one HTML file that needs no other: no script, nothing from
// elsewhere. Every name in it is text, and shows what would hide.
type page struct {
	Title    string
	Facts    []fact
	Figures  []fact
	Sections []section
	Notes    []fact
}

// fact is a name and what is told of it, in large and in small print.
type fact struct{ Name, Value, Small string }

// section is a table with the charts that are drawn of it.
type section struct {
	ID, Title, Note string
	Narrow          bool // others have room beside it
	Charts          []chart
	Head            []cell
	Rows            [][]cell
	Rest            string // of the rows that are not told
}

// cell is one of a table: a name from outside stands apart from what is around it.
type cell struct {
	Text   string
	Number bool
	Of     string
}

// WriteHTML writes the table as a file for a browser. Totals answers the question's
// Totals; made is when it was asked.
func (t *Table) WriteHTML(w io.Writer, totals *Table, made time.Time) error {
	q := &t.Question
	p := page{
		Title: t.title(),
		Facts: []fact{{Name: "Period", Value: q.period()}, {Name: "Account", Value: "all"}},
		Notes: define(t.Columns, totals.Columns),
	}
	if q.Account != "" {
		p.Facts[1].Value = terminal.Visible(q.Account)
	}
	if q.Vocabulary != nil {
		p.Facts = append(p.Facts, fact{Name: "Vocabulary", Value: q.Vocabulary.Name})
	}
	p.Facts = append(p.Facts, asking(made, q.command())...)
	p.Figures = totals.figures()
	if t.Words > 0 && len(t.Rows) > 0 {
		p.Sections = []section{t.section("", "", t.drawing())}
	}
	return p.write(w)
}

func asking(made time.Time, command string) []fact {
	return []fact{{Name: "Made", Value: made.UTC().Format("2006-01-02 15:04") + " UTC"}, {Name: "Ask again", Value: terminal.Visible(command)}}
}

func (p *page) write(w io.Writer) error {
	charts := 0
	for i := range p.Sections {
		s := &p.Sections[i]
		s.ID = fmt.Sprintf("s%d", i+1)
		for j := range s.Charts {
			charts++
			s.Charts[j].ID = fmt.Sprintf("c%d", charts)
		}
	}
	out := bufio.NewWriter(w)
	if err := htmlTemplate.Execute(out, p); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return flush(out)
}

func (t *Table) title() string {
	s := titles[t.Question.Name]
	if by := t.Question.By; len(by) > 0 {
		s += " by " + words(strings.Join(by, ", "))
	}
	return s
}

// section is the table with its charts; of its rows as many as a page bears.
func (t *Table) section(title, note string, d drawing) section {
	s := section{Title: title, Note: note, Charts: t.charts(d)}
	about := t.About()
	for _, c := range about {
		s.Head = append(s.Head, cell{Text: words(c.Name), Number: c.Kind != KindWord, Of: words(c.Of)})
	}
	rows := t.Rows[:min(len(t.Rows), HTMLRows)]
	for _, row := range rows {
		cells := make([]cell, len(row))
		for i, v := range row {
			cells[i] = cell{Text: told(about[i].Kind, v), Number: about[i].Kind != KindWord}
		}
		s.Rows = append(s.Rows, cells)
	}
	switch {
	case len(t.Rows) > len(rows):
		s.Rest = fmt.Sprintf("These are the first %s of %s rows; --format csv or json has them all.", count(uint64(len(rows))), count(uint64(len(t.Rows))))
	case t.More:
		s.Rest = fmt.Sprintf("There are more rows than these %s; --limit N asks for more, --format csv or json too.", count(uint64(len(rows))))
	}
	return s
}

// figures are the numbers of a table of one row: how many messages, then its rates with
// what they are of. Of nothing there are none.
func (t *Table) figures() []fact {
	if len(t.Rows) == 0 {
		return nil
	}
	row, about := t.Rows[0], t.About()
	of := func(column string) string {
		if i := slices.Index(t.Columns, column); i >= 0 {
			return shown(row[i])
		}
		return "?"
	}
	var all []fact
	for i, c := range about {
		f := fact{Name: words(c.Name), Value: figure(c.Kind, row[i])}
		if strings.HasSuffix(c.Name, before) {
			continue
		}
		part, whole, ok := strings.Cut(c.Of, " ÷ ")
		if ok {
			f.Small = fmt.Sprintf("%s of %s %s", of(part), of(whole), wholeWords(whole))
		}
		if j := slices.Index(t.Columns, c.Name+before); j >= 0 {
			value := figure(c.Kind, row[j])
			if row[j] == nil {
				value = "unknown"
			}
			f.Small = strings.TrimPrefix(f.Small+"; "+value+" in the period before", "; ")
		}
		if c.Kind != KindCount || c.Name == "messages" {
			all = append(all, f)
		}
	}
	return all
}

func wholeWords(column string) string {
	if s, ok := wholes[column]; ok {
		return s
	}
	return words(column)
}

// define says what the columns that occur mean.
func define(columns ...[]string) []fact {
	var notes []fact
	seen := map[string]bool{}
	for _, name := range slices.Concat(columns...) {
		name = strings.TrimSuffix(name, before)
		if seen[name] {
			continue
		}
		seen[name] = true
		text := definitions[name]
		if of := ratios[name]; of != "" {
			text = strings.TrimSuffix(words(of)+"; "+text, "; ")
		}
		if text != "" {
			notes = append(notes, fact{Name: words(name), Value: text})
		}
	}
	return notes
}
