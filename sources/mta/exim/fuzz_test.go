package exim

import (
	"testing"

	"mailfate/sources/sourcestest"
)

// FuzzParser holds any log against what the parser promises of all of them.
func FuzzParser(f *testing.F) { format.Fuzz(f, sourcestest.Samples(f, "testdata/*.log")...) }

// FuzzLoad hands damaged state to a parser: a message, and a delivery that waits.
func FuzzLoad(f *testing.F) {
	format.FuzzLoad(f, []byte("2026-11-22 07:00:00 1xV1Ra-000000007GQ-0jDZ >> a@b.test R=x T=y\n2026-11-22 07:00:01 1xV1Ra-000000007GR-0jDZ <= s@x.test\n"))
}
