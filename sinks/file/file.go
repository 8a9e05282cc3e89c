// Package file writes statuses and their changes as lines of JSON, for people and
// programs that have no ClickHouse.
//
// It guarantees:
//
//   - At least once: what a record of mail.status says is written, and on disk
//     where the output is a file, before its offset is committed. After a crash
//     some lines are there twice.
//   - One line is one JSON object: "table" says whether it is a row of
//     message_status or of status_changes, the other names are those of its columns;
//     statuses, and whether they are final, are an object with one of each
//     vocabulary, and causes are hexadecimal.
//   - A line that a crash or a full disk tore ends before the next one begins.
//   - Of several lines with one key, the one with the greatest revision is true;
//     "withdrawn" ones say that there is no such row. Keys are account, message_id
//     and recipient, and for changes cause and time too.
//
// Left out on purpose: rotation (use the system's), every other topic, and
// keeping only the newest line of a key.
package file

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"mailfate/schemas"
	"mailfate/sinks/intake"
)

// Group is the consumer group whose offsets say what was written.
const Group = "mailfate-file"

// Sink is the output that all partitions share. It is safe for concurrent use.
type Sink struct {
	mu   sync.Mutex
	to   io.Writer
	file *os.File // nil: the output cannot be synced
	torn bool     // the output may end within a line
}

// Open appends to a file, which is made when it is missing; "-" is standard output.
func Open(path string) (*Sink, error) {
	if path == "-" {
		return New(os.Stdout), nil
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open output of statuses: %w", err)
	}
	torn, err := endsTorn(f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read the end of %s: %w", path, err), f.Close())
	}
	return &Sink{to: f, file: f, torn: torn}, nil
}

// endsTorn says whether a crash left a line without its end.
func endsTorn(f *os.File) (bool, error) {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 || !info.Mode().IsRegular() {
		return false, err
	}
	var last [1]byte
	_, err = f.ReadAt(last[:], info.Size()-1)
	return last[0] != '\n', err
}

// New writes to something else than a file.
func New(to io.Writer) *Sink { return &Sink{to: to} }

// Writer returns an intake that writes the records of mail.status.
// Options.NewBatch is its own.
func (s *Sink) Writer(opts intake.Options) *intake.Intake {
	opts.NewBatch = func() intake.Batch { return &batch{sink: s, decoder: schemas.NewDecoder()} }
	return intake.New(opts)
}

// Close closes the file, after every Consume has returned.
func (s *Sink) Close() error {
	if s.file == nil {
		return nil
	}
	if err := s.file.Close(); err != nil {
		return fmt.Errorf("close output of statuses: %w", err)
	}
	return nil
}

// write appends whole lines, on a new line where the one before was torn.
func (s *Sink) write(lines []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.torn {
		if _, err := io.WriteString(s.to, "\n"); err != nil {
			return fmt.Errorf("write statuses: %w", err)
		}
		s.torn = false
	}
	if n, err := s.to.Write(lines); err != nil {
		s.torn = n > 0
		return fmt.Errorf("write statuses: %w", err)
	}
	if s.file == nil {
		return nil
	}
	if err := s.file.Sync(); err != nil {
		return fmt.Errorf("write statuses to disk: %w", err)
	}
	return nil
}
