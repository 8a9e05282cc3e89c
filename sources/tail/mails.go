package tail

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"mailfate/sources"
)

// mails reads mails in files: mbox files, and files of one mail each, be they named
// or all of a directory and those below it. A mail is known by its content, so
// whoever moves, rewrites or compacts a file has nothing handed out twice.
type mails struct {
	set  Set
	opts Options

	memory *mailMemory
	queue  []mailbox
	cur    *mailScan
	buf    []byte
	hashed []byte // scratch

	listed   bool
	relist   time.Time // not before; listing a large directory takes a while
	swept    bool      // nothing was read since the last sweep
	partly   time.Time // when it was last swept with files yet to be read
	unread   map[string]*unread
	counts   Counts
	problems problems
	watch    *watcher
}

// mailbox is a file that is to be read.
type mailbox struct {
	path  string
	info  fs.FileInfo
	final bool // nobody is writing its last mail
}

// idleShare is how many times as long as it takes to list a directory it is left alone.
const idleShare = 10

func newMails(set Set, opts Options) *mails {
	return &mails{
		set: set, opts: opts, memory: newMailMemory(), swept: true,
		unread: make(map[string]*unread), problems: make(problems),
	}
}

// Next hands out some mails of one file.
func (m *mails) Next(fn func(sources.Line)) Status {
	if m.cur == nil && !m.open() {
		return Idle
	}
	if m.cur == nil {
		return More
	}
	sc := m.cur
	if err := sc.lock(); err != nil {
		return m.locked(sc, err)
	}
	defer sc.unlock()
	if u := m.unread[sc.box.path]; u != nil {
		u.locked = time.Time{}
	}
	bytes := 0
	for range mailsPerNext {
		p, err := sc.split.read(m.buf)
		m.buf = p.data[:0]
		if err != nil {
			return m.ended(err)
		}
		if p.last || !sc.split.many {
			if !sc.box.final {
				return m.held(p)
			}
			if sc.changed() { // what was read of it may be its first half
				return m.locked(sc, errChanged)
			}
		}
		bytes += m.mail(p, fn)
		if bytes >= mailBytesPerNext {
			break
		}
	}
	return More
}

// mail hands out one mail, unless it was before, and returns its size.
func (m *mails) mail(p piece, fn func(sources.Line)) int {
	sc, size := m.cur, len(p.data)
	if size > m.opts.MaxMail {
		p.data = p.data[:m.opts.MaxMail]
	}
	m.hashed = lasting(m.hashed[:0], p.data)
	known := m.memory.add(mailIDOf(string(m.hashed)), sc.file)
	sc.file.last, sc.file.many = p.start, sc.split.many
	if known || len(p.data) == 0 {
		return size
	}
	if size > m.opts.MaxMail {
		m.counts.Cut++
	}
	m.counts.Lines++
	m.counts.Bytes += uint64(len(p.data))
	sc.gave = true
	fn(sources.Line{Data: p.data, File: sc.box.path, Offset: p.start})
	return size
}

// ended closes the file at its end, or where it cannot be read any further.
func (m *mails) ended(err error) Status {
	sc := m.cur
	whole := errors.Is(err, io.EOF)
	if whole {
		delete(m.problems, sc.box.path)
		delete(m.unread, sc.box.path)
	} else {
		m.problems.add(fileError("read", sc.box.path, truncated(err)))
		m.tried(sc.box.path).failed = true
	}
	m.close(whole)
	if sc.gave {
		return FileEnded
	}
	return More
}

// held leaves the last mail where it is: its end may not have been written yet.
func (m *mails) held(p piece) Status {
	path := m.cur.box.path
	delete(m.problems, path)
	u := m.tried(path)
	u.held, u.torn = true, m.cur.split.many && !p.ended
	m.close(false)
	return More
}

// close closes the file; whole says that it was read to its end. What could not be
// read is looked at again when it has changed.
func (m *mails) close(whole bool) {
	sc := m.cur
	m.memory.leave(sc, whole)
	sc.close()
	m.cur = nil
}

// locked says what to do about a file that others write to or have changed.
func (m *mails) locked(sc *mailScan, err error) Status {
	if errors.Is(err, errChanged) {
		m.close(false)
		m.queue = append([]mailbox{{path: sc.box.path, final: !m.opts.Follow}}, m.queue...)
		return More
	}
	u := m.tried(sc.box.path)
	if u.locked.IsZero() {
		u.locked = sc.opened
	}
	patient := time.Since(u.locked) < m.opts.Grace
	if patient && !m.opts.Follow { // a delivery takes milliseconds
		time.Sleep(time.Millisecond)
		return More
	}
	if !patient {
		m.problems.add(&FileError{Op: "lock", Path: sc.box.path, Err: err, Hint: "another program writes to it, or has left " + sc.box.path + ".lock behind"})
	}
	m.close(false)
	return More
}

