package tail

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"mailfate/sources"
)

// files reads the log files of one set.
type files struct {
	set    Set
	opts   Options
	lines  *lines
	memory *memory

	cur     *logFile
	pending error  // that came with the last bytes of cur
	queue   []item // what is to be read next, oldest first
	listed  bool   // the set's files have been queued
	planned time.Time
	judged  map[identity]judgement

	torn     map[string]bool // replayed files whose last line is held back
	problems problems
	watch    *watcher
}

// item is a file that is to be read.
type item struct {
	path  string
	final bool        // its last line is over, even without its end
	info  fs.FileInfo // what was found there; nil: whatever is there
}

func newFiles(set Set, opts Options) *files {
	return &files{
		set: set, opts: opts,
		lines: newLines(opts.MaxLine), memory: newMemory(),
		judged: make(map[identity]judgement), torn: make(map[string]bool), problems: make(problems),
	}
}

// Next reads one block.
func (r *files) Next(fn func(sources.Line)) Status {
	if r.cur == nil && !r.openNext() {
		return Idle
	}
	lf := r.cur
	if lf == nil { // the file that was next had nothing new or could not be read
		return More
	}
	err := r.pending
	if r.pending = nil; err == nil {
		var status Status
		if status, err = r.block(fn); status != Idle {
			return status
		}
	}
	switch {
	case !errors.Is(err, io.EOF):
		r.fail("read", lf.path, err)
		return r.ended(failed)
	case lf.plain && r.opts.Follow:
		return r.atLiveEnd(fn)
	default:
		return r.atEnd(fn)
	}
}

// block reads a block of the open file and hands out its lines; Idle says that
// there was none, and why. What the file was is looked at after the read, so that
// nobody can change it in between.
func (r *files) block(fn func(sources.Line)) (Status, error) {
	lf := r.cur
	fresh, err := r.lines.fill(lf.src)
	again := r.beginsAgain(fresh)
	switch {
	case r.opts.Follow && lf.plain && r.overwritten():
		r.closeCurrent(false, nil) // what was not yet read may be in a copy
		return More, nil
	case len(fresh) == 0 && err != nil:
		return Idle, err
	case len(fresh) > 0 && r.outrun():
		return More, nil
	case again && r.removed():
		r.closeCurrent(false, nil) // what is in its place now says what became of it
		return More, nil
	case again && r.replaces():
		r.startAgain()
		return Again, nil
	}
	r.lines.take(fresh, lf.deliver(fn))
	r.pending = err
	return More, nil
}

// outrun reports whether something older has turned up when the log is about to
// give its first line, and closes the log: a copy of what was there before, which
// is read first.
func (r *files) outrun() bool {
	if !r.opts.Follow || r.cur.path != r.set.Path || r.cur.known != nil || r.lines.offset > 0 {
		return false
	}
	older := r.plan()
	if info, err := r.cur.f.Stat(); err != nil || !r.unmoved(info) || len(older) == 0 {
		return false // once it was renamed, the others are newer
	}
	r.closeCurrent(false, nil)
	r.queue = older
	return true
}

// openNext opens the next file, and says whether there was one to try.
func (r *files) openNext() bool {
	if len(r.queue) == 0 {
		r.queue = r.plan()
	}
	if len(r.queue) == 0 {
		return r.opts.Follow && r.openNewest()
	}
	next := r.queue[0]
	r.queue = r.queue[1:]
	r.openItem(next)
	if next.final && r.cur != nil && r.cur.plain {
		r.cur.final = true
	}
	return true
}

func (r *files) openItem(it item) {
	info, _ := r.stat(it.path) // before it is opened: what is added then is seen
	lf, err := r.open(it)
	if errors.Is(err, errMoved) || r.opts.Follow && errors.Is(err, fs.ErrNotExist) {
		r.cur, r.queue = nil, nil // the order of what is left has to be found out again
		return
	}
	if err != nil {
		r.fail("open", it.path, err)
	} else {
		delete(r.problems, it.path)
	}
	if r.cur = lf; lf != nil || info == nil {
		return
	}
	if err != nil {
		r.judge(info, failed)
	} else {
		r.judge(info, read)
	}
}

func (r *files) fail(op, path string, err error) { r.problems.add(fileError(op, path, truncated(err))) }

// atEnd ends a file that was read to its end.
func (r *files) atEnd(fn func(sources.Line)) Status {
	lf := r.cur
	if !lf.plain || lf.final {
		r.lines.finish(lf.deliver(fn))
	}
	whole := r.lines.torn() == 0
	if delete(r.torn, lf.path); !whole {
		r.torn[lf.path] = true
	}
	return r.ended(r.verdict())
}

// verdict says how the current file is left at its end.
func (r *files) verdict() verdict {
	if r.lines.torn() > 0 {
		return torn
	}
	return read
}

// ended closes the current file, of which everything was read that could be.
func (r *files) ended(v verdict) Status {
	lf := r.cur
	info := lf.opened
	if lf.plain {
		info, _ = lf.f.Stat()
		if info != nil && v != failed && info.Size() != r.lines.end() {
			info = nil // something was added after we were at the end: look again
		}
	}
	if info != nil {
		r.judge(info, v)
	}
	r.closeCurrent(v == read, info)
	if lf.gave {
		return FileEnded
	}
	return More
}

// Counts returns what was counted so far.
func (r *files) Counts() Counts {
	c := r.lines.counts
	c.Torn = uint64(len(r.torn))
	if r.opts.Follow && r.cur != nil && r.lines.torn() > 0 {
		c.Torn++
	}
	return c
}

// Problems returns what could not be read.
func (r *files) Problems() []error { return r.problems.list() }

// Changes hands out the positions that changed.
func (r *files) Changes(put func(key, value []byte) error) error {
	r.advance()
	return r.memory.changes(put)
}

// Load takes one position back.
func (r *files) Load(key, value []byte) error { return r.memory.load(key, value) }

// Wait waits for something to be added.
func (r *files) Wait(ctx context.Context, limit time.Duration) error {
	if r.watch == nil {
		base := filepath.Base(r.set.Path)
		r.watch = newWatcher(r.opts, func(name string) bool { return parseName(name).base == base }, filepath.Dir(r.set.Path))
	}
	return r.watch.wait(ctx, limit)
}

// Close closes what is open.
func (r *files) Close() error {
	if r.cur != nil {
		r.closeCurrent(false, nil)
	}
	r.queue = nil
	return r.watch.close()
}

// replayPlan is the set as it was found, without what is known to be unchanged.
func (r *files) replayPlan() []item {
	if r.listed {
		return nil
	}
	r.listed = true
	var todo []item
	newer := false // a newer file has content
	for _, f := range slices.Backward(r.set.Files) {
		todo = append(todo, item{path: f.Path, final: newer})
		newer = newer || f.Size > 0
	}
	slices.Reverse(todo)
	return slices.DeleteFunc(todo, func(it item) bool {
		info, ok := r.stat(it.path)
		return !ok || r.complete(info)
	})
}
