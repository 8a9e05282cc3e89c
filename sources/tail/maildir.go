package tail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"mailfate/schemas"
	"mailfate/sources"
)

const (
	// mailsPerNext bounds what one Next hands out.
	mailsPerNext = 256
	// mailBytesPerNext likewise; the last mail may go beyond it.
	mailBytesPerNext = 4 << 20
)

// mailID is the hash of a mail's unique name: what stands before the colon, which
// stays when flags change and when the mail moves from new to cur.
type mailID [16]byte

// maildir reads the mails of a Maildir; each is one record.
type maildir struct {
	set  Set
	opts Options

	done  map[mailID]bool
	dirty map[mailID]bool // done since the last Changes: true; vanished: false
	queue []mail
	buf   []byte

	handed []string // files of ours that were handed out since the last Keep

	listed   bool
	failed   map[string]time.Time // mails that could not be read, by path: when that was tried
	counts   Counts
	problems problems
	watch    *watcher
}

type mail struct {
	name string // unique part
	path string
}

func newMaildir(set Set, opts Options) *maildir {
	return &maildir{set: set, opts: opts, done: make(map[mailID]bool), dirty: make(map[mailID]bool), failed: make(map[string]time.Time), problems: make(problems)}
}

func (m *maildir) dirs() []string {
	return []string{filepath.Join(m.set.Path, "new"), filepath.Join(m.set.Path, "cur")}
}

// Next hands out some mails, in the order of their names.
func (m *maildir) Next(fn func(sources.Line)) Status {
	if len(m.queue) == 0 && (m.opts.Follow || !m.listed) {
		m.list()
	}
	if len(m.queue) == 0 {
		return Idle
	}
	bytes := 0
	n := 0
	for ; n < len(m.queue) && n < mailsPerNext && bytes < mailBytesPerNext; n++ {
		bytes += m.mail(m.queue[n], fn)
	}
	if m.queue = m.queue[n:]; len(m.queue) == 0 {
		return FileEnded
	}
	return More
}

// list queues the mails that are not done. It lists new before cur, so that one
// that moves meanwhile is seen at least once.
func (m *maildir) list() {
	first := !m.listed // nothing was handed out yet, so what is done is kept
	m.listed = true
	found := make(map[mailID]mail)
	whole := true
	for _, dir := range m.dirs() {
		entries, err := os.ReadDir(dir)
		if m.set.Own && errors.Is(err, fs.ErrNotExist) {
			continue // nothing was put there yet
		}
		if err != nil {
			m.problems.add(fileError("list", dir, err))
			whole = false
			continue
		}
		delete(m.problems, dir)
		for _, e := range entries {
			if !hidden(e.Name()) && !e.IsDir() {
				name, _, _ := strings.Cut(e.Name(), ":")
				found[mailIDOf(name)] = mail{name, filepath.Join(dir, e.Name())}
			}
		}
	}
	if whole {
		m.forget(found)
		m.forgive(found)
	}
	if first && m.set.Own {
		m.clear(found)
	}
	for id, ml := range found {
		if !m.done[id] && time.Since(m.failed[ml.path]) > m.opts.Grace {
			m.queue = append(m.queue, ml)
		}
	}
	slices.SortFunc(m.queue, func(a, b mail) int { return cmp.Compare(a.name, b.name) })
}

// clear removes mails of ours that the last process had no time to remove.
func (m *maildir) clear(found map[mailID]mail) {
	for id, ml := range found {
		if m.done[id] {
			_ = os.Remove(ml.path) // it is tried again at the next start
		}
	}
}

// Keep removes the mails of ours that were handed out, when what was made of them
// is kept.
func (m *maildir) Keep() func() {
	paths := m.handed
	m.handed = nil
	if len(paths) == 0 {
		return nil
	}
	return func() {
		for _, p := range paths {
			_ = os.Remove(p) // it is tried again at the next start
		}
	}
}

