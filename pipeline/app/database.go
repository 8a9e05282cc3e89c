package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"mailfate/pipeline/classify"
	"mailfate/pipeline/embedded"
	"mailfate/pipeline/status"
	"mailfate/schemas"
	"mailfate/sinks/clickhouse"
	"mailfate/sinks/explain"
)

// Database is ClickHouse with mailfate's tables: one that Options name, or the
// embedded one of a data directory.
type Database struct {
	*clickhouse.DB
	timers     status.Timers
	replies    *classify.Rules
	server     *embedded.ClickHouse // nil: somebody else's
	remembered string               // the file that says where it listens
}

// FindDatabase is OpenDatabase for who only asks, and so makes and changes nothing:
// a data directory or a database that is not there is an error, and not empty.
func FindDatabase(ctx context.Context, o Options) (*Database, error) {
	return openExisting(ctx, o, (*clickhouse.DB).Find)
}

// MigrateDatabase makes the database of the options, or brings it up to date. A
// data directory has to be there.
func MigrateDatabase(ctx context.Context, o Options) (*Database, error) {
	return openExisting(ctx, o, (*clickhouse.DB).Migrate)
}

// OpenDatabase connects to ClickHouse and migrates. The embedded one is started,
// unless another mailfate has it running on that directory: then that one is asked.
func OpenDatabase(ctx context.Context, o Options) (*Database, error) {
	return openDatabase(ctx, o, (*clickhouse.DB).Migrate)
}

func openExisting(ctx context.Context, o Options, prepare func(*clickhouse.DB, context.Context) error) (*Database, error) {
	if len(o.ClickHouse.Addresses) == 0 {
		if _, err := os.Stat(filepath.Join(o.Dir, "clickhouse")); err != nil {
			return nil, fmt.Errorf("find data directory: %w; name the one that replay or run was given with --data", err)
		}
	}
	return openDatabase(ctx, o, prepare)
}

func openDatabase(ctx context.Context, o Options, prepare func(*clickhouse.DB, context.Context) error) (*Database, error) {
	db := &Database{timers: o.Timers, replies: o.Replies}
	opts := o.ClickHouse
	opts.Logger, opts.Replies = o.Logger, o.Replies
	if len(opts.Addresses) == 0 {
		address, err := db.start(ctx, &o)
		if err != nil {
			return nil, err
		}
		opts.Addresses = []string{address}
	}
	var err error
	if db.DB, err = clickhouse.Open(opts); err == nil {
		err = prepare(db.DB, ctx)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close(context.WithoutCancel(ctx)))
	}
	return db, nil
}

// addressFile remembers where the embedded server of a data directory listens.
const addressFile = "clickhouse.address"

// A server that is just starting or ending is waited for this often and long.
const (
	lockTries = 20
	lockPause = 250 * time.Millisecond
)

// sleep reports whether the time has passed before ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

func (db *Database) start(ctx context.Context, o *Options) (address string, err error) {
	remembered := filepath.Join(o.Dir, addressFile)
	for tries := 0; ; tries++ {
		db.server, err = embedded.StartClickHouse(ctx, embedded.ClickHouseOptions{
			Dir: filepath.Join(o.Dir, "clickhouse"), Library: o.Library, Executable: o.Executable, Logger: o.Logger, Restart: true,
		})
		var locked *embedded.LockedError
		if !errors.As(err, &locked) {
			break
		}
		if b, readErr := os.ReadFile(remembered); readErr == nil {
			return strings.TrimSpace(string(b)), nil
		}
		// Whoever has it is beginning or ending.
		if tries == lockTries || !sleep(ctx, lockPause) {
			return "", err
		}
	}
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(remembered, []byte(db.server.Native()+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("remember where ClickHouse listens: %w", errors.Join(err, db.server.Stop(ctx)))
	}
	db.remembered = remembered
	return db.server.Native(), nil
}

// Explain tells the story of one message; see clickhouse.DB.Story. With all it
// tells also what was taken back.
func (db *Database) Explain(ctx context.Context, id, recipient string, in []*schemas.Vocabulary, all bool) (explain.Story, error) {
	found, err := db.Story(ctx, id, recipient)
	if err != nil {
		return explain.Story{}, err
	}
	return explain.Tell(found, explain.Options{Vocabularies: in, All: all, Timers: db.timers, Replies: db.replies}), nil
}

// Close disconnects, and stops a server that was started.
func (db *Database) Close(ctx context.Context) error {
	var errs []error
	if db.DB != nil {
		errs = append(errs, db.DB.Close())
	}
	if db.server != nil {
		errs = append(errs, os.Remove(db.remembered), db.server.Stop(ctx))
	}
	return errors.Join(errs...)
}
