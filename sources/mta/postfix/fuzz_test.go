package postfix

import (
	"testing"

	"mailfate/sources/sourcestest"
)

// FuzzParser holds any log against what the parser promises of all of them.
func FuzzParser(f *testing.F) { format.Fuzz(f, sourcestest.Samples(f, "testdata/*.log")...) }

// FuzzLoad hands damaged state to a parser.
func FuzzLoad(f *testing.F) { format.FuzzLoad(f, newSimulation(1).run(20)) }
