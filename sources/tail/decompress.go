package tail

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
)

const (
	// maxWindow is the largest dictionary that a compressed file may ask for: what
	// `zstd --long=27` and `xz -9` need, twice.
	maxWindow = 128 << 20
	// magicBytes is what must be known of a file to tell its kind.
	magicBytes = 64
	// rawBlock is how much compressed data is read at a time.
	rawBlock = 128 << 10
)

// foreign are the kinds of files that lie about among logs and have no lines.
var foreign = []struct{ magic, what, hint string }{
	{"LPKSHHRH", "a systemd journal", "export it with: journalctl -o short-iso --file"},
	{"PK\x03\x04", "a ZIP archive", "unpack it first"},
	{"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it first"},
	{"\x04\x22\x4d\x18", "lz4-compressed", "unpack it first, or compress it with gzip, zstd, xz or bzip2"},
	{"\x1f\x9d", "compressed with compress(1)", "unpack it first"},
	{"\x7fELF", "a program", "name a log"},
	{"SQLite format 3\x00", "an SQLite database", "name a log"},
	{"%PDF-", "a PDF document", "name a log"},
	{"\x89PNG\r\n\x1a\n", "a picture", "name a log"},
	{"\xff\xd8\xff", "a picture", "name a log"},
}

// notALog says why a file that begins so cannot be read, nil when it can.
func notALog(path string, head []byte) *FileError {
	for _, k := range foreign {
		if strings.HasPrefix(string(head), k.magic) {
			return &FileError{Op: "read", Path: path, Err: fmt.Errorf("%w but %s", ErrNotALog, k.what), Hint: k.hint}
		}
	}
	return nil
}

// decompressor returns a reader of what f holds, and whether that is f itself.
// The kind is told by the first bytes, never by the name. Files that were put
// together from several compressed ones are read to their end.
func decompressor(f *os.File) (src io.Reader, closeSrc func(), plain bool, err error) {
	magic := make([]byte, magicBytes)
	n, err := f.ReadAt(magic, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, false, err
	}
	magic = magic[:n]
	if err := notALog(f.Name(), magic); err != nil {
		return nil, nil, false, err
	}
	return unpacked(f, magic)
}

// unpacked is decompressor for what begins with magic, which f hands out again.
func unpacked(f io.Reader, magic []byte) (src io.Reader, closeSrc func(), plain bool, err error) {
	keep := func() {}
	raw := func() *bufio.Reader { return bufio.NewReaderSize(f, rawBlock) }
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		r, err := gzip.NewReader(raw())
		return r, keep, false, truncated(err)
	case isZstd(magic):
		r, err := zstd.NewReader(raw(), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, nil, false, err
		}
		return r, r.Close, false, nil
	case bytes.HasPrefix(magic, []byte("\xfd7zXZ\x00")):
		if size := xzDictionary(magic); size > maxWindow {
			return nil, nil, false, fmt.Errorf("xz dictionary of %d bytes: at most %d", size, maxWindow)
		}
		r, err := xz.NewReader(raw())
		return r, keep, false, truncated(err)
	case len(magic) >= 4 && bytes.HasPrefix(magic, []byte("BZh")) && magic[3] >= '1' && magic[3] <= '9':
		return bzip2.NewReader(raw()), keep, false, nil
	default:
		return f, keep, true, nil
	}
}

// unpackedPipe is decompressor for what can be read once. It waits for no more than
// it must, as lines may come slowly.
func unpackedPipe(pipe io.Reader) (src io.Reader, closeSrc func(), err error) {
	buffered := bufio.NewReaderSize(pipe, rawBlock)
	first, _ := buffered.Peek(1) // an error is that of the first read, too
	if len(first) == 0 || !strings.Contains("\x1f\x28\xfdB", string(first)) {
		return buffered, func() {}, nil
	}
	if magic, _ := buffered.Peek(4); !packed(magic) {
		return buffered, func() {}, nil
	}
	magic, _ := buffered.Peek(magicBytes)
	src, closeSrc, _, err = unpacked(buffered, magic)
	return src, closeSrc, err
}

// packed reports whether four bytes begin anything that is unpacked.
func packed(b []byte) bool {
	return bytes.HasPrefix(b, []byte{0x1f, 0x8b}) || bytes.HasPrefix(b, []byte("\xfd7zX")) || bytes.HasPrefix(b, []byte("BZh")) || isZstd(b)
}

// isZstd knows a frame and a skippable frame (RFC 8878, 3.1).
func isZstd(b []byte) bool {
	return len(b) >= 4 && (bytes.HasPrefix(b, []byte{0x28, 0xb5, 0x2f, 0xfd}) ||
		b[0]&0xf0 == 0x50 && bytes.HasPrefix(b[1:], []byte{0x2a, 0x4d, 0x18}))
}

// xzDictionary returns the size of the dictionary that the first block asks for,
// 0 when there is none (the .xz file format, 3.1).
func xzDictionary(b []byte) int64 {
	const streamHeader, lzma2 = 12, 0x21
	if len(b) < streamHeader+6 || b[streamHeader] == 0 {
		return 0
	}
	i := streamHeader + 2
	for _, sized := range []byte{0x40, 0x80} { // compressed and uncompressed size may follow
		for b[streamHeader+1]&sized != 0 && i < len(b)-3 {
			i++
			if b[i-1]&0x80 == 0 {
				break
			}
		}
	}
	for ; i+2 < len(b); i += 2 + int(b[i+1]) { // the filters; LZMA2 is the last one
		if b[i] == lzma2 {
			size, err := lzma.DecodeDictCap(b[i+2])
			if err != nil {
				return 0
			}
			return size
		}
	}
	return 0
}

// truncated marks the errors that say that a compressed file is not whole.
func truncated(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: %w", ErrTruncated, err)
	}
	return err
}
