package tail

import (
	"errors"
	"io"
	"path/filepath"
	"unicode/utf8"
)

// SampleBytes is how much of a stream is enough to tell its format.
const SampleBytes = 64 << 10

// Sample returns the first bytes of a file, uncompressed, at most SampleBytes.
func Sample(path string) ([]byte, error) {
	lf, err := openRaw(path)
	if err != nil {
		return nil, fileError("open", path, err)
	}
	defer lf.close()
	b := make([]byte, SampleBytes)
	n, err := io.ReadFull(lf.src, b)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fileError("read", path, err)
	}
	return b[:n], nil
}

// Sample returns the beginning of the set's newest file that has one, or of one
// of its mails. It is empty when there is nothing to see.
func (s Set) Sample() ([]byte, error) {
	var paths []string
	for _, f := range s.Files {
		paths = append([]string{f.Path}, paths...)
	}
	if s.Maildir {
		for _, sub := range []string{"cur", "new"} {
			mails, _ := filepath.Glob(filepath.Join(escapeGlob(s.Path), sub, "[^.]*"))
			paths = append(paths, mails[:min(len(mails), 1)]...)
		}
	}
	var errs []error
	for _, p := range paths {
		b, err := Sample(p)
		if err != nil {
			errs = append(errs, err)
		} else if len(b) > 0 {
			return b, nil
		}
	}
	return nil, errors.Join(errs...)
}

func escapeGlob(path string) string {
	var b []byte
	for i := range len(path) {
		switch path[i] {
		case '*', '?', '[', '\\':
			b = append(b, '\\')
		}
		b = append(b, path[i])
	}
	return string(b)
}

// LooksBinary reports whether a sample is unlike any log: more than one byte in
// ten is a control character or no UTF-8. Zero bytes at its beginning do not
// count, for that is what copytruncate leaves behind.
func LooksBinary(sample []byte) bool {
	for len(sample) > 0 && sample[0] == 0 {
		sample = sample[1:]
	}
	odd := 0
	for i := 0; i < len(sample); {
		r, n := utf8.DecodeRune(sample[i:])
		if r == utf8.RuneError && n == 1 || r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != 0x1b {
			odd++
		}
		i += n
	}
	return odd*10 > len(sample)
}
