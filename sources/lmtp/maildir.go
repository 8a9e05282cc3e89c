package lmtp

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

// maildir is where mails are put.
type maildir struct {
	dir    string
	host   string
	number atomic.Uint64 // of mails, since the process began
}

// openMaildir makes the folders, and removes what was being written when an earlier
// process ended: nobody was told that it had arrived.
func openMaildir(dir string) (*maildir, error) {
	for _, sub := range []string{"tmp", "new", "cur"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, fmt.Errorf("make mailbox: %w", err)
		}
	}
	left, err := os.ReadDir(filepath.Join(dir, "tmp"))
	if err != nil {
		return nil, fmt.Errorf("list mailbox: %w", err)
	}
	for _, e := range left {
		if err := os.Remove(filepath.Join(dir, "tmp", e.Name())); err != nil {
			return nil, fmt.Errorf("clear mailbox: %w", err)
		}
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("find name of host: %w", err)
	}
	return &maildir{dir: dir, host: cleanHost(host)}, nil
}

// deliver writes a mail and returns when it will be there after a crash, too.
func (m *maildir) deliver(head string, mail io.Reader) (err error) {
	now := time.Now()
	name := fmt.Sprintf("%d.M%06dP%dQ%d.%s", now.Unix(), now.Nanosecond()/1000, os.Getpid(), m.number.Add(1), m.host)
	tmp := filepath.Join(m.dir, "tmp", name)
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("make mail: %w", err)
	}
	_, err = io.Copy(f, io.MultiReader(strings.NewReader(head), mail))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(tmp, filepath.Join(m.dir, "new", name))
	}
	if err != nil {
		return fmt.Errorf("write mail: %w", errors.Join(err, os.Remove(tmp)))
	}
	return syncDir(filepath.Join(m.dir, "new"))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync mailbox: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync mailbox: %w", err)
	}
	return nil
}

// clean returns an address without what could end its line or its brackets.
func clean(address string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '<' || r == '>' {
			return -1
		}
		return r
	}, address)
}

// cleanHost returns a host's name without what has a meaning in a header.
func cleanHost(name string) string {
	name = strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || r == ':' || r == '_' || '0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z' {
			return r
		}
		return -1
	}, name)
	if name == "" {
		return "unknown"
	}
	return name[:min(len(name), 255)]
}
