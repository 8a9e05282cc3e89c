package report

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Table answers a Question. Its columns' names are an interface to other programs:
// they stay. A value is a string, a uint64 or, if it is a ratio, a float64; nil is unknown.
type Table struct {
	Question Question // that it answers

	Columns []string
	Words   int // so many columns at the beginning are words
	Rows    [][]any
	More    bool // there are more rows than were asked for
}

// Cut leaves as many rows as were asked for.
func (t *Table) Cut() {
	if n := t.Question.Limit; len(t.Rows) > n {
		t.Rows, t.More = t.Rows[:n], true
	}
}

// Sort puts the rows in the order of time where they are broken down by time.
func (t *Table) Sort() {
	var at []int
	for i, c := range t.Columns[:t.Words] {
		if slices.Contains(times, c) {
			at = append(at, i)
		}
	}
	slices.SortStableFunc(t.Rows, func(a, b []any) int {
		for _, i := range at {
			if c := cmp.Compare(a[i].(string), b[i].(string)); c != 0 {
				return c
			}
		}
		return 0
	})
}

// WriteCSV writes the table for spreadsheets: no name of a campaign or a domain can be
// a formula there.
func (t *Table) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	_ = out.Write(t.Columns) // Flush tells
	cells := make([]string, len(t.Columns))
	for _, row := range t.Rows {
		for i, v := range row {
			cells[i] = plain(v)
		}
		_ = out.Write(cells)
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func plain(v any) string {
	switch v := v.(type) {
	case uint64:
		return strconv.FormatUint(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case nil:
		return ""
	}
	return Harmless(fmt.Sprint(v))
}

// Harmless writes a word so that no spreadsheet takes it for a formula, and on one line.
func Harmless(s string) string {
	if harmless(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	if first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " \u00a0")); strings.ContainsRune("=+-@＝＋－＠", first) {
		return "'" + s
	}
	return s
}

// harmless tells of most words that they are so already: printable ASCII that begins
// with no sign of a formula. A download has millions of them.
func harmless(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return s == "" || strings.IndexByte(" =+-@", s[0]) < 0
}

// MarshalJSON writes what was asked, and the rows as objects whose names stand in the
// columns' order.
func (t *Table) MarshalJSON() ([]byte, error) {
	head, err := json.Marshal(t.head())
	if err != nil {
		return nil, fmt.Errorf("encode report: %w", err)
	}
	out := bytes.NewBuffer(head[:len(head)-1])
	out.WriteString(`,"rows":[`)
	for i, row := range t.Rows {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := t.encodeRow(out, row); err != nil {
			return nil, err
		}
	}
	fmt.Fprintf(out, `],"more":%v}`, t.More)
	return out.Bytes(), nil
}

// tableHead is what a table's JSON says before its rows.
type tableHead struct {
	Report     string   `json:"report"`
	By         []string `json:"by"`
	From       string   `json:"from"` // RFC 3339; empty: ever
	To         string   `json:"to"`   // left out itself
	Account    string   `json:"account"`
	Vocabulary string   `json:"vocabulary"`
	Columns    []Column `json:"columns"`
}

func (t *Table) head() tableHead {
	q := &t.Question
	h := tableHead{Report: q.Name, By: q.By, From: rfc3339(q.From), To: rfc3339(q.To), Account: q.Account, Columns: t.About()}
	if h.By == nil {
		h.By = []string{}
	}
	if q.Vocabulary != nil {
		h.Vocabulary = q.Vocabulary.Name
	}
	return h
}

func rfc3339(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func (t *Table) encodeRow(out *bytes.Buffer, row []any) error {
	for i, v := range row {
		value, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("encode %s: %w", t.Columns[i], err)
		}
		between := byte(',')
		if i == 0 {
			between = '{'
		}
		fmt.Fprintf(out, "%c%q:%s", between, t.Columns[i], value)
	}
	out.WriteByte('}')
	return nil
}

func flush(w *bufio.Writer) error {
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}
