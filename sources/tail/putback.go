package tail

import (
	"bytes"
	"slices"
)

// A log can be replaced by an older copy of itself: a backup that is restored, a
// truncation that is taken back. Its lines were read, but what was learned from
// them may have been forgotten since, or belong to lines that are no more. So the
// stream begins again, which is what a lost position does, too.

// beginsAgain reports whether the open file is about to give a first line that
// was handed out before.
func (r *files) beginsAgain(fresh []byte) bool {
	if r.cur.known != nil || r.lines.offset > 0 || len(r.memory.files) == 0 {
		return false
	}
	head := slices.Concat(r.lines.head, fresh[:min(len(fresh), headBytes-len(r.lines.head))])
	line := firstLine(head)
	for _, k := range r.memory.files {
		if k.beginsWith(line) {
			return true
		}
	}
	return false
}

// removed reports whether the file that a follower has opened is gone, and what
// is in its place is another one: an older copy was put back twice.
func (r *files) removed() bool {
	return r.opts.Follow && r.cur.path == r.set.Path && !r.listedNow()
}

// replaces reports whether the open file is in the place of a known one that is
// nowhere else: it was written over, or renamed over.
func (r *files) replaces() bool {
	info, err := r.cur.f.Stat()
	if err != nil {
		return false
	}
	all := r.siblings()
	for _, k := range r.memory.files {
		id := identity{k.Dev, k.Inode}
		if id == identityOf(info) && k.Inode != 0 {
			return true
		}
		there := func(s sibling) bool { return identityOf(s.info) == id && r.holds(s.path, k) }
		if r.cur.path == r.set.Path && k.Path == r.set.Path && !slices.ContainsFunc(all, there) {
			return true
		}
	}
	return false
}

// holds reports whether what is known of k is in a file: one that has its inode
// may have been made after k was removed.
func (r *files) holds(path string, k *known) bool {
	lf, err := openRaw(path)
	if err != nil {
		return false
	}
	defer lf.close()
	head, err := readHead(lf)
	if err != nil || !k.begins(head) {
		return false
	}
	found, err := r.verify(lf, k, head)
	return err == nil && found == same
}

// startAgain forgets everything that is known.
func (r *files) startAgain() {
	r.cur.close()
	r.cur, r.pending, r.queue, r.listed = nil, nil, nil, false
	r.memory.clear()
	clear(r.judged)
	clear(r.torn)
	r.lines.start("", 0, nil, nil)
}

// inPlace reports whether a file that begins like k, but is shorter, is where k
// was: then it is no copy that is still being made, but what is there now.
func (r *files) inPlace(lf *logFile, k *known) bool {
	info, err := lf.f.Stat()
	if err != nil || !lf.plain {
		return false
	}
	return lf.path == r.set.Path || identityOf(info) == identity{k.Dev, k.Inode} && k.Inode != 0
}

// overwritten reports whether the bytes before the position are no longer there:
// the open file was truncated, and may have grown beyond the position since.
func (r *files) overwritten() bool {
	was, end := r.lines.before()
	now := make([]byte, len(was))
	n, _ := r.cur.f.ReadAt(now, end-int64(len(was)))
	return !bytes.Equal(now[:n], was)
}
