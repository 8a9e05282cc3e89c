package tail

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"os"
	"slices"

	"mailfate/sources"
)

// logFile is a file of the set that is open for reading.
type logFile struct {
	path string
	f    *os.File
	src  io.Reader
	stop func() // ends the decompressor
	// opened is what the file was when it was opened, which is what a compressed
	// file's content is judged by.
	opened os.FileInfo
	plain  bool
	known  *known // nil as long as no line of it was handed out
	gave   bool   // lines, since it was opened
	final  bool   // its last line is over, even without its end
}

func (lf *logFile) close() {
	lf.stop()
	_ = lf.f.Close() // it was only read
}

// openRaw opens a file at its beginning.
func openRaw(path string) (*logFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	src, stop, plain, err := decompressor(f)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return &logFile{path: path, f: f, src: src, stop: stop, opened: info, plain: plain}, nil
}

// errMoved says that another file has the name now.
var errMoved = errors.New("the file has been renamed")

// open opens a file and goes to where its lines were handed out up to. A nil
// logFile says that nothing new can be in it: it is shorter than what is known
// of it, so it is a copy that is still being made.
func (r *files) open(it item) (*logFile, error) {
	tried := make(map[*known]bool)
	for {
		lf, err := openRaw(it.path)
		if err != nil {
			return nil, err
		}
		if it.info != nil && r.moved(it, lf.opened) {
			lf.close()
			return nil, errMoved
		}
		head, err := readHead(lf)
		if err != nil && len(head) == 0 {
			lf.close()
			return nil, err
		}
		k := r.candidate(lf, head, tried)
		if k == nil {
			r.begin(lf, nil, head)
			return lf, nil
		}
		switch found, err := r.verify(lf, k, head); {
		case err != nil:
			lf.close()
			return nil, err
		case found == same:
			r.begin(lf, k, head)
			return lf, nil
		case found == shorter && !r.inPlace(lf, k):
			lf.close()
			return nil, nil
		}
		tried[k] = true
		lf.close()
	}
}

// moved reports whether another file has an item's name now. Its inode alone does
// not say so: whoever compresses a file frees one for the next.
func (r *files) moved(it item, now os.FileInfo) bool {
	written := it.path != r.set.Path && !now.ModTime().Equal(it.info.ModTime())
	return written || now.Size() < it.info.Size() || !os.SameFile(it.info, now)
}

// begin makes the lines start where the known position is. The head of a
// compressed file has already been taken from its stream.
func (r *files) begin(lf *logFile, k *known, head []byte) {
	if k != nil {
		lf.known = k
		r.lines.start(lf.path, k.Offset, head, k.Tail)
		return
	}
	r.lines.start(lf.path, 0, nil, nil)
	if !lf.plain {
		lf.src = io.MultiReader(bytes.NewReader(head), lf.src)
	}
}

// readHead returns the first bytes of a file, uncompressed.
func readHead(lf *logFile) ([]byte, error) {
	head := make([]byte, headBytes)
	var n int
	var err error
	if lf.plain {
		n, err = lf.f.ReadAt(head, 0)
	} else {
		n, err = io.ReadFull(lf.src, head)
		if errors.Is(err, io.ErrUnexpectedEOF) && n > 0 {
			err = nil // shorter than a head, or cut off, which the next read will say
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return head[:n], truncated(err)
}

// candidate returns the known file that lf may be: the one the kernel says it
// is, else the one that has been read furthest.
func (r *files) candidate(lf *logFile, head []byte, tried map[*known]bool) *known {
	var id identity
	if info, err := lf.f.Stat(); err == nil {
		id = identityOf(info)
	}
	var all []*known
	for _, k := range r.memory.files {
		if !tried[k] && k.begins(head) {
			all = append(all, k)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return slices.MaxFunc(all, func(a, b *known) int {
		return cmp.Or(
			compareBool(identity{a.Dev, a.Inode} == id, identity{b.Dev, b.Inode} == id),
			cmp.Compare(a.Offset, b.Offset),
			cmp.Compare(a.ID, b.ID),
		)
	})
}

// A match says how a file compares with a known one that begins alike.
type match uint8

const (
	different match = iota
	same
	shorter
)

// verify compares the bytes before the known position, and leaves a match there.
func (r *files) verify(lf *logFile, k *known, head []byte) (match, error) {
	from := k.Offset - int64(len(k.Tail))
	got := make([]byte, len(k.Tail))
	var n int
	var err error
	if lf.plain {
		n, err = lf.f.ReadAt(got, from)
		if err == nil {
			_, err = lf.f.Seek(k.Offset, io.SeekStart)
		}
	} else {
		src := io.MultiReader(bytes.NewReader(head), lf.src)
		if _, err = io.CopyN(io.Discard, src, from); err == nil {
			n, err = io.ReadFull(src, got)
		}
		lf.src = src
	}
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		if !bytes.Equal(got[:n], k.Tail[:n]) {
			return different, nil
		}
		return shorter, nil
	case err != nil:
		return different, err
	case !bytes.Equal(got, k.Tail):
		return different, nil
	default:
		return same, nil
	}
}

// advance keeps in the position what has been handed out of the open file.
func (r *files) advance() {
	lf := r.cur
	if lf == nil || r.lines.offset == 0 {
		return
	}
	if lf.known == nil {
		lf.known = &known{}
		r.memory.add(lf.known)
		if info, err := lf.f.Stat(); err == nil {
			lf.known.stamp(lf.path, info)
		}
	}
	lf.known.advance(r.lines)
}

// closeCurrent closes the open file; complete says that it was read to the end
// that it had when info was taken.
func (r *files) closeCurrent(complete bool, info os.FileInfo) {
	lf := r.cur
	r.advance()
	if k := lf.known; k != nil && info != nil {
		k.stamp(lf.path, info)
		k.Complete = complete
	}
	lf.close()
	r.cur = nil
}

// deliver wraps fn so that it is known whether the file gave any line.
func (lf *logFile) deliver(fn func(sources.Line)) func(sources.Line) {
	return func(l sources.Line) {
		lf.gave = true
		fn(l)
	}
}
