package tail

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/vmihailenco/msgpack/v5"

	"mailfate/schemas"
)

const (
	// positionVersion begins every stored position.
	positionVersion = 1
	// maxKnown bounds the files that a stream remembers: ten years of days.
	maxKnown = 4096
)

// known is a file as the position remembers it.
type known struct {
	ID       uint32 `msgpack:"-"`
	Offset   int64  `msgpack:"o"` // up to here its lines were handed out
	HeadLen  int    `msgpack:"l"` // of how many bytes Head is the hash; never more than Offset
	Head     []byte `msgpack:"h"`
	First    []byte `msgpack:"f"` // hash of the first line, as far as it is in the head
	Tail     []byte `msgpack:"t"` // the bytes before Offset
	Complete bool   `msgpack:"c"` // there was nothing behind Offset at Size and ModTime
	Path     string `msgpack:"p"` // for people

	Dev     uint64 `msgpack:"d"`
	Inode   uint64 `msgpack:"i"`
	Size    int64  `msgpack:"s"` // as the file system said
	ModTime int64  `msgpack:"m"` // likewise, in ns

	dirty bool
}

// identity is what the kernel calls a file.
type identity struct{ dev, inode uint64 }

func identityOf(info fs.FileInfo) identity {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return identity{uint64(st.Dev), st.Ino} //nolint:unconvert // Dev's type differs by platform
	}
	return identity{}
}

// is reports whether info is the very file, unchanged since its stamp was taken.
func (k *known) is(info fs.FileInfo) bool {
	id := identityOf(info)
	return id.inode != 0 && id == identity{k.Dev, k.Inode} &&
		k.Size == info.Size() && k.ModTime == info.ModTime().UnixNano()
}

func (k *known) stamp(path string, info fs.FileInfo) {
	id := identityOf(info)
	k.Path, k.Dev, k.Inode = path, id.dev, id.inode
	k.Size, k.ModTime = info.Size(), info.ModTime().UnixNano()
	k.dirty = true
}

// begins reports whether a file that begins with head can be this one, or the
// beginning of it.
func (k *known) begins(head []byte) bool {
	if k.HeadLen > len(head) {
		return k.beginsWith(firstLine(head))
	}
	return k.HeadLen > 0 && bytes.Equal(k.Head, headHash(head[:k.HeadLen]))
}

// beginsWith reports whether the file's first line is this one.
func (k *known) beginsWith(line []byte) bool {
	return len(line) > 0 && bytes.Equal(k.First, headHash(line))
}

// firstLine returns the first line of a file, as far as it is in its head; none
// when its end is not there yet.
func firstLine(head []byte) []byte {
	if i := bytes.IndexByte(head, '\n'); i >= 0 {
		return head[:i+1]
	}
	if len(head) == headBytes {
		return head
	}
	return nil
}

func headHash(b []byte) []byte {
	h := schemas.HashBytes(b)
	return h[:]
}

// advance takes over how far the lines have come.
func (k *known) advance(l *lines) {
	if k.Offset == l.offset {
		return
	}
	k.Offset = l.offset
	k.Tail = append(k.Tail[:0], l.tail...)
	if n := int(min(int64(len(l.head)), l.offset)); n > k.HeadLen {
		k.HeadLen, k.Head = n, headHash(l.head[:n])
		if line := firstLine(l.head); line != nil {
			k.First = headHash(line)
		}
	}
	k.dirty = true
}

// memory is all files that a stream knows.
type memory struct {
	files map[uint32]*known
	next  uint32
	gone  []uint32 // forgotten since the last Changes
}

func newMemory() *memory { return &memory{files: make(map[uint32]*known)} }

// add takes in a file of which lines were handed out.
func (m *memory) add(k *known) {
	k.ID = m.next
	m.next++
	k.dirty = true
	m.files[k.ID] = k
	if len(m.files) <= maxKnown {
		return
	}
	oldest := k.ID
	for id := range m.files {
		oldest = min(oldest, id)
	}
	delete(m.files, oldest)
	m.gone = append(m.gone, oldest)
}

// clear forgets all files.
func (m *memory) clear() {
	for id := range m.files {
		m.gone = append(m.gone, id)
	}
	clear(m.files)
}

// changes and load are Reader's Changes and Load.
func (m *memory) changes(put func(key, value []byte) error) error {
	for _, id := range m.gone {
		if err := put(knownKey(id), nil); err != nil {
			return err
		}
	}
	m.gone = m.gone[:0]
	for id, k := range m.files {
		if !k.dirty {
			continue
		}
		b, err := msgpack.Marshal(k)
		if err != nil {
			return fmt.Errorf("encode position in %s: %w", k.Path, err)
		}
		if err := put(knownKey(id), append([]byte{positionVersion}, b...)); err != nil {
			return err
		}
		k.dirty = false
	}
	return nil
}

var errPosition = errors.New("stored position is damaged or from a newer version")

func (m *memory) load(key, value []byte) error {
	k, err := decodeKnown(key, value)
	if err != nil {
		return err
	}
	m.files[k.ID] = k
	m.next = max(m.next, k.ID+1)
	return nil
}

func decodeKnown(key, value []byte) (*known, error) {
	if len(key) != 4 || len(value) < 1 || value[0] != positionVersion {
		return nil, fmt.Errorf("load position %x: %w", key, errPosition)
	}
	k := &known{ID: binary.BigEndian.Uint32(key)}
	if err := msgpack.Unmarshal(value[1:], k); err != nil {
		return nil, fmt.Errorf("load position %x: %w: %w", key, errPosition, err)
	}
	if k.Offset < 0 || len(k.Tail) > tailBytes || int64(len(k.Tail)) > k.Offset || int64(k.HeadLen) > k.Offset {
		return nil, fmt.Errorf("load position %x: %w", key, errPosition)
	}
	return k, nil
}

// A Mark is how far a file was read, where it was when that began.
type Mark struct {
	Path   string
	Offset int64
}

// ReadMark returns what an entry that a reader of files has put says (Reader.Changes).
func ReadMark(key, value []byte) (Mark, error) {
	k, err := decodeKnown(key, value)
	if err != nil {
		return Mark{}, err
	}
	return Mark{Path: k.Path, Offset: k.Offset}, nil
}

func knownKey(id uint32) []byte { return binary.BigEndian.AppendUint32(nil, id) }
