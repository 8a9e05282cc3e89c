package tail

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// The keys of what is remembered: the byte before the hash.
const (
	keyMail byte = 'm'
	keyFile byte = 'f'
)

// postmarkCheck is how much of the last mail must stand where it stood.
const postmarkCheck = 256

// mailFile is what is remembered of a file of mails.
type mailFile struct {
	id    mailID // hash of its path
	stamp stamp  // when it was read to its end; zero: it was not
	many  bool   // it is an mbox
	last  int64  // where its last mail begins
	check mailID // hash of the bytes there, at most postmarkCheck
	bytes uint16 // how many these are

	round  uint32 // how often it was read from its beginning
	broken bool   // the last time not to its end
	gone   bool
	since  time.Time // when it was last read to its end, or found to be gone
	dirty  bool
}

// stored is a mailFile as it is kept, behind the version.
type stored struct {
	Stamp stamp
	Many  bool
	Last  int64
	Check mailID
	Bytes uint16
}

// place is where a mail was found.
type place struct {
	file  *mailFile
	round uint32 // of the file, when the mail was last found in it
}

// mailMemory is which mails were handed out and in which files they are.
type mailMemory struct {
	mails map[mailID]place
	files map[mailID]*mailFile
	dirty map[mailID]bool // mails: false for those that were forgotten
	lost  []mailID        // files that were forgotten
}

func newMailMemory() *mailMemory {
	return &mailMemory{mails: make(map[mailID]place), files: make(map[mailID]*mailFile), dirty: make(map[mailID]bool)}
}

// file returns the file of that path, which it makes if need be.
func (m *mailMemory) file(path string) *mailFile { return m.fileOf(mailIDOf(path)) }

func (m *mailMemory) fileOf(id mailID) *mailFile {
	f := m.files[id]
	if f == nil {
		f = &mailFile{id: id}
		m.files[id] = f
	}
	return f
}

// unchanged reports whether a file is as it was when it was read to its end.
func (m *mailMemory) unchanged(path string, now stamp) bool {
	f := m.files[mailIDOf(path)]
	return f != nil && f.stamp == now
}

// again begins to read a file from its beginning.
func (m *mailMemory) again(f *mailFile) {
	f.round++
	f.last, f.bytes, f.many, f.broken = 0, 0, false, true
}

// add notes that a mail is in a file, and says whether it was known.
func (m *mailMemory) add(id mailID, f *mailFile) (known bool) {
	before, known := m.mails[id]
	if !known || before.file != f {
		m.dirty[id] = true
	}
	m.mails[id] = place{f, f.round}
	return known
}

// leave notes how far a file was read.
func (m *mailMemory) leave(sc *mailScan, whole bool) {
	f := sc.file
	f.dirty, f.stamp = true, stamp{}
	if whole {
		f.stamp, f.broken, f.since = sc.stamp, false, time.Now()
	}
	head := make([]byte, postmarkCheck)
	if n, err := sc.lf.f.ReadAt(head, f.last); sc.lf.plain && (err == nil || err == io.EOF) {
		f.check, f.bytes = mailIDOf(string(head[:n])), uint16(n)
	}
}

// stands reports whether the last mail is where it was.
func (f *mailFile) stands(r io.ReaderAt) bool {
	if f.last == 0 || f.bytes == 0 {
		return false
	}
	head := make([]byte, f.bytes)
	_, err := r.ReadAt(head, f.last)
	return (err == nil || err == io.EOF) && mailIDOf(string(head)) == f.check
}

// missing notes which files are there, and reports whether one is gone.
func (m *mailMemory) missing(there map[mailID]bool) (some bool) {
	for id, f := range m.files {
		if !f.gone && !there[id] {
			f.since = time.Now()
		}
		f.gone = !there[id]
		some = some || f.gone
	}
	return some
}

// sweep forgets the files that are gone, and the mails that were not found again
// where they had been, of what was known at a time.
func (m *mailMemory) sweep(at time.Time) {
	for id, p := range m.mails {
		if !p.file.since.After(at) && (p.file.gone || !p.file.broken && p.round != p.file.round) {
			delete(m.mails, id)
			m.dirty[id] = false
		}
	}
	for id, f := range m.files {
		if f.gone && !f.since.After(at) {
			delete(m.files, id)
			m.lost = append(m.lost, id)
		}
	}
}

func (m *mailMemory) changes(put func(key, value []byte) error) error {
	for _, id := range m.lost {
		if err := put(fileKey(keyFile, id), nil); err != nil {
			return err
		}
	}
	m.lost = m.lost[:0]
	for id, known := range m.dirty {
		var value []byte
		if known {
			value = append([]byte{positionVersion}, m.mails[id].file.id[:]...)
		}
		if err := put(fileKey(keyMail, id), value); err != nil {
			return err
		}
	}
	clear(m.dirty)
	for id, f := range m.files {
		if !f.dirty {
			continue
		}
		value, err := binary.Append([]byte{positionVersion}, binary.BigEndian, stored{f.stamp, f.many, f.last, f.check, f.bytes})
		if err == nil {
			err = put(fileKey(keyFile, id), value)
		}
		if err != nil {
			return err
		}
		f.dirty = false
	}
	return nil
}

func (m *mailMemory) load(key, value []byte) error {
	if len(key) != 1+len(mailID{}) || len(value) < 1 || value[0] != positionVersion {
		return fmt.Errorf("load position %x: %w", key, errPosition)
	}
	id, value := mailID(key[1:]), value[1:]
	switch {
	case key[0] == keyMail && len(value) == len(mailID{}):
		m.mails[id] = place{file: m.fileOf(mailID(value))}
		return nil
	case key[0] == keyFile:
		var s stored
		n, err := binary.Decode(value, binary.BigEndian, &s)
		if err == nil && n == len(value) && s.Last >= 0 && s.Bytes <= postmarkCheck {
			f := m.fileOf(id)
			f.stamp, f.many, f.last, f.check, f.bytes = s.Stamp, s.Many, s.Last, s.Check, s.Bytes
			return nil
		}
	}
	return fmt.Errorf("load position %x: %w", key, errPosition)
}

func fileKey(kind byte, id mailID) []byte { return bytes.Join([][]byte{{kind}, id[:]}, nil) }
