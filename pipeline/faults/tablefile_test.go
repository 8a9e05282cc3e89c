package faults

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestTableAddsUp saves two tables into one file.
func TestTableAddsUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "table.md")
	for _, seconds := range []float64{1, 2} {
		var one results
		l := &line{fault: "kill -9 sink", broker: "apache", runs: 1, kills: 5, events: 1500, rows: 3000, again: 7, exits: 1}
		l.waited(seconds)
		l.waited(3)
		one.add(l)
		one.add(&line{fault: "none", broker: "apache", runs: 1})
		if err := one.save(path); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var both results
	for row := range slices.Values([]string{
		"| kill -9 sink | apache | 2 | 4 | 10 | 3000 | 6000 | 0 | 0 | 0 | 14 | 2 | 0 | 2.25 | 3.00 |",
		"| none | apache | 2 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0.00 | 0.00 |",
	}) {
		both.add(parseLine(row))
	}
	want := filepath.Join(t.TempDir(), "want.md")
	if err := both.save(want); err != nil {
		t.Fatal(err)
	}
	if expected, err := os.ReadFile(want); err != nil || string(expected) != string(text) {
		t.Errorf("got\n%s\nwant\n%s, %v", text, expected, err)
	}
}
