package clickhouse

import (
	"context"
	"fmt"
	"os"
	"strings"
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

// migrated opens a database of the test's own, with tables: a copy of one that was
// migrated, which is made sooner.
func migrated(tb testing.TB) *DB {
	tb.Helper()
	db := openDB(tb)
	statements, err := schemaOnce()
	if err == nil {
		err = db.createDatabase(tb.Context())
	}
	if err != nil {
		tb.Fatal(err)
	}
	if applied, err := db.applied(tb.Context()); err == nil && len(applied) > 0 {
		return db // of an earlier run of the same test
	}
	for _, s := range statements {
		if err := db.conn.Exec(tb.Context(), s); err != nil {
			tb.Fatal(err)
		}
	}
	return db
}

// templateName needs quotes, so that it can be told from all else in a statement.
const templateName = "test template"

// schemaOnce migrates a database once, and returns what copies it into another: its
// tables, then its views, then the rows that Migrate writes.
var schemaOnce = sync.OnceValues(func() (statements []string, err error) {
	ctx := context.Background() // of all tests
	db, err := Open(Options{Addresses: []string{server.Native()}, Database: templateName})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		return nil, err
	}
	const ask = "SELECT groupArray(create_table_query) FROM (SELECT create_table_query FROM system.tables WHERE database = currentDatabase() ORDER BY endsWith(engine, 'View'), name)"
	if err := db.conn.QueryRow(ctx, ask).Scan(&statements); err != nil {
		return nil, err
	}
	for i, s := range statements {
		statements[i] = strings.ReplaceAll(s, "`"+templateName+"`.", "")
	}
	for _, table := range []string{"vocabularies", "migrations"} {
		statements = append(statements, "INSERT INTO "+table+" SELECT * FROM `"+templateName+"`."+table)
	}
	return statements, nil
})
