package store

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"
)

const (
	// defaultCacheBytes holds the memory tables, the filters of tens of millions of
	// keys, and the hot blocks of a few hundred thousand messages; that of a cache has
	// larger memory tables to hold.
	defaultCacheBytes, defaultCachesCacheBytes = 64 << 20, 192 << 20
	// memTableBytes is what is written to memory before it becomes a table on disk.
	// A batch of more than half of it would become a table by itself.
	memTableBytes = 16 << 20
	// cacheMemTableBytes is that for a cache: what is overwritten or deleted while it
	// is in memory, as most states are, costs no table.
	cacheMemTableBytes = 64 << 20
	// cacheTableBytes is the size of a cache's tables on disk: few files, of which
	// each is synced when it is written.
	cacheTableBytes = 16 << 20
	// cacheIndexBytes is that of a block of their indexes: one finds any block of data.
	cacheIndexBytes = 1 << 20
	// defaultFlushAfter: under load the memory tables are full long before.
	defaultFlushAfter = time.Minute
	// maxOpenFiles leaves room under a soft limit of 1,024 for sockets and logs.
	maxOpenFiles = 256
	// closeTime bounds how long a store may take to close: what is in memory is in
	// the write-ahead log too, or written before.
	closeTime = time.Minute
	// bloomBits per key make a lookup of an absent key read no block in 99 of 100 cases.
	bloomBits = 10
)

// Sentinels for errors.Is; what is returned names the directory too.
var (
	// ErrLocked says that another process, or this one, has the directory open.
	ErrLocked = errors.New("store is in use by another process; stop it, or give this one another data directory")
	// ErrFailed says that an earlier error made the store unusable.
	ErrFailed = errors.New("store has failed and must be opened again")
	// ErrDamaged says that this was so because its files are damaged: see Renewed.
	ErrDamaged = errors.New("store is damaged")
	// ErrClosed says that the store was used after Close.
	ErrClosed = errors.New("store is closed")
)

// Options of a store; the zero value is right for production.
type Options struct {
	// FS replaces the file system, for tests (vfs.NewMem()).
	FS vfs.FS
	// CacheBytes is the size of the block cache, the memory tables included (default
	// 64 MiB; 192 MiB with Cache).
	CacheBytes int64
	// Cache says that whoever commits knows where to have again what was committed
	// since the commit that the store is found at. There is no write-ahead log then.
	Cache bool
	// FlushAfter is for how long a cache may have commits in memory alone (default: a minute).
	FlushAfter time.Duration
	// Logger hears of damage, and at debug level what Pebble says (default: nobody).
	Logger *slog.Logger
}

// Store is an open directory.
type Store struct {
	dir       string
	opts      Options
	db        *pebble.DB
	lock      io.Closer // handed on to the store that takes its place
	failure   *failure
	strict    *atomic.Bool // see disk
	tenancy   *tenancy     // likewise
	closeTime time.Duration
	aside     int // how many stores before this one were set aside since Open

	mu     sync.Mutex
	idle   sync.Cond // signalled when inUse has fallen to 0
	inUse  int       // calls under way; a count and no RWMutex, since they may nest
	closed bool

	timing sync.Mutex
	due    *time.Timer // flushes a cache that has something in memory alone

	renewal sync.Mutex
	next    *Store // what took its place when it was damaged
	over    bool   // Close was called
}

