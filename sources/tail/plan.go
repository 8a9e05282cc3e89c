package tail

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"mailfate/sources"
)

// judgement is what a follower found when it last was at a file's end.
type judgement struct {
	size    int64
	modTime int64
	since   time.Time
	verdict verdict
}

// verdict is how the file was left.
type verdict uint8

const (
	read   verdict = iota
	torn           // its last line has no end yet
	failed         // it could not be read, and is tried again later
)

func (r *files) judge(info fs.FileInfo, v verdict) {
	r.judged[identityOf(info)] = judgement{
		size: info.Size(), modTime: info.ModTime().UnixNano(), since: time.Now(), verdict: v,
	}
}

// settled reports whether nothing is to be read in a file; final, whether its
// last line is to be read without its end, for nobody writes to it any more.
func (r *files) settled(info fs.FileInfo) (settled, final bool) {
	j, ok := r.judged[identityOf(info)]
	if !ok || j.size != info.Size() || j.modTime != info.ModTime().UnixNano() {
		return r.complete(info), false
	}
	if j.verdict == read || time.Since(j.since) <= r.opts.Grace {
		return true, false
	}
	return false, j.verdict == torn
}

// complete reports whether a file has been read to its end and has not changed.
func (r *files) complete(info fs.FileInfo) bool {
	for _, k := range r.memory.files {
		if k.Complete && k.is(info) {
			return true
		}
	}
	return false
}

// sibling is a file of the set that is there now.
type sibling struct {
	path string
	info fs.FileInfo
}

// stableTries is how often a directory is listed again that is just being rotated.
const stableTries = 8

// siblings lists the set's directory, oldest file first. A list that was made
// while files were renamed can miss one, or have it twice, so two lists in a row
// must agree.
func (r *files) siblings() []sibling {
	all := r.list()
	for range stableTries {
		again := r.list()
		if slices.EqualFunc(all, again, func(a, b sibling) bool { return a.path == b.path && os.SameFile(a.info, b.info) }) {
			return again
		}
		all = again
	}
	return all
}

func (r *files) list() []sibling {
	dir := filepath.Dir(r.set.Path)
	entries, err := os.ReadDir(dir)
	if err != nil {
		r.problems.add(fileError("list", dir, err))
		return nil
	}
	delete(r.problems, dir)
	var all []sibling
	for _, name := range rotation(r.set.Path, entries) {
		p := filepath.Join(dir, name)
		if info, ok := r.stat(p); ok && info.Mode().IsRegular() && info.Size() > 0 || ok && p == r.set.Path {
			all = append(all, sibling{p, info})
		}
	}
	slices.SortFunc(all, func(a, b sibling) int { return compareNames(a.path, b.path) })
	return all
}

// stat says what the file system says. In a follower, a file that has vanished
// is no problem: it was renamed.
func (r *files) stat(path string) (fs.FileInfo, bool) {
	info, err := os.Stat(path)
	if err != nil && (!r.opts.Follow || !errors.Is(err, fs.ErrNotExist)) {
		r.fail("open", path, err)
	}
	return info, err == nil
}

// plan returns what is to be read, apart from the open file, oldest first. A
// follower reads everything that is new to it, whatever its name: a line in an
// older file may tell what later ones are about.
func (r *files) plan() []item {
	if !r.opts.Follow {
		return r.replayPlan()
	}
	r.planned = time.Now()
	var todo []item
	all := r.siblings()
	for i, s := range all {
		settled, final := r.settled(s.info)
		newest := i == len(all)-1 // it can still be completed
		if s.info.Size() > 0 && !settled && (!final || !newest) && !r.isCurrent(s.info) {
			todo = append(todo, item{s.path, final, s.info})
		}
	}
	return todo
}

func (r *files) isCurrent(info fs.FileInfo) bool {
	if r.cur == nil {
		return false
	}
	cur, err := r.cur.f.Stat()
	return err == nil && os.SameFile(cur, info)
}

// openNewest opens the file that is written to, so that what is added can still
// be read after it was renamed or removed.
func (r *files) openNewest() bool {
	all := r.siblings()
	if len(all) == 0 {
		return false
	}
	newest := all[len(all)-1]
	r.openItem(item{path: newest.path, info: newest.info})
	if r.cur != nil && !r.cur.plain {
		r.closeCurrent(false, nil)
	}
	return r.cur != nil
}

// atLiveEnd decides at the end of a plain file whether to stay with it.
func (r *files) atLiveEnd(fn func(sources.Line)) Status {
	lf := r.cur
	if lf.final {
		return r.atEnd(fn)
	}
	info, err := lf.f.Stat()
	if err != nil {
		r.fail("read", lf.path, err)
		return r.ended(failed)
	}
	if info.Size() < r.lines.end() {
		// Truncated: what was not yet read may be in a copy, and what comes is new.
		r.closeCurrent(false, nil)
		return More
	}
	if r.unmoved(info) && time.Since(r.planned) < r.opts.Poll && len(r.queue) == 0 {
		return Idle
	}
	if len(r.queue) == 0 {
		r.queue = r.plan()
	}
	if len(r.queue) == 0 {
		return Idle
	}
	return r.leave(fn)
}

// unmoved reports whether the open file still has the name it was opened by.
func (r *files) unmoved(info fs.FileInfo) bool {
	now, err := os.Stat(r.cur.path)
	return err == nil && os.SameFile(now, info)
}

// leave ends the open file, since others have something new. What was written to
// it until the others were found is read first.
func (r *files) leave(fn func(sources.Line)) Status {
	lf := r.cur
	if status, _ := r.block(fn); status != Idle {
		r.queue = nil
		return status
	}
	if !r.listedNow() {
		r.lines.finish(lf.deliver(fn)) // it has been removed, so nothing can complete its last line
	}
	return r.ended(r.verdict())
}

// listedNow reports whether the open file is still one of the set.
func (r *files) listedNow() bool {
	return slices.ContainsFunc(r.siblings(), func(s sibling) bool { return r.isCurrent(s.info) })
}
