package sources

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"mailfate/schemas"
)

// lineHashVersion is the first byte of what LineHash saves.
const lineHashVersion = 1

var errLineHash = errors.New("malformed; the state is damaged or a newer version's: start again without it")

// Changes hands out what changed since the last call, one entry for each host,
// its key behind the prefix; as State.Changes says.
func (l *LineHash) Changes(prefix byte, put func(key, value []byte) error) error {
	for host := range l.gone {
		if err := put(hostKey(prefix, host), nil); err != nil {
			return fmt.Errorf("save lines of host %q: %w", host, err)
		}
	}
	clear(l.gone)
	for host, h := range l.hosts {
		if !h.dirty {
			continue
		}
		if err := put(hostKey(prefix, host), h.append(nil)); err != nil {
			return fmt.Errorf("save lines of host %q: %w", host, err)
		}
		h.dirty, h.saved = false, true
	}
	return nil
}

// Load takes back one entry that Changes wrote; key is without the prefix.
func (l *LineHash) Load(key, value []byte) error {
	h, ok := loadStampLines(value)
	if !ok {
		return fmt.Errorf("load lines of host %q: %w", key, errLineHash)
	}
	if old := l.hosts[string(key)]; old != nil {
		return fmt.Errorf("load lines of host %q: loaded twice", key)
	}
	h.host = string(key)
	*l.add(h.host) = h
	l.lines += h.len()
	l.order = max(l.order, h.order)
	return nil
}

func hostKey(prefix byte, host string) []byte {
	return append([]byte{prefix}, host...)
}

// append encodes the lines in the order of their hashes, so that the same lines
// are the same bytes.
func (h *stampLines) append(b []byte) []byte {
	b = append(b, lineHashVersion)
	b = binary.AppendUvarint(b, h.order)
	b = appendPart(b, string(h.stamp))
	all := slices.Clone(h.few)
	for line, times := range h.more {
		all = append(all, stampLine{line, times})
	}
	slices.SortFunc(all, func(a, b stampLine) int { return slices.Compare(a.hash[:], b.hash[:]) })
	for _, line := range all {
		b = append(b, line.hash[:]...)
		b = binary.AppendUvarint(b, uint64(line.times))
	}
	return b
}

func loadStampLines(b []byte) (h stampLines, ok bool) {
	if len(b) == 0 || b[0] != lineHashVersion {
		return h, false
	}
	b = b[1:]
	var w int
	if h.order, w = binary.Uvarint(b); w <= 0 {
		return h, false
	}
	b = b[w:]
	n, w := binary.Uvarint(b)
	if w <= 0 || n > uint64(len(b)-w) {
		return h, false
	}
	h.stamp, b = slices.Clone(b[w:w+int(n)]), b[w+int(n):]
	for len(b) > 0 {
		if len(b) <= len(schemas.Hash{}) {
			return h, false
		}
		line := schemas.Hash(b[:len(schemas.Hash{})])
		b = b[len(line):]
		times, w := binary.Uvarint(b)
		if w <= 0 || times == 0 || times > 1<<32-1 || h.len() >= maxLines {
			return h, false
		}
		h.set(line, uint32(times))
		b = b[w:]
	}
	h.saved = true
	return h, true
}