// pebbleOptions are how Pebble is used.
func (s *Store) pebbleOptions() *pebble.Options {
	o := &pebble.Options{
		FS:                          disk{s.opts.FS, s.failure, s.strict, s.tenancy},
		CacheSize:                   s.opts.CacheBytes,
		MemTableSize:                memTableBytes,
		MemTableStopWritesThreshold: 2,
		MaxOpenFiles:                maxOpenFiles,
		FormatMajorVersion:          pebble.FormatNewest,
		Logger:                      &logger{log: s.opts.Logger, failure: s.failure},
		EventListener: &pebble.EventListener{
			DataCorruption: func(info pebble.DataCorruptionInfo) {
				s.failure.set(fmt.Errorf("read %s: %w: %w", info.Path, ErrDamaged, info.Details))
			},
			BackgroundError: func(err error) {
				if s.strict.Load() { // Pebble would try again without a pause
					s.failure.set(fmt.Errorf("write tables: %w", err))
				}
			},
		},
	}
	for i := range o.Levels {
		o.Levels[i].FilterPolicy = bloom.FilterPolicy(bloomBits)
		o.Levels[i].Compression = func() *sstable.CompressionProfile { return sstable.FastestCompression }
	}
	if s.opts.Cache {
		o.DisableWAL = true
		o.MemTableSize = cacheMemTableBytes
		o.TargetFileSizes[0] = cacheTableBytes
		o.Levels[0].IndexBlockSize = cacheIndexBytes                                                  // and those below, which take it over
		o.Levels[0].Compression = func() *sstable.CompressionProfile { return sstable.NoCompression } // it is soon compacted
	}
	return o
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Err returns why the store has failed, nil as long as it has not.
func (s *Store) Err() error { return s.failure.get() }

// use runs op while the store cannot be closed.
func (s *Store) use(verb string, op func() error) error {
	if err := s.failure.get(); err != nil {
		return err
	}
	if !s.enter() {
		return fmt.Errorf("%s store %s: %w", verb, s.dir, ErrClosed)
	}
	defer s.leave()
	err := op()
	if isDamage(err) {
		s.failure.set(err)
	}
	if failed := s.failure.get(); failed != nil { // Pebble's own Apply returns nil then
		return failed
	}
	if err != nil {
		return fmt.Errorf("%s store %s: %w", verb, s.dir, err)
	}
	return nil
}

func (s *Store) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.inUse++
	return true
}

func (s *Store) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inUse--; s.inUse == 0 {
		s.idle.Broadcast()
	}
}

// Close writes what is in memory and frees the directory. It waits for reads and
// commits under way. A store that has failed is not closed, because Pebble
// cannot, unless by damage: its lock ends with the process, and Close returns why
// it failed.
func (s *Store) Close() error {
	s.renewal.Lock()
	defer s.renewal.Unlock()
	if s.over {
		return nil
	}
	s.over = true
	if s.next != nil {
		return s.next.Close()
	}
	err := s.shut()
	if s.tenancy.ended() {
		err = errors.Join(err, s.lock.Close())
	}
	return err
}

// shut closes this very store. Its lock can be given up if its tenancy has ended.
func (s *Store) shut() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	for s.inUse > 0 {
		s.idle.Wait()
	}
	s.endTimer()
	failed := s.failure.get()
	if failed == nil && s.opts.Cache {
		failed = s.failure.unless(s.db.Flush)
	}
	if failed != nil && !errors.Is(failed, ErrDamaged) {
		return failed
	}
	s.strict.Store(false)
	err := s.closeWithin(s.closeTime)
	if err = firstError(failed, err, s.failure.get()); err != nil {
		return fmt.Errorf("close store %s: %w", s.dir, err)
	}
	return nil
}

// closeWithin closes Pebble, or leaves it to the end of the process, and the
// directory to it, when that takes too long.
func (s *Store) closeWithin(d time.Duration) error {
	done := make(chan error, 1)
	go func() {
		s.failure.under.Wait() // Pebble frees what they use
		err := closePebble(s.db)
		s.tenancy.end()
		done <- err
	}()
	late := time.NewTimer(d)
	defer late.Stop()
	select {
	case err := <-done:
		return err
	case <-late.C:
		return fmt.Errorf("it takes longer than %v", d)
	}
}

// closePebble returns as an error what Pebble would end the process with: it
// insists on things of which a damaged store knows nothing any more.
func closePebble(db *pebble.DB) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	return db.Close()
}
