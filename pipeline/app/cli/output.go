package cli

import (
	"errors"
	"fmt"
	"io"
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
// What is no file, such as a pipe, is written to as it is.
func writeFile(path string, write func(io.Writer) error) error {
	if at, err := filepath.EvalSymlinks(path); err == nil {
		path = at
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(write(f), f.Close())
	}
	temp := fmt.Sprintf("%s.%d.part", path, os.Getpid())
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	if err = write(f); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		_ = os.Remove(temp) // there is an error to tell already
	}
	return err
}
