package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"mailfate/pipeline/embedded"
	"mailfate/pipeline/embedded/embeddedtest"
)

// patience bounds what these tests wait for; nothing healthy takes as long.
const patience = 30 * time.Second

func startClickHouse(t *testing.T, dir string) *embedded.ClickHouse {
	t.Helper()
	if testing.Short() {
		t.Skip("a real ClickHouse is not for -short")
	}
	c, err := embedded.StartClickHouse(t.Context(), embedded.ClickHouseOptions{Dir: dir, Executable: embeddedtest.Host(t), MemoryBytes: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Stop(context.Background()) })
	return c
}

func connect(t *testing.T, c *embedded.ClickHouse) driver.Conn {
	t.Helper()
	conn, err := clickhouse.Open(&clickhouse.Options{Addr: []string{c.Native()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func exec1(t *testing.T, conn driver.Conn, queries ...string) {
	t.Helper()
	for _, q := range queries {
		if err := conn.Exec(t.Context(), q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
}

func value[T any](t *testing.T, conn driver.Conn, query string) (v T) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), query).Scan(&v); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

func insertNumbers(t *testing.T, conn driver.Conn, n uint64) {
	t.Helper()
	batch, err := conn.PrepareBatch(t.Context(), "INSERT INTO mail.numbers")
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err := batch.Append(i); err != nil {
			t.Fatal(err)
		}
	}
	if err := batch.Send(); err != nil {
		t.Fatal(err)
	}
}

func TestClickHouseKeepsRowsOverRestarts(t *testing.T) {
	dir := filepath.Join(t.TempDir(), `odd <&"' name`) // what a path may hold must not break the configuration
	began := time.Now()
	c := startClickHouse(t, dir)
	t.Logf("ready after %v, resident %s", time.Since(began), resident(c.PID()))
	pingHTTP(t, c)
	conn := connect(t, c)
	exec1(t, conn, "CREATE DATABASE mail", "CREATE TABLE mail.numbers (n UInt64) ENGINE = ReplacingMergeTree ORDER BY n",
		"CREATE MATERIALIZED VIEW mail.sums REFRESH EVERY 1 HOUR ENGINE = MergeTree ORDER BY s AS SELECT sum(n) AS s FROM mail.numbers")
	if got := value[string](t, conn, "SELECT engine FROM system.databases WHERE name = 'mail'"); got != "Atomic" {
		t.Errorf("database engine %s, want Atomic", got)
	}
	insertNumbers(t, conn, 1000)

	stopClickHouse(t, c) // with a connection open
	if err := c.Err(); err != nil {
		t.Errorf("a stop was taken for a failure: %v", err)
	}
	stopClickHouse(t, c) // again: nothing to do

	c = startClickHouse(t, dir)
	conn = connect(t, c)
	if got := value[uint64](t, conn, "SELECT count() FROM mail.numbers"); got != 1000 {
		t.Errorf("%d rows after a restart, want 1000", got)
	}
	insertNumbers(t, conn, 2000)
	killed(t, c)

	c = startClickHouse(t, dir)
	if got := value[uint64](t, connect(t, c), "SELECT count() FROM mail.numbers FINAL"); got != 2000 {
		t.Errorf("%d rows after kill -9, want 2000", got)
	}
}

func stopClickHouse(t *testing.T, c *embedded.ClickHouse) {
	t.Helper()
	if err := c.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func resident(pid int) string {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(status)) {
		if rss, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			return strings.TrimSpace(rss)
		}
	}
	return "unknown"
}

func pingHTTP(t *testing.T, c *embedded.ClickHouse) {
	t.Helper()
	resp, err := http.Get("http://" + c.HTTP() + "/ping") //nolint:noctx // loopback
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); string(body) != "Ok.\n" {
		t.Errorf("ping answered %q", body)
	}
}

// killed kills the server and waits until that is noticed.
func killed(t *testing.T, c *embedded.ClickHouse) {
	t.Helper()
	if err := syscall.Kill(c.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case <-c.Done():
	case <-time.After(patience):
		t.Fatal("the server's death was not noticed")
	}
	if err := c.Err(); err == nil || !strings.Contains(err.Error(), "killed") || !strings.Contains(err.Error(), c.LogPath()) {
		t.Errorf("the error does not say what happened: %v", err)
	}
}

// TestClickHouseIsStartedAgain: one that ends by itself is there again at its
// address, with its rows, until it has ended too often.
func TestClickHouseIsStartedAgain(t *testing.T) {
	c, err := embedded.StartClickHouse(t.Context(), embedded.ClickHouseOptions{
		Dir: t.TempDir(), Executable: embeddedtest.Host(t), MemoryBytes: 1 << 30, Restart: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Stop(context.Background()) }()
	conn, at := connect(t, c), c.Native()
	exec1(t, conn, "CREATE DATABASE mail", "CREATE TABLE mail.numbers (n UInt64) ENGINE = ReplacingMergeTree ORDER BY n")
	insertNumbers(t, conn, 1000)
	ctx, cancel := context.WithTimeout(t.Context(), 6*patience)
	defer cancel()
	for range 5 {
		before := c.PID()
		if err := syscall.Kill(before, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		for c.PID() == before || conn.Ping(ctx) != nil {
			if err := ctx.Err(); err != nil || c.Err() != nil {
				t.Fatal(err, c.Err())
			}
			runtime.Gosched()
		}
		if got := value[uint64](t, conn, "SELECT count() FROM mail.numbers FINAL"); got != 1000 || c.Native() != at {
			t.Errorf("%d rows at %s, want 1000 at %s", got, c.Native(), at)
		}
	}
	killed(t, c)
}

// TestStopWhileClickHouseIsStartedAgain: the one that is just beginning ends too.
func TestStopWhileClickHouseIsStartedAgain(t *testing.T) {
	dir := t.TempDir()
	c, err := embedded.StartClickHouse(t.Context(), embedded.ClickHouseOptions{Dir: dir, Executable: embeddedtest.Host(t), MemoryBytes: 1 << 30, Restart: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(c.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = c.Stop(t.Context())
	if err := c.Err(); err != nil {
		t.Errorf("a stop was taken for a failure: %v", err)
	}
	stopClickHouse(t, startClickHouse(t, dir)) // the directory is free
}

func TestClickHouseIsCappedAndConfined(t *testing.T) {
	c := startClickHouse(t, t.TempDir())
	conn := connect(t, c)
	if got := value[string](t, conn, "SELECT value FROM system.server_settings WHERE name = 'max_server_memory_usage'"); got != strconv.Itoa(1<<30) {
		t.Errorf("memory cap %s, want 1 GiB", got)
	}
	for _, q := range []string{
		"SELECT * FROM file('/etc/passwd', 'LineAsString', 'l String')",
		"SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString', 'l String')",
		"SELECT * FROM remote('127.0.0.1:1', 'system.one')",
		"CREATE TABLE default.f (l String) ENGINE = File('LineAsString', '/etc/passwd')",
		"SYSTEM SHUTDOWN",
	} {
		var ex *clickhouse.Exception
		if err := conn.Exec(t.Context(), q); !errors.As(err, &ex) || ex.Code != 497 {
			t.Errorf("%s: %v, want access denied", q, err)
		}
	}
}

func TestSecondClickHouseOnADirectory(t *testing.T) {
	dir := t.TempDir()
	startClickHouse(t, dir)
	_, err := embedded.StartClickHouse(t.Context(), embedded.ClickHouseOptions{Dir: dir, Executable: embeddedtest.Host(t)})
	var locked *embedded.LockedError
	if !errors.As(err, &locked) || locked.PID != os.Getpid() {
		t.Errorf("%v, want a LockedError with our number", err)
	}
}

func TestNoClickHouse(t *testing.T) {
	for name, o := range map[string]embedded.ClickHouseOptions{
		"named library": {Dir: t.TempDir(), Library: filepath.Join(t.TempDir(), "libchdb.so")},
		"nothing":       {Dir: t.TempDir()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			t.Setenv("PATH", "")
			t.Setenv(embedded.LibraryEnv, "")
			_, err := embedded.StartClickHouse(t.Context(), o)
			var missing *embedded.MissingError
			if !errors.As(err, &missing) || !strings.Contains(err.Error(), "npm ci --prefix pipeline/embedded/npm") {
				t.Errorf("%v, want a MissingError with the remedy", err)
			}
		})
	}
}

func TestOldClickHouseOnPathIsNotUsed(t *testing.T) {
	bin := t.TempDir()
	script := "#!/bin/sh\necho 'ClickHouse local version 18.16.1.'\n"
	if err := os.WriteFile(filepath.Join(bin, "clickhouse"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	t.Setenv("PATH", bin+":/bin:/usr/bin")
	t.Setenv(embedded.LibraryEnv, "")
	_, err := embedded.StartClickHouse(t.Context(), embedded.ClickHouseOptions{Dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "18.16, older than 26.7") {
		t.Errorf("%v, want the old version named", err)
	}
}

func TestFailedStartSaysWhy(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "libchdb.so")
	if err := os.WriteFile(broken, []byte("no library"), 0o600); err != nil {
		t.Fatal(err)
	}
	if testing.Short() {
		t.Skip("builds the host")
	}
	dir := t.TempDir()
	for range 2 { // a failed start leaves the directory free
		_, err := embedded.StartClickHouse(t.Context(), embedded.ClickHouseOptions{Dir: dir, Library: broken, Executable: embeddedtest.Host(t)})
		if err == nil || !strings.Contains(err.Error(), "invalid ELF header") && !strings.Contains(err.Error(), "file too short") {
			t.Errorf("%v, want the loader's words", err)
		}
	}
}

func TestProgramThatCannotHost(t *testing.T) {
	lib := filepath.Join(t.TempDir(), "libchdb.so")
	if err := os.WriteFile(lib, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := embedded.StartClickHouse(t.Context(), embedded.ClickHouseOptions{Dir: t.TempDir(), Library: lib})
	if err == nil || !strings.Contains(err.Error(), "MaybeChild") {
		t.Errorf("%v: a test binary must not start itself again", err)
	}
}

const jobEnv = "MAILFATE_TEST_JOB"

// startJob runs this test binary as another process, which the test kills.
func startJob(t *testing.T, job string, args ...string) (*exec.Cmd, io.Reader) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...) //nolint:noctx // killed below
	cmd.Env = append(os.Environ(), jobEnv+"="+job)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd, out
}

// runJob is such a process's main.
func runJob(job string) int {
	ctx := context.Background()
	switch job {
	case "clickhouse":
		c, err := embedded.StartClickHouse(ctx, embedded.ClickHouseOptions{Dir: os.Args[1], Executable: os.Args[2]})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println(c.PID())
	case "broker":
		fmt.Fprintln(os.Stderr, brokerJob(ctx, os.Args[1]))
		return 1
	}
	select {} // until killed
}
