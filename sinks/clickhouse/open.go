package clickhouse

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"mailfate/pipeline/classify"
)

const (
	// DefaultDatabase is where the tables are unless told otherwise.
	DefaultDatabase = "mail"
	// dialTimeout is short, because the writer tries again anyway.
	dialTimeout = 5 * time.Second
	// readTimeout bounds the silence of a server that works on a query: an insert
	// of a large batch into a busy server takes seconds.
	readTimeout = 2 * time.Minute
	// connections are for the inserts that run at once and some reports beside them.
	connections = 16
)

// Options says which ClickHouse to use.
type Options struct {
	Addresses []string // host:port of the native protocol; tried in order
	Database  string   // DefaultDatabase when empty; made by Migrate
	User      string   // "default" when empty
	Password  string
	TLS       *tls.Config     // nil: no TLS
	Replies   *classify.Rules // why deliveries failed; nil: the embedded rules
	Logger    *slog.Logger    // nil: silent
}

// DB is a ClickHouse database of mailfate's. It is safe for concurrent use.
type DB struct {
	opts Options
	conn driver.Conn
	log  *slog.Logger

	checks  *checks
	inserts atomic.Uint64
	holder  uint64 // tells this process from others that delete rows
}

// Open prepares connections. The server is first talked to by Migrate, or when
// something is written or read.
func Open(opts Options) (*DB, error) {
	if len(opts.Addresses) == 0 {
		return nil, errors.New("open ClickHouse: no address given")
	}
	if opts.Database == "" {
		opts.Database = DefaultDatabase
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.Replies == nil {
		opts.Replies = classify.Default()
	}
	db := &DB{opts: opts, log: opts.Logger, holder: rand.Uint64()}
	db.checks = newChecks(db)
	var err error
	if db.conn, err = db.connect(opts.Database); err != nil {
		return nil, err
	}
	return db, nil
}

func (db *DB) connect(database string) (driver.Conn, error) {
	conn, err := clickhouse.Open(&clickhouse.Options{
		Addr:         db.opts.Addresses,
		Auth:         clickhouse.Auth{Database: database, Username: db.opts.User, Password: db.opts.Password},
		TLS:          db.opts.TLS,
		DialTimeout:  dialTimeout,
		ReadTimeout:  readTimeout,
		MaxOpenConns: connections,
		MaxIdleConns: connections,
		Compression:  &clickhouse.Compression{Method: clickhouse.CompressionLZ4},
		ClientInfo:   clickhouse.ClientInfo{Products: []struct{ Name, Version string }{{"mailfate", ""}}},
	})
	if err != nil {
		return nil, fmt.Errorf("open ClickHouse at %v: %w", db.opts.Addresses, err)
	}
	return conn, nil
}

// Conn gives direct access, for queries that are not this package's.
func (db *DB) Conn() driver.Conn { return db.conn }

// Inserts is how many inserts of rows this DB has made: it tells whether there is
// anything new.
func (db *DB) Inserts() uint64 { return db.inserts.Load() }

// Ping asks the server for a sign of life. A database that is missing is an error.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.conn.Ping(ctx); err != nil {
		return fmt.Errorf("reach ClickHouse at %v, database %s: %w", db.opts.Addresses, db.opts.Database, err)
	}
	return nil
}

// IsAway reports whether an error is that the server could not be talked to, as
// opposed to what it answered.
func IsAway(err error) bool {
	var answer *clickhouse.Exception
	var network net.Error
	return !errors.As(err, &answer) &&
		(errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE))
}

// Close ends all connections.
func (db *DB) Close() error {
	if err := db.conn.Close(); err != nil {
		return fmt.Errorf("close ClickHouse: %w", err)
	}
	return nil
}
