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
	// manifestMarker begins the name of the file whose name says which is the list
	// of tables.
	manifestMarker = "marker.manifest."
)

// errSetAside says that the directory is free for a new store.
var errSetAside = errors.New("set aside")

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
	s, err := openLocked(dir, opts)
	if errors.Is(err, errSetAside) {
		if s, err = openLocked(dir, opts); err == nil {
			s.aside = 1
		}
	}
	return s, err
}

// openLocked opens the store, or sets it aside, while nobody else can.
func openLocked(dir string, opts Options) (*Store, error) {
	if err := opts.FS.MkdirAll(dir, 0o700); err != nil {
		return nil, openError(dir, err)
	}
	lock, err := pebble.LockDirectory(dir, opts.FS)
	if err != nil {
		return nil, openError(dir, err)
	}
	s := &Store{dir: dir, opts: opts, lock: lock, strict: new(atomic.Bool)}
	s.failure = newFailure(dir, s.noteDamage)
	s.idle.L = &s.mu
	s.strict.Store(true)
	err = s.openPebble()
	switch {
	case err == nil:
		return s, nil
	case isDamage(err):
		err = setAside(dir, opts, err)
	default:
		err = openError(dir, err)
	}
	return nil, errors.Join(err, lock.Close())
}

func (s *Store) openPebble() error {
	err := s.findDamage()
	if err != nil {
		return err
	}
	var db *pebble.DB
	err = s.failure.unless(func() (err error) {
		defer func() {
			if r := recover(); r != nil { // as it does over some logs that it cannot read
				err = fmt.Errorf("%w: %v", ErrDamaged, r)
			}
		}()
		db, err = pebble.Open(s.dir, s.pebbleOptions())
		return err
	})
	if err = firstError(s.failure.get(), err); err == nil {
		s.db = db
		return nil
	}
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
	return errSetAside
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
	if err := s.shut(); !errors.Is(err, ErrDamaged) && err != nil {
		return nil, err
	}
	next, err := Open(s.dir, s.opts)
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
