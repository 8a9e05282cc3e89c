package sourcestest

import (
	"os"
	"path/filepath"
	"testing"
)

// Samples returns the logs whose names match one of the patterns.
func Samples(tb testing.TB, patterns ...string) (logs [][]byte) {
	tb.Helper()
	for _, pattern := range patterns {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			tb.Fatalf("no samples in %s: %v", pattern, err)
		}
		for _, name := range names {
			log, err := os.ReadFile(name)
			if err != nil {
				tb.Fatal(err)
			}
			logs = append(logs, log)
		}
	}
	return logs
}
