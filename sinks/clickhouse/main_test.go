package clickhouse

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"mailfate/pipeline/embedded"
	"mailfate/pipeline/embedded/embeddedtest"
)

// server is shared by the tests of this package, each of which has a database
// of its own.
var server struct {
	sync.Mutex
	*embedded.ClickHouse
	dir string
}

func TestMain(m *testing.M) {
	code := m.Run()
	if server.ClickHouse != nil {
		if err := server.Stop(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
		_ = os.RemoveAll(server.dir)
	}
	os.Exit(code)
}

func startServer(tb testing.TB) *embedded.ClickHouse {
	tb.Helper()
	if testing.Short() {
		tb.Skip("a real ClickHouse is not for -short")
	}
	server.Lock()
	defer server.Unlock()
	if server.ClickHouse != nil {
		return server.ClickHouse
	}
	dir, err := os.MkdirTemp("", "mailfate-sink")
	if err != nil {
		tb.Fatal(err)
	}
	c, err := embedded.StartClickHouse(context.Background(), embedded.ClickHouseOptions{Dir: dir, Executable: embeddedtest.Host(tb)})
	if err != nil {
		_ = os.RemoveAll(dir)
		tb.Fatal(err)
	}
	server.ClickHouse, server.dir = c, dir
	return c
}

// openDB opens a database of the test's own, without tables.
func openDB(tb testing.TB) *DB {
	tb.Helper()
	c := startServer(tb)
	db, err := Open(Options{Addresses: []string{c.Native()}, Database: "test " + tb.Name()})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

// migrated opens a database of the test's own, with tables.
func migrated(tb testing.TB) *DB {
	tb.Helper()
	db := openDB(tb)
	if err := db.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return db
}
