// Package embeddedtest gives tests of any package a real ClickHouse and a
// broker, in a temporary directory, stopped when the test ends.
//
// It guarantees that the server is hosted by a program built for that, so it
// works under -race and in several packages at once. A machine without
// ClickHouse fails the test; with -short the test is skipped.
package embeddedtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"mailfate/pipeline/embedded"
)

const hostPackage = "mailfate/pipeline/embedded/chhost"

// Host returns the path of the program that hosts ClickHouse for tests.
func Host(tb testing.TB) string {
	tb.Helper()
	path, err := buildHost()
	if err != nil {
		tb.Fatalf("build ClickHouse's host: %v", err)
	}
	return path
}

// buildHost builds once in each test binary. All of them build the same file,
// and replace it whole, so the last one to come disturbs nobody.
var buildHost = sync.OnceValues(func() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir() // no HOME: the file is the same for everybody
	}
	dir := filepath.Join(cache, "mailfate")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("create directory: %w", err)
	}
	own := filepath.Join(dir, fmt.Sprintf("chhost.%d", os.Getpid()))
	cmd := exec.Command("go", "build", "-o", own, hostPackage)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build %s: %w\n%s", hostPackage, err, strings.TrimSpace(string(out)))
	}
	path := filepath.Join(dir, "chhost")
	if err := os.Rename(own, path); err != nil {
		return "", fmt.Errorf("put the program in place: %w", err)
	}
	return path, nil
})

// ClickHouse starts a server for one test, and again if it ends by itself, as
// mailfate run does.
func ClickHouse(tb testing.TB) *embedded.ClickHouse {
	tb.Helper()
	if testing.Short() {
		tb.Skip("a real ClickHouse is not for -short")
	}
	c, err := embedded.StartClickHouse(tb.Context(), embedded.ClickHouseOptions{Dir: tb.TempDir(), Executable: Host(tb), Restart: true})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := c.Stop(context.Background()); err != nil {
			tb.Error(err)
		}
	})
	return c
}

// Broker starts a broker for one test.
func Broker(tb testing.TB) *embedded.Broker {
	tb.Helper()
	b, err := embedded.StartBroker(tb.Context(), embedded.BrokerOptions{Dir: tb.TempDir()})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := b.Stop(); err != nil {
			tb.Error(err)
		}
	})
	return b
}