// open opens the next file, and says whether there was one to try.
func (m *mails) open() bool {
	if len(m.queue) == 0 {
		if m.listed && !m.opts.Follow {
			m.sweep()
			return false
		}
		m.list()
	}
	if len(m.queue) == 0 {
		m.sweep()
		return false
	}
	box := m.queue[0]
	m.queue = m.queue[1:]
	sc, err := openMails(box, m.memory, m.opts.MaxMail)
	switch {
	case errors.Is(err, fs.ErrNotExist) && m.opts.Follow: // the next list says what became of it
	case err != nil:
		m.problems.add(fileError("open", box.path, err))
		m.tried(box.path)
	default:
		m.cur, m.swept = sc, false
	}
	return true
}

// list queues the files that have changed.
func (m *mails) list() {
	begun := time.Now()
	if begun.Before(m.relist) {
		return
	}
	defer func() { m.relist = time.Now().Add(idleShare * time.Since(begun)) }()
	m.listed = true
	there := make(map[mailID]bool)
	before := m.problems
	m.problems = make(problems) // those of files that are gone are, too
	found, whole := m.files()
	for _, path := range found {
		info, err := os.Stat(path)
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				m.problems.add(fileError("open", path, err))
				whole = false
			}
			continue
		}
		if !info.Mode().IsRegular() {
			continue
		}
		there[mailIDOf(path)] = true
		now := stampOf(info)
		if m.memory.unchanged(path, now) {
			delete(m.unread, path)
			continue
		}
		if err := before[path]; err != nil {
			m.problems[path] = err
		}
		if due, final := m.due(path, now); due {
			m.queue = append(m.queue, mailbox{path, info, final})
		}
	}
	for path := range m.unread {
		if !there[mailIDOf(path)] {
			delete(m.unread, path)
		}
	}
	if whole && m.memory.missing(there) {
		m.swept = false
	}
}

// files returns the paths of the set, and whether all could be listed.
func (m *mails) files() (paths []string, whole bool) {
	if info, err := os.Stat(m.set.Path); err != nil || !info.IsDir() {
		set := m.set
		if m.opts.Follow {
			set = Rotation(set)
		}
		for _, f := range set.Files {
			paths = append(paths, f.Path)
		}
		return paths, true
	}
	f := finder{files: make(map[string]File), maildirs: make(map[string]bool)}
	f.directory(m.set.Path)
	for _, err := range f.errs {
		var fe *FileError
		if errors.As(err, &fe) {
			m.problems.add(fe)
		}
	}
	for path := range f.files {
		if filepath.Ext(path) != lockExt {
			paths = append(paths, path)
		}
	}
	slices.SortFunc(paths, compareNames)
	return paths, len(f.errs) == 0
}

// sweep forgets the mails that are in no file any more. One that has vanished may
// be in a file that is about to be read, and is waited for.
func (m *mails) sweep() {
	now := time.Now()
	switch {
	case m.swept:
	case !m.awaited():
		m.memory.sweep(now)
		m.swept = true
	case now.Sub(m.partly) > m.opts.Grace:
		m.memory.sweep(now.Add(-m.opts.Grace))
		m.partly = now
	}
}

// Counts returns what was counted so far.
func (m *mails) Counts() Counts { return m.counts }

// Problems returns what could not be read.
func (m *mails) Problems() []error { return m.problems.list() }

// Changes hands out what was read or has vanished.
func (m *mails) Changes(put func(key, value []byte) error) error { return m.memory.changes(put) }

// Load takes one mail or file back.
func (m *mails) Load(key, value []byte) error { return m.memory.load(key, value) }

// Wait waits for mail. What the kernel tells of a directory does not tell of those
// below it, which are looked at every poll interval.
func (m *mails) Wait(ctx context.Context, limit time.Duration) error {
	if m.watch == nil {
		dir := m.set.Path
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			dir = filepath.Dir(dir)
		}
		m.watch = newWatcher(m.opts, func(name string) bool { return filepath.Ext(name) != lockExt }, dir)
	}
	return m.watch.wait(ctx, limit)
}

// Close closes what is open.
func (m *mails) Close() error {
	if m.cur != nil {
		m.close(false)
	}
	m.queue = nil
	return m.watch.close()
}
