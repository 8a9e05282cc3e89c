package faults

import (
	"bytes"
	"fmt"
	"os"
)

// hostLog is a log that grows, and is rotated, as a host's does.
type hostLog struct {
	path  string
	rest  []byte // what is still to be written
	file  *os.File
	moved int
}

func newHostLog(path string, content []byte) (*hostLog, error) {
	l := &hostLog{path: path, rest: content}
	return l, l.open()
}

func (l *hostLog) open() (err error) {
	l.file, err = os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	return err
}

// grow appends the next n bytes, which may end within a line; none if n < 0.
func (l *hostLog) grow(n int) error {
	n = min(max(n, 0), len(l.rest))
	_, err := l.file.Write(l.rest[:n])
	l.rest = l.rest[n:]
	return err
}

// rotate renames the log within a line, finishes the line in the old file, and
// begins a new one, as a logger does that is told a moment later.
func (l *hostLog) rotate() error {
	if err := l.grow(1 + bytes.IndexByte(l.rest, '\n')/2); err != nil {
		return err
	}
	for n := l.moved; n > 0; n-- {
		if err := os.Rename(fmt.Sprintf("%s.%d", l.path, n), fmt.Sprintf("%s.%d", l.path, n+1)); err != nil {
			return err
		}
	}
	if err := os.Rename(l.path, l.path+".1"); err != nil {
		return err
	}
	l.moved++
	if err := l.grow(1 + bytes.IndexByte(l.rest, '\n')); err != nil {
		return err
	}
	if err := l.file.Close(); err != nil {
		return err
	}
	return l.open()
}

func (l *hostLog) close() error { return l.file.Close() }
