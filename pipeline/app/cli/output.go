package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// output writes to a file, or prints if none is named.
func (e *env) output(path string, write func(io.Writer) error) error {
	if path == "" {
		return write(e.out)
	}
	if err := writeFile(path, write); err != nil {
		return fmt.Errorf("write to %s: %w", path, err)
	}
	return nil
}

// writeFile writes a file that is there as a whole or, if anything fails, as it was.
// What is no file, such as a pipe, is written to as it is. Errors name no file: the
// caller knows which one was asked for.
func writeFile(path string, write func(io.Writer) error) error {
	if at, err := filepath.EvalSymlinks(path); err == nil {
		path = at
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return cause(err)
		}
		return errors.Join(write(unnamed{f}), cause(f.Close()))
	}
	temp := fmt.Sprintf("%s.%d.part", path, os.Getpid())
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return cause(err)
	}
	if err = write(unnamed{f}); err == nil {
		err = cause(f.Sync())
	}
	if err = errors.Join(err, cause(f.Close())); err == nil {
		err = cause(os.Rename(temp, path))
	}
	if err != nil {
		_ = os.Remove(temp) // there is an error to tell already
	}
	return err
}

// unnamed writes to a file whose name is nobody's business.
type unnamed struct{ file *os.File }

func (u unnamed) Write(b []byte) (int, error) {
	n, err := u.file.Write(b)
	return n, cause(err)
}

// cause is why something failed, without the name of the file that only writeFile knows.
func cause(err error) error {
	var file *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &file):
		return file.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}
