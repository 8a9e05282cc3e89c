package exim

import (
	"bytes"
	"path/filepath"
	"testing"

	"mailfate/schemas"
	"mailfate/sources"
)

// FuzzParser holds any log against what the parser promises of all of them.
func FuzzParser(f *testing.F) {
	logs, err := filepath.Glob("testdata/*.log")
	if err != nil {
		f.Fatal(err)
	}
	var samples [][]byte
	for _, name := range logs {
		samples = append(samples, readFile(f, name))
	}
	format.Fuzz(f, samples...)
}

// FuzzLoad hands damaged state to a parser.
func FuzzLoad(f *testing.F) {
	log := []byte("2026-11-22 07:00:00 1xV1Ra-000000007GQ-0jDZ >> a@b.test R=x T=y\n2026-11-22 07:00:01 1xV1Ra-000000007GR-0jDZ <= s@x.test\n")
	p := New(testOptions())
	format.Read(f, p, log, 0)
	if err := p.Changes(func(k, v []byte) error { f.Add(bytes.Clone(k), bytes.Clone(v)); return nil }); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(_ *testing.T, key, value []byte) {
		p := New(testOptions())
		if p.Load(key, value) != nil {
			return
		}
		for line := range bytes.Lines(log) {
			p.Line(sources.Line{Data: bytes.TrimSuffix(line, []byte{'\n'})}, func(*schemas.Event) {})
		}
	})
}
