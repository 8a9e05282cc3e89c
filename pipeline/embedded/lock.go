package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// lockName is the file in a data directory that its user holds a lock on.
	lockName = "lock"
	// lockWait bounds how long a directory is waited for whose owner is dead
	// but whose child is still ending.
	lockWait = 15 * time.Second
	// lockPoll is how often such a directory is tried.
	lockPoll = 10 * time.Millisecond
)

// LockedError says that a data directory has a living user already.
type LockedError struct {
	Dir string // the directory
	PID int    // who holds it; 0 when the holder did not leave its number
}

// Error names the directory, its holder and the remedy.
func (e *LockedError) Error() string {
	holder := "another process"
	if e.PID > 0 {
		holder = fmt.Sprintf("process %d", e.PID)
	}
	return fmt.Sprintf("lock directory %s: %s uses it; stop that process or choose another --data directory", e.Dir, holder)
}

// lockDir creates dir when needed and locks it. The kernel releases the lock
// when every process that holds the file has ended, so neither kill -9 nor a
// child that outlives its parent for a moment can break it.
func lockDir(ctx context.Context, dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create directory: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	if err := waitLock(ctx, f, dir); err != nil {
		_ = f.Close()
		return nil, err
	}
	if err := writePID(f); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("write lock %s: %w", f.Name(), err)
	}
	return f, nil
}

// waitLock takes the lock; it waits only for the child of a dead owner.
func waitLock(ctx context.Context, f *os.File, dir string) error {
	ctx, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	tick := time.NewTicker(lockPoll)
	defer tick.Stop()
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return nil
		}
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return fmt.Errorf("lock directory %s: %w", dir, err)
		}
		pid := readPID(f)
		if pid == 0 || alive(pid) {
			return &LockedError{Dir: dir, PID: pid}
		}
		select {
		case <-ctx.Done():
			return &LockedError{Dir: dir, PID: pid}
		case <-tick.C:
		}
	}
}

func writePID(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

func readPID(f *os.File) int {
	var buf [20]byte
	n, _ := f.ReadAt(buf[:], 0)
	pid, err := strconv.Atoi(string(bytes.TrimSpace(buf[:n])))
	if err != nil || pid < 0 {
		return 0
	}
	return pid
}

// alive reports whether a process exists; one of another user does, too.
func alive(pid int) bool {
	err := unix.Kill(pid, 0)
	return err == nil || errors.Is(err, unix.EPERM)
}
