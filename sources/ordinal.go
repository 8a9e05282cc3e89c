package sources

import (
	"encoding/binary"

	"mailfate/schemas"
)

// LineHash names lines by their content. Two lines with the same stamp and the
// same text are two observations, so the hash counts them: the third of them is
// the third however often and under whatever name the log is read.
//
// It remembers the lines of the newest stamp of each host, and that memory
// belongs to the parser's state (Changes, Load). It is bounded by maxHosts,
// maxLines and maxAllLines. What it has no room for is taken for the first of
// its kind: then identical lines of one stamp are one observation, which is what
// they most likely are where that many lines share a stamp.
type LineHash struct {
	hosts map[string]*stampLines
	last  *stampLines // of the last line
	order uint64      // of the last use of a host
	lines int         // remembered, over all hosts
	gone  map[string]struct{}
	buf   []byte
}

const (
	// maxHosts is how many hosts are remembered; then the one whose last line
	// is the longest ago is forgotten.
	maxHosts = 1024
	// maxLines is how many different lines of one stamp are remembered.
	maxLines = 65536
	// maxAllLines is how many lines are remembered over all hosts; then hosts
	// are forgotten, too.
	maxAllLines = 4 * maxLines
	// maxFew is how many lines of one stamp are looked through one by one: most
	// stamps are of one line.
	maxFew = 8
)

// stampLines are the lines of one host's newest stamp.
type stampLines struct {
	host  string
	stamp []byte
	order uint64
	few   []stampLine             // the first
	more  map[schemas.Hash]uint32 // the others
	dirty bool
	saved bool
}

type stampLine struct {
	hash  schemas.Hash
	times uint32
}

// Of returns the content hash of a line: host and instance that logged it, its
// stamp as written, the rest of the line, and its ordinal among identical ones.
func (l *LineHash) Of(host, instance string, stamp, rest []byte) schemas.Hash {
	h := l.at(host, stamp)

	b := l.buf[:0]
	b = appendPart(b, host)
	b = appendPart(b, instance)
	b = binary.AppendUvarint(b, uint64(len(stamp)))
	b = append(b, stamp...)
	b = append(b, rest...)
	line := schemas.HashBytes(b)
	if cap(b) <= maxBuffer {
		l.buf = b
	}
	if n := l.count(h, line); n > 0 {
		return numbered(line, 'l', uint64(n))
	}
	return line
}

// maxBuffer is the largest line whose room is kept for the next.
const maxBuffer = 64 << 10

// Nth names the n-th event of a line, from 0. The first has the line's own name.
func Nth(line schemas.Hash, n int) schemas.Hash {
	if n == 0 {
		return line
	}
	return numbered(line, 'e', uint64(n))
}

// numbered names the n-th of something; what says of what. A hash of a line is
// never of 27 bytes or fewer that begin with a hash, so none collides with it.
func numbered(h schemas.Hash, what byte, n uint64) schemas.Hash {
	var stack [len(h) + 1 + binary.MaxVarintLen64]byte
	b := append(stack[:0], h[:]...)
	b = append(b, what)
	return schemas.HashBytes(binary.AppendUvarint(b, n))
}

// at returns what is remembered of a host at a stamp.
func (l *LineHash) at(host string, stamp []byte) *stampLines {
	h := l.last
	if h == nil || h.host != host {
		if h = l.hosts[host]; h == nil {
			h = l.add(host)
		}
		l.last = h
	}
	if string(h.stamp) != string(stamp) {
		h.stamp = append(h.stamp[:0], stamp...)
		l.lines -= h.len()
		h.empty()
	}
	l.order++
	h.order = l.order
	h.dirty = true
	return h
}

func (h *stampLines) len() int { return len(h.few) + len(h.more) }

// empty forgets the lines; a map that has once grown large is costly to clear.
func (h *stampLines) empty() {
	h.few = h.few[:0]
	if len(h.more) > 1024 {
		h.more = nil
	}
	clear(h.more)
}

func (l *LineHash) add(host string) *stampLines {
	if l.hosts == nil {
		l.hosts = make(map[string]*stampLines)
		l.gone = make(map[string]struct{})
	}
	if len(l.hosts) >= maxHosts {
		l.forgetOldest()
	}
	h := &stampLines{host: host}
	l.hosts[host] = h
	return h
}

// forgetOldest forgets the host whose last line is the longest ago.
func (l *LineHash) forgetOldest() {
	var oldest string
	var found *stampLines
	for name, h := range l.hosts {
		if found == nil || h.order < found.order {
			oldest, found = name, h
		}
	}
	if found == nil {
		return
	}
	l.lines -= found.len()
	delete(l.hosts, oldest)
	if l.last == found {
		l.last = nil
	}
	if found.saved {
		l.gone[oldest] = struct{}{}
	}
}

// count returns how often the line was seen before at its stamp.
func (l *LineHash) count(h *stampLines, line schemas.Hash) uint32 {
	for i := range h.few {
		if seen := &h.few[i]; seen.hash == line {
			seen.times++
			return seen.times - 1
		}
	}
	n := h.more[line]
	if n == 0 && !l.room(h) {
		return 0
	}
	h.set(line, n+1)
	return n
}

// room makes room for another line of a host, and reports whether it could.
func (l *LineHash) room(h *stampLines) bool {
	if h.len() >= maxLines {
		return false
	}
	for l.lines >= maxAllLines && len(l.hosts) > 1 {
		l.forgetOldest()
	}
	l.lines++
	return true
}

// set notes how often a line was seen that is not among the first few.
func (h *stampLines) set(line schemas.Hash, times uint32) {
	if len(h.few) < maxFew {
		h.few = append(h.few, stampLine{line, times})
		return
	}
	if h.more == nil {
		h.more = make(map[schemas.Hash]uint32)
	}
	h.more[line] = times
}

func appendPart(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}
