package postfix

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"mailfate/schemas"
)

// FuzzParser holds any log against what the parser promises of all of them.
func FuzzParser(f *testing.F) {
	logs, err := filepath.Glob("testdata/*.log")
	if err != nil {
		f.Fatal(err)
	}
	var samples [][]byte
	for _, name := range logs {
		log, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		samples = append(samples, log)
	}
	format.Fuzz(f, samples...)
}

// FuzzLoad hands damaged state to a parser.
func FuzzLoad(f *testing.F) {
	p := New(testOptions())
	s := newSimulation(1)
	feed(p, s.run(20), 0, func(*schemas.Event) {})
	if err := p.Changes(func(k, v []byte) error { f.Add(bytes.Clone(k), bytes.Clone(v)); return nil }); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(_ *testing.T, key, value []byte) {
		p := New(testOptions())
		if p.Load(key, value) != nil {
			return
		}
		s := newSimulation(2)
		feed(p, s.run(5), 0, func(*schemas.Event) {})
	})
}
