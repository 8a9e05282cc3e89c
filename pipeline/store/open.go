package store

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/record"
	"github.com/cockroachdb/pebble/v2/vfs"
)

const (
	// damagedFile says, in a directory whose files are damaged, how.
	damagedFile = "DAMAGED"
	// asideSuffix ends the name of the directory that was set aside last.
	asideSuffix = ".damaged"
	// lockSuffix ends the name of the file that is locked by whoever has the
	// directory. It stands beside that, which may be renamed.
	lockSuffix = ".lock"
	// manifestMarker begins the name of the file whose name says which is the list
	// of tables.
	manifestMarker = "marker.manifest."
)

// Open opens the store in dir, and makes it if there is none. A damaged one is
// set aside, and an empty one takes its place.
func Open(dir string, opts Options) (*Store, error) {
	if opts.FS == nil {
		opts.FS = vfs.Default
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.CacheBytes = max(opts.CacheBytes, 0); opts.Cache {
		opts.CacheBytes = cmp.Or(opts.CacheBytes, defaultCachesCacheBytes)
	}
	opts.CacheBytes = cmp.Or(opts.CacheBytes, defaultCacheBytes)
	if err := opts.FS.MkdirAll(dir, 0o700); err != nil {
		return nil, openError(dir, err)
	}
	lock, err := opts.FS.Lock(dir + lockSuffix)
	if err != nil {
		return nil, openError(dir, err)
	}
	s, err := openLocked(dir, opts, lock)
	if err != nil {
		err = errors.Join(err, lock.Close())
	}
	return s, err
}

// openLocked opens the store for whoever has its lock, or sets it aside and makes
// an empty one.
func openLocked(dir string, opts Options, lock io.Closer) (*Store, error) {
	s, err := tryOpen(dir, opts, lock)
	if !isDamage(err) {
		return s, err
	}
	if err := setAside(dir, opts, err); err != nil {
		return nil, err
	}
	if s, err = tryOpen(dir, opts, lock); err == nil {
		s.aside = 1
	}
	return s, err
}

func tryOpen(dir string, opts Options, lock io.Closer) (*Store, error) {
	if err := opts.FS.MkdirAll(dir, 0o700); err != nil {
		return nil, openError(dir, err)
	}
	s := &Store{dir: dir, opts: opts, lock: lock, strict: new(atomic.Bool), tenancy: new(tenancy), closeTime: closeTime}
	s.failure = newFailure(dir, s.noteDamage)
	s.idle.L = &s.mu
	s.strict.Store(true)
	err := s.openPebble()
	if err == nil {
		return s, nil
	}
	s.strict.Store(false)
	s.tenancy.end()
	return nil, openError(dir, err)
}

func (s *Store) openPebble() error {
	err := s.findDamage()
	if err != nil {
		return err
	}
	opened := make(chan *pebble.DB, 1)
	err = s.failure.unless(func() (err error) {
		var db *pebble.DB
		defer func() {
			if r := recover(); r != nil { // as it does over some logs that it cannot read
				err = fmt.Errorf("%w: %v", ErrDamaged, r)
			}
			opened <- db
		}()
		db, err = pebble.Open(s.dir, s.pebbleOptions())
		return err
	})
	if err = firstError(s.failure.get(), err); err == nil {
		s.db = <-opened
		return nil
	}
	go func() { // it may still be opening
		if db := <-opened; db != nil {
			_ = closePebble(db) // why it is of no use is known
		}
	}()
	if !isRefusal(err) && !errors.Is(err, ErrFailed) { // few of them are marked
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// findDamage finds what Pebble does not: that damage was noted before, or that the
// list of tables is missing or damaged, which Pebble takes for a shorter one. The
// write-ahead log alone would then be believed, without what was before it.
func (s *Store) findDamage() error {
	names, err := s.opts.FS.List(s.dir)
	if err != nil {
		return err
	}
	manifest, first := "", ""
	for _, n := range names {
		switch {
		case n == damagedFile:
			return fmt.Errorf("%w: it has a file %s", ErrDamaged, n)
		case strings.HasPrefix(n, manifestMarker):
			manifest = max(manifest, n)
		case strings.HasSuffix(n, ".sst"), strings.HasSuffix(n, ".log"):
			first = n
		}
	}
	if manifest != "" {
		_, name, _ := strings.Cut(manifest[len(manifestMarker):], ".")
		return s.checkManifest(name)
	}
	if first != "" {
		return fmt.Errorf("%w: %s is there, and no file %s*", ErrDamaged, first, manifestMarker)
	}
	return nil
}

// checkManifest reads the list of tables to its end.
func (s *Store) checkManifest(name string) error {
	path := s.opts.FS.PathJoin(s.dir, name)
	f, err := s.opts.FS.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	for edits := record.NewReader(f, 0); err == nil; {
		var edit io.Reader
		if edit, err = edits.Next(); err == nil {
			_, err = io.Copy(io.Discard, edit)
		}
	}
	switch {
	case err == io.EOF: //nolint:errorlint // an end within a record is wrapped
		return nil
	case isRefusal(err):
		return err
	}
	return fmt.Errorf("%w: read %s: %w", ErrDamaged, path, err)
}

// noteDamage has the next Open set the store aside. If it cannot be written down,
// what is damaged is found again.
func (s *Store) noteDamage(cause error) {
	files := s.opts.FS
	f, err := files.Create(files.PathJoin(s.dir, damagedFile), vfs.WriteCategoryUnspecified)
	if err == nil {
		_, err = fmt.Fprintln(f, cause)
		err = errors.Join(err, f.Sync(), f.Close())
	}
	s.opts.Logger.Warn("store is damaged", "dir", s.dir, "cause", cause, "noted", err == nil)
}

// setAside renames a damaged store, in place of the one that was set aside before.
func setAside(dir string, opts Options, cause error) error {
	aside := dir + asideSuffix
	err := opts.FS.RemoveAll(aside)
	if err == nil {
		err = opts.FS.Rename(dir, aside)
	}
	if err != nil {
		return fmt.Errorf("set damaged store %s aside: %w; move it away or remove it, it is built again", dir, err)
	}
	opts.Logger.Warn("a damaged store was set aside and is built again: states from Kafka, and sources are read again from their beginnings",
		"dir", dir, "aside", aside, "cause", cause)
	return nil
}

// Renewed returns the store itself as long as it is sound. When it is damaged it
// is set aside, and the one that takes its place is returned, to all who ask the
// same one. Whoever had something in it finds nothing there and makes it anew.
func (s *Store) Renewed() (*Store, error) {
	s.renewal.Lock()
	defer s.renewal.Unlock()
	err := s.failure.get()
	switch {
	case s.next != nil:
		return s.next.Renewed()
	case err == nil:
		return s, nil
	case s.over || !errors.Is(err, ErrDamaged):
		return nil, err
	}
	_ = s.shut() // what it could not do for a damaged store is of no use either
	s.tenancy.end()
	next, err := openLocked(s.dir, s.opts, s.lock)
	if err != nil {
		return nil, err
	}
	next.aside += s.aside
	s.next = next
	return next, nil
}

// SetAside counts how often a damaged store was set aside since Open.
func (s *Store) SetAside() int {
	s.renewal.Lock()
	defer s.renewal.Unlock()
	if s.next != nil {
		return s.next.SetAside()
	}
	return s.aside
}

// openError says in which of the usual ways an open failed.
func openError(dir string, err error) error {
	switch {
	case errors.Is(err, syscall.EAGAIN), // fcntl's word for a lock that is held
		strings.Contains(err.Error(), "lock held by current process"): // Pebble has no sentinel for it
		return fmt.Errorf("open store %s: %w", dir, ErrLocked)
	case errors.Is(err, ErrFailed):
		return err
	default:
		return fmt.Errorf("open store %s: %w%s", dir, err, remedy(err))
	}
}
