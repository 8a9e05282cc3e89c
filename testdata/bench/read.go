package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"mailfate/pipeline/app"
	"mailfate/schemas"
)

// readCommand makes this program read a log, which it says in place of measuring.
const readCommand = "read"

// A result is what became of a log's lines, and what that took.
type result struct {
	app.ParseCounts

	Peak int64 `json:"peak"` // of the memory that is resident, in KiB

	seconds float64 // that all cores worked
}

// read reads a log as mailfate parse does, and prints the result.
func read(argument string) error {
	found, err := app.Find(app.ParseArgument(argument), func(schemas.SourceType, string) app.Settings { return app.Settings{} })
	if err != nil {
		return err
	}
	if len(found) != 1 {
		return fmt.Errorf("read %s: it is %d logs, want one", argument, len(found))
	}
	app.OnlyParse()
	counts, err := app.Parse(&found[0], func(*schemas.Event) error { return nil }, nil)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result{ParseCounts: counts, Peak: peak()})
}

// peak is the most memory that was ever resident, in KiB; 0 where Linux does not say.
func peak() (kib int64) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kib); err == nil {
			return kib
		}
	}
	return 0
}

func (r *result) speed() float64 { return float64(r.Lines) / r.seconds }

// row is the part of a row that is about us. Lines with an event are those that
// are nothing else.
func (r *result) row(name string) string {
	ignored, unparsed := sum(r.Ignored), sum(r.Unparsed)
	return fmt.Sprintf("| %s | %s | %s / %s / %s / %s | %s | %d MiB |", name, count(float64(r.Lines)),
		count(float64(r.Lines-r.Context-ignored-unparsed)), count(float64(r.Context)), count(float64(ignored)), count(float64(unparsed)),
		count(r.speed()), r.Peak/1024)
}

func sum(counts map[string]uint64) (n uint64) {
	for _, c := range counts {
		n += c
	}
	return n
}

// count writes a number with its thousands apart.
func count(n float64) string {
	s := fmt.Sprintf("%.0f", n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
