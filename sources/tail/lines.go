package tail

import (
	"bytes"
	"io"
	"slices"

	"mailfate/sources"
)

const (
	// block is how much is read at a time: large enough for few calls, small enough
	// for the second-level cache.
	block = 256 << 10
	// headBytes is how much of a file's beginning names it.
	headBytes = 1024
	// tailBytes is how much before the position must be as it was.
	tailBytes = 128
)

// lines cuts one file after the other into lines. Its buffer holds at most one
// longest line and a block.
type lines struct {
	maxLine int
	buf     []byte
	r, w    int // what is read and not yet handed out is buf[r:w]

	path   string
	offset int64  // of buf[r] in the file
	head   []byte // the file's first bytes, as far as they were read
	tail   []byte // the last bytes before offset
	// dropped counts the bytes of a line that is longer than maxLine, beyond
	// those at buf[:maxLine]; -1 outside of such a line.
	dropped int64

	counts Counts
}

func newLines(maxLine int) *lines { return &lines{maxLine: maxLine, dropped: -1} }

// start begins a file at offset, where head and tail were found.
func (l *lines) start(path string, offset int64, head, tail []byte) {
	l.path, l.offset = path, offset
	l.head = append(l.head[:0], head...)
	l.tail = append(l.tail[:0], tail...)
	l.r, l.w, l.dropped = 0, 0, -1
}

// end is how far the file has been read.
func (l *lines) end() int64 { return l.offset + int64(l.w-l.r) + max(l.dropped, 0) }

// torn says how many bytes of a line without its end have been read.
func (l *lines) torn() int64 { return l.end() - l.offset }

// fill reads a block. It counts as read when take has it.
func (l *lines) fill(src io.Reader) (fresh []byte, err error) {
	l.makeRoom()
	n, err := src.Read(l.buf[l.w : l.w+block])
	return l.buf[l.w : l.w+n], err
}

// take hands out the lines that a block completes.
func (l *lines) take(fresh []byte, fn func(sources.Line)) {
	l.keepHead(l.end(), fresh)
	if l.dropped >= 0 {
		l.endLongLine(fresh, fn)
	} else {
		l.w += len(fresh)
	}
	if l.dropped < 0 {
		l.handOut(fn)
	}
}

// before returns the last bytes that were read, as far as they are kept, and
// where they end.
func (l *lines) before() (b []byte, end int64) {
	if l.dropped > 0 {
		return l.tail, l.offset
	}
	b = append(slices.Clone(l.tail), l.buf[l.r:l.w]...)
	return b[max(0, len(b)-tailBytes):], l.end()
}

// makeRoom leaves room for a block behind what is held.
func (l *lines) makeRoom() {
	if l.r > 0 {
		copy(l.buf, l.buf[l.r:l.w])
		l.w -= l.r
		l.r = 0
	}
	if need := l.w + block; need > len(l.buf) {
		bigger := make([]byte, max(need, min(2*len(l.buf), l.maxLine+block)))
		copy(bigger, l.buf[:l.w])
		l.buf = bigger
	}
}

func (l *lines) keepHead(at int64, fresh []byte) {
	have := int64(len(l.head))
	if have < headBytes && at <= have && at+int64(len(fresh)) > have {
		fresh = fresh[have-at:]
		l.head = append(l.head, fresh[:min(len(fresh), headBytes-len(l.head))]...)
	}
}

func (l *lines) handOut(fn func(sources.Line)) {
	first := l.r
	for {
		i := bytes.IndexByte(l.buf[l.r:l.w], '\n')
		if i < 0 {
			break
		}
		l.line(l.buf[l.r:l.r+i], fn)
		l.r += i + 1
		l.offset += int64(i) + 1
	}
	l.keepTail(l.buf[first:l.r])
	if held := l.w - l.r; held > l.maxLine {
		copy(l.buf, l.buf[l.r:l.r+l.maxLine])
		l.r, l.w = 0, l.maxLine
		l.dropped = int64(held - l.maxLine)
	}
}

// endLongLine looks for the end of a line whose first bytes alone are kept.
func (l *lines) endLongLine(fresh []byte, fn func(sources.Line)) {
	i := bytes.IndexByte(fresh, '\n')
	if i < 0 {
		l.dropped += int64(len(fresh))
		return
	}
	l.emit(l.buf[:l.maxLine], true, fn)
	l.offset += int64(l.maxLine) + l.dropped + int64(i) + 1
	l.r = l.maxLine + i + 1
	l.w = l.maxLine + len(fresh)
	l.dropped = -1
	l.tail = l.tail[:0] // what went before has been dropped
	l.keepTail(fresh[:i+1])
}

// line hands out one line without its end.
func (l *lines) line(data []byte, fn func(sources.Line)) {
	l.counts.Bytes++ // the line feed
	if n := len(data); n > 0 && data[n-1] == '\r' {
		data = data[:n-1]
		l.counts.Bytes++
	}
	cut := len(data) > l.maxLine
	if cut {
		l.counts.Bytes += uint64(len(data) - l.maxLine)
		data = data[:l.maxLine]
	}
	l.emit(data, cut, fn)
}

func (l *lines) emit(data []byte, cut bool, fn func(sources.Line)) {
	l.counts.Lines++
	l.counts.Bytes += uint64(len(data))
	if cut {
		l.counts.Cut++
	}
	fn(sources.Line{Data: data, File: l.path, Offset: l.offset})
}

// finish hands out the last line, which has no end.
func (l *lines) finish(fn func(sources.Line)) {
	if l.torn() == 0 {
		return
	}
	end := l.end()
	data := l.buf[l.r:l.w]
	l.emit(data, l.dropped >= 0, fn)
	if l.dropped > 0 {
		l.counts.Bytes += uint64(l.dropped)
		l.tail = l.tail[:0]
	} else {
		l.keepTail(data)
	}
	l.offset = end
	l.r, l.w, l.dropped = 0, 0, -1
}

func (l *lines) keepTail(done []byte) {
	if n := len(done); n >= tailBytes {
		l.tail = append(l.tail[:0], done[n-tailBytes:]...)
		return
	}
	l.tail = append(l.tail, done...)
	if over := len(l.tail) - tailBytes; over > 0 {
		l.tail = append(l.tail[:0], l.tail[over:]...)
	}
}
