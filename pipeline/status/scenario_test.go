package status

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"mailfate/schemas"
)

// TestScenarios runs the scripts of testdata/scenarios, which say of what order
// of events what becomes of a message. A script has two directives:
//
//	message NAME [ends] [clock=TIME]
//	EVENTS                             (see parseEvents)
//
// prints what becomes of the message under each of its keys, or with ends only
// where it ends; without a clock, all streams' time has come to its end. And
//
//	table
//	NUMBER EVENTS => CANONICAL / NETCORE / NETCORE_FEED / TIPIMAIL / UNISENDER
//
// asserts lines of the table that was agreed on, which no -rewrite changes.
//
// Every message is told again with its events in other orders, some of them
// twice, and each looked at as it comes: the outcome must be the same.
func TestScenarios(t *testing.T) {
	seen := newCoverage()
	datadriven.Walk(t, filepath.Join("..", "..", "testdata", "scenarios"), func(t *testing.T, path string) {
		file := strings.TrimSuffix(filepath.Base(path), ".txt")
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "message":
				return runMessage(t, d, file, seen)
			case "table":
				return runTable(t, d, file, seen)
			}
			d.Fatalf(t, "no directive %q", d.Cmd)
			return ""
		})
	})
	if !t.Failed() {
		t.Run("coverage", seen.check)
	}
}

func runMessage(t *testing.T, d *datadriven.TestData, file string, seen *coverage) string {
	if len(d.CmdArgs) == 0 || len(d.CmdArgs[0].Vals) > 0 {
		d.Fatalf(t, "a message needs a name")
	}
	events, err := parseEvents(d.Input)
	if err != nil {
		d.Fatalf(t, "%v", err)
	}
	clock, err := parseClock(d)
	if err != nil {
		d.Fatalf(t, "%v", err)
	}
	w := tellOf(events, clock)
	seen.note(file+"/"+d.CmdArgs[0].Key, w)
	checkOrderFree(t, events, clock, w.story())
	if d.HasArg("ends") {
		return w.ends()
	}
	return w.story()
}

// parseClock reads how far the time of all streams has come, or with several
// values as `stream:time` of these, and that of no other.
func parseClock(d *datadriven.TestData) (func(string) int64, error) {
	arg, ok := d.Arg("clock")
	if !ok {
		return func(string) int64 { return endOfTime }, nil
	}
	clocks := map[string]int64{}
	for _, v := range arg.Vals {
		stream, at, named := strings.Cut(v, ":")
		if !named {
			stream, at = "", v
		}
		ms, err := parseTime(at)
		if err != nil {
			return nil, fmt.Errorf("clock: %w", err)
		}
		clocks[stream] = ms
	}
	return func(stream string) int64 {
		for _, name := range []string{stream, ""} {
			if ms, ok := clocks[name]; ok {
				return ms
			}
		}
		return neverHeard(stream)
	}, nil
}

// checkOrderFree tells the events in other orders, some of them twice, and looks
// at the message after each; for the first of them no clock has come anywhere yet.
func checkOrderFree(t *testing.T, events []schemas.Event, clock func(string) int64, want string) {
	t.Helper()
	for seed := range uint64(5) {
		random := rand.New(rand.NewPCG(seed, 0))
		again := slices.Clone(events)
		for range len(events) / 2 {
			again = append(again, events[random.IntN(len(events))])
		}
		random.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		w := newWorld(neverHeard)
		for i, ev := range again {
			if i == len(again)/2 {
				w.clock = clock
			}
			w.add(ev)
			w.look()
		}
		w.clock = clock
		w.look()
		if got := w.story(); got != want {
			t.Errorf("order %d of the events gives another outcome:\n%s\nwant:\n%s", seed, got, want)
		}
		w.checkTold(t)
	}
}
