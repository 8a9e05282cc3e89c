package tail

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
)

// Sentinels for errors.Is; a FileError names the file.
var (
	// ErrNothingFound says that a path or a pattern names nothing.
	ErrNothingFound = errors.New("no such file")
	// ErrNotALog says that the content is of a kind that has no lines.
	ErrNotALog = errors.New("not a log")
	// ErrTruncated says that a compressed file ends before its end.
	ErrTruncated = errors.New("compressed file is cut off")
)

// FileError says what could not be read.
type FileError struct {
	Op   string // "open", "read", "list"
	Path string
	Err  error
	Hint string // the remedy, may be empty
}

// Error names operation, file, cause and remedy.
func (e *FileError) Error() string {
	s := fmt.Sprintf("%s %s: %v", e.Op, e.Path, e.Err)
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// Unwrap returns the cause.
func (e *FileError) Unwrap() error { return e.Err }

// fileError wraps err, without repeating the path that the os package puts in.
func fileError(op, path string, err error) *FileError {
	var known *FileError
	if errors.As(err, &known) {
		return known
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	e := &FileError{Op: op, Path: path, Err: err}
	switch {
	case errors.Is(err, fs.ErrPermission):
		e.Hint = "give the user that mailfate runs as the right to read it (on Debian: group adm)"
	case errors.Is(err, fs.ErrNotExist):
		e.Hint = "it was there before; was it rotated or removed?"
	case errors.Is(err, ErrTruncated):
		e.Hint = "what could be read was taken; the rest follows when the file is whole"
	}
	return e
}

// problems holds at most one error for each path.
type problems map[string]error

func (p problems) add(err *FileError) { p[err.Path] = err }

func (p problems) list() []error {
	errs := make([]error, 0, len(p))
	for _, path := range slices.Sorted(maps.Keys(p)) {
		errs = append(errs, p[path])
	}
	return errs
}
