package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func sampleTable() *Table {
	return &Table{
		Columns: []string{"campaign", "day", "messages", "open_rate"}, Words: 2,
		Rows: [][]any{
			{"=cmd|' /C calc'!A0", "2026-11-23", uint64(12345), 0.25},
			{"a\x1b[31m\"\nb", "2026-11-22", uint64(1), 0.0},
			{"", "2026-11-22", uint64(0), 1.0},
		},
		More: true,
	}
}

func TestTableText(t *testing.T) {
	table := sampleTable()
	table.Sort()
	var out bytes.Buffer
	if err := table.WriteText(&out, false); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/table.golden", out.String())
}

func TestTableJSON(t *testing.T) {
	got, err := json.Marshal(sampleTable())
	if err != nil {
		t.Fatal(err)
	}
	const begins = `{"report":"","by":[],"from":"","to":"","account":"","vocabulary":"","columns":[{"name":"campaign","kind":"word"},{"name":"day","kind":"word"},` +
		`{"name":"messages","kind":"count"},{"name":"open_rate","kind":"ratio","of":"opened ÷ open_tracked"}],"rows":[{"campaign":"=cmd|' /C calc'!A0","day":"2026-11-23","messages":12345,"open_rate":0.25},{`
	if !strings.HasPrefix(string(got), begins) || !strings.HasSuffix(string(got), `],"more":true}`) {
		t.Errorf("got %s", got)
	}
}

// FuzzHarmless holds that no spreadsheet has a formula, and that a cell stays one.
func FuzzHarmless(f *testing.F) {
	for _, s := range []string{"", "=1+1", " =1", "\t@SUM(A1)", "+49", "-1", "＝1", "a,b\"c", "a\r\nb", "\xff=1", "shop.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var out bytes.Buffer
		table := Table{Columns: []string{"a", "b"}, Words: 2, Rows: [][]any{{s, "x"}}}
		if err := table.WriteCSV(&out); err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(records) != 2 || len(records[1]) != 2 || records[1][1] != "x" {
			t.Fatalf("%q: %v, %v", s, records, err)
		}
		cell := records[1][0]
		if strings.ContainsAny(cell, "\r\n\t") || !utf8.ValidString(cell) {
			t.Errorf("%q is written %q", s, cell)
		}
		if trimmed := strings.TrimSpace(cell); trimmed != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(trimmed)[0]) {
			t.Errorf("%q is written %q, which may be a formula", s, cell)
		}
	})
}