// forget drops the mails that were removed from the mailbox.
func (m *maildir) forget(found map[mailID]mail) {
	for id := range m.done {
		if _, ok := found[id]; !ok {
			delete(m.done, id)
			m.dirty[id] = false
		}
	}
}

// forgive drops what is said of mails that could not be read and are gone.
func (m *maildir) forgive(found map[mailID]mail) {
	for path := range m.failed {
		name, _, _ := strings.Cut(filepath.Base(path), ":")
		if found[mailIDOf(name)].path != path {
			delete(m.failed, path)
			delete(m.problems, path)
		}
	}
}

func mailIDOf(name string) mailID { return mailID(schemas.HashBytes([]byte(name))) }

// mail hands out one mail and returns its size.
func (m *maildir) mail(ml mail, fn func(sources.Line)) int {
	data, err := m.readMail(ml)
	if err != nil {
		m.problems.add(fileError("read", ml.path, truncated(err)))
		m.failed[ml.path] = time.Now()
		return 0
	}
	delete(m.problems, ml.path)
	delete(m.failed, ml.path)
	if len(data) > m.opts.MaxMail {
		data = data[:m.opts.MaxMail]
		m.counts.Cut++
	}
	m.counts.Lines++
	m.counts.Bytes += uint64(len(data))
	id := mailIDOf(ml.name)
	m.done[id] = true
	m.dirty[id] = true
	if m.set.Own {
		m.handed = append(m.handed, ml.path)
	}
	fn(sources.Line{Data: data, File: ml.path})
	return len(data)
}

// readMail reads a mail, one byte more than its limit if it is too long.
func (m *maildir) readMail(ml mail) ([]byte, error) {
	lf, err := openRaw(ml.path)
	if os.IsNotExist(err) {
		if p, ok := m.moved(ml.name); ok {
			lf, err = openRaw(p)
		}
	}
	if err != nil {
		return nil, err
	}
	defer lf.close()
	m.buf = m.buf[:0]
	for len(m.buf) <= m.opts.MaxMail {
		m.buf = slices.Grow(m.buf, 32<<10)
		room := m.buf[len(m.buf):cap(m.buf)]
		n, err := lf.src.Read(room[:min(len(room), m.opts.MaxMail+1-len(m.buf))])
		m.buf = m.buf[:len(m.buf)+n]
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	return m.buf, nil
}

// moved finds a mail whose flags changed or that went from new to cur.
func (m *maildir) moved(name string) (string, bool) {
	entries, err := os.ReadDir(filepath.Join(m.set.Path, "cur"))
	if err != nil {
		return "", false
	}
	for _, e := range entries {
		if base, _, _ := strings.Cut(e.Name(), ":"); base == name {
			return filepath.Join(m.set.Path, "cur", e.Name()), true
		}
	}
	return "", false
}

// Counts returns what was counted so far.
func (m *maildir) Counts() Counts { return m.counts }

// Problems returns what could not be read.
func (m *maildir) Problems() []error { return m.problems.list() }

// Changes hands out which mails were done or have vanished.
func (m *maildir) Changes(put func(key, value []byte) error) error {
	for id, done := range m.dirty {
		var value []byte
		if done {
			value = []byte{positionVersion}
		}
		if err := put(id[:], value); err != nil {
			return err
		}
	}
	clear(m.dirty)
	return nil
}

// Load takes one mail back that was done.
func (m *maildir) Load(key, value []byte) error {
	if len(key) != len(mailID{}) || len(value) != 1 || value[0] != positionVersion {
		return fmt.Errorf("load position %x: %w", key, errPosition)
	}
	m.done[mailID(key)] = true
	return nil
}

// Wait waits for mail.
func (m *maildir) Wait(ctx context.Context, limit time.Duration) error {
	if m.watch == nil {
		m.watch = newWatcher(m.opts, func(string) bool { return true }, m.dirs()...)
	}
	return m.watch.wait(ctx, limit)
}

// Close ends the watch.
func (m *maildir) Close() error { return m.watch.close() }
