package store

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"sync"
	"syscall"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"
)

const (
	// defaultCacheBytes holds the memory tables, the filters of tens of millions of
	// keys, and the hot blocks of a few hundred thousand messages.
	defaultCacheBytes = 64 << 20
	// memTableBytes is what is written to memory before it becomes a table on disk.
	// A batch of more than half of it would become a table by itself.
	memTableBytes = 16 << 20
	// maxOpenFiles leaves room under a soft limit of 1,024 for sockets and logs.
	maxOpenFiles = 256
	// bloomBits per key make a lookup of an absent key read no block in 99 of 100 cases.
	bloomBits = 10
)

// Sentinels for errors.Is; what is returned names the directory too.
var (
	// ErrLocked says that another process, or this one, has the directory open.
	ErrLocked = errors.New("store is in use by another process; stop it, or give this one another data directory")
	// ErrFailed says that an earlier error made the store unusable.
	ErrFailed = errors.New("store has failed and must be opened again")
	// ErrClosed says that the store was used after Close.
	ErrClosed = errors.New("store is closed")
)

// Options of a store; the zero value is right for production.
type Options struct {
	// FS replaces the file system, for tests (vfs.NewMem()).
	FS vfs.FS
	// CacheBytes is the size of the block cache, the memory tables included (default 64 MiB).
	CacheBytes int64
	// Logger hears at debug level what Pebble says (default: nobody).
	Logger *slog.Logger
	// OnFatal, if not nil, is called once when the store fails.
	OnFatal func(error)
}

// Store is an open directory.
type Store struct {
	dir   string
	db    *pebble.DB
	fatal *fatal

	mu     sync.Mutex
	idle   sync.Cond // signalled when inUse has fallen to 0
	inUse  int       // calls under way; a count and no RWMutex, since they may nest
	closed bool
}

// Open opens the store in dir, and makes it if there is none.
func Open(dir string, opts Options) (*Store, error) {
	f := &fatal{dir: dir, tell: opts.OnFatal}
	cache := opts.CacheBytes
	if cache <= 0 {
		cache = defaultCacheBytes
	}
	log := opts.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	o := &pebble.Options{
		FS:                          opts.FS,
		CacheSize:                   cache,
		MemTableSize:                memTableBytes,
		MemTableStopWritesThreshold: 2,
		MaxOpenFiles:                maxOpenFiles,
		FormatMajorVersion:          pebble.FormatNewest,
		Logger:                      &logger{log: log, fatal: f},
		EventListener: &pebble.EventListener{
			DataCorruption: func(info pebble.DataCorruptionInfo) { f.set(fmt.Errorf("data corruption: %s", info)) },
		},
	}
	for i := range o.Levels {
		o.Levels[i].FilterPolicy = bloom.FilterPolicy(bloomBits)
		o.Levels[i].Compression = func() *sstable.CompressionProfile { return sstable.FastestCompression }
	}
	db, err := pebble.Open(dir, o)
	if err = firstError(f.get(), err); err != nil {
		return nil, openError(dir, err)
	}
	s := &Store{dir: dir, db: db, fatal: f}
	s.idle.L = &s.mu
	return s, nil
}

// openError says in which of the usual ways an open failed.
func openError(dir string, err error) error {
	switch {
	case errors.Is(err, syscall.EAGAIN), // fcntl's word for a lock that is held
		strings.Contains(err.Error(), "lock held by current process"): // Pebble has no sentinel for it
		return fmt.Errorf("open store %s: %w", dir, ErrLocked)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("open store %s: %w; give this user the right to write there", dir, err)
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("open store %s: %w; free some space", dir, err)
	case pebble.IsCorruptionError(err):
		return fmt.Errorf("open store %s: %w; restore the directory from a copy, or remove it to have it built again", dir, err)
	default:
		return fmt.Errorf("open store %s: %w", dir, err)
	}
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
func (s *Store) Err() error { return s.fatal.get() }

// use runs op while the store cannot be closed.
func (s *Store) use(verb string, op func() error) error {
	if !s.enter() {
		return fmt.Errorf("%s store %s: %w", verb, s.dir, ErrClosed)
	}
	defer s.leave()
	if err := s.fatal.get(); err != nil {
		return err
	}
	err := op()
	if failed := s.fatal.get(); failed != nil { // Pebble's own Apply returns nil then
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
// cannot: its lock ends with the process, and Close returns why it failed.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	for s.inUse > 0 {
		s.idle.Wait()
	}
	if err := s.fatal.get(); err != nil {
		return err
	}
	if err := firstError(s.db.Close(), s.fatal.get()); err != nil {
		return fmt.Errorf("close store %s: %w", s.dir, err)
	}
	return nil
}
