// Package notices keeps what MTAs write themselves: the letters with the null
// sender that a scripted server of a recording takes. They are the samples of
// sources/feedback.
//
// A letter is kept as a mailbox gets it: with the envelope sender and a Received
// field on top, whose date is when it arrived.
package notices

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// maxKept is how many are kept of one recording: what an MTA writes repeats soon.
const maxKept = 40

// A Folder keeps the notices of one program in dir/program-NN.eml; nil keeps none.
type Folder struct {
	dir, program string

	mu   sync.Mutex
	kept int
}

// NewFolder returns a folder; nil when dir is empty.
func NewFolder(dir, program string) (*Folder, error) {
	if dir == "" {
		return nil, nil //nolint:nilnil // nil keeps nothing, which is what an empty dir asks for
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make folder for notices: %w", err)
	}
	return &Folder{dir: dir, program: program}, nil
}

// Keep keeps a letter as it came through the dialogue, if its sender is the null
// sender. A letter that cannot be kept is missing in the folder, and nothing else.
func (f *Folder) Keep(sender string, text []byte) {
	if f == nil || sender != "" {
		return
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "Return-Path: <>\r\nReceived: by mailbox.example; %s\r\n", time.Now().UTC().Format(time.RFC1123Z))
	b.Write(bytes.ReplaceAll(text, []byte("\n.."), []byte("\n.")))
	f.write(b.Bytes())
}

// KeepDelivered keeps those of the files that are notices: letters that an MTA has
// put into mailboxes.
func (f *Folder) KeepDelivered(pattern string) error {
	if f == nil {
		return nil
	}
	paths, err := filepath.Glob(pattern)
	if err != nil {
		return fmt.Errorf("find notices: %w", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read notice: %w", err)
		}
		if bytes.Contains(bytes.ToLower(text[:min(len(text), 4096)]), []byte("\nauto-submitted: auto-")) {
			f.write(text)
		}
	}
	return nil
}

func (f *Folder) write(text []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.kept++; f.kept > maxKept {
		return
	}
	path := filepath.Join(f.dir, fmt.Sprintf("%s-%02d.eml", f.program, f.kept))
	if err := os.WriteFile(path, text, 0o644); err != nil {
		fmt.Fprintln(os.Stderr, "record: keep notice:", err)
	}
}
