package tail

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
)

const (
	// lockExt ends the name of the file that a program makes while it writes to an
	// mbox file of the name before it.
	lockExt = ".lock"
	// staleLock is after what time such a file was left behind by a program that died.
	staleLock = 5 * time.Minute
)

var (
	errLocked  = errors.New("it is locked")
	errChanged = errors.New("it was changed while it was read")
)

// stamp tells whether a file has changed.
type stamp struct {
	Size, ModTime int64
	Inode         uint64
}

func stampOf(info fs.FileInfo) stamp {
	return stamp{info.Size(), info.ModTime().UnixNano(), identityOf(info).inode}
}

// mailScan is a file of mails that is open for reading.
type mailScan struct {
	box    mailbox
	file   *mailFile
	lf     *logFile
	split  *splitter
	stamp  stamp // when it was opened
	opened time.Time
	gave   bool
}

// openMails opens a file, at the last mail that is known of it if it still stands
// where it was: what is before has been read.
func openMails(box mailbox, memory *mailMemory, limit int) (*mailScan, error) {
	lf, err := openRaw(box.path)
	if err != nil {
		return nil, err
	}
	sc := &mailScan{box: box, lf: lf, stamp: stampOf(lf.opened), opened: time.Now()}
	if box.info != nil && stampOf(box.info) != sc.stamp {
		sc.box.final = false // somebody writes to it
	}
	sc.file = memory.file(box.path)
	offset := int64(0)
	if lf.plain && sc.file.many && sc.file.stands(lf.f) {
		if _, err := lf.f.Seek(sc.file.last, io.SeekStart); err != nil {
			lf.close()
			return nil, err
		}
		offset = sc.file.last
	} else {
		memory.again(sc.file)
	}
	sc.split = newSplitter(lf.src, limit, offset, offset > 0)
	return sc, nil
}

// lock keeps other programs from writing for as long as a few mails are read, and
// says what speaks against that. Who is locked out tries again: the lock is held
// for milliseconds.
func (sc *mailScan) lock() error {
	if info, err := os.Stat(sc.box.path + lockExt); err == nil && time.Since(info.ModTime()).Abs() < staleLock {
		return errLocked
	}
	err := sc.flock(syscall.F_RDLCK)
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EACCES) {
		return errLocked
	}
	// Where the file system has no locks, what has changed is all there is to go by.
	if sc.changed() {
		sc.unlock()
		return errChanged
	}
	return nil
}

// changed reports whether the file is no longer as it was opened.
func (sc *mailScan) changed() bool {
	info, err := sc.lf.f.Stat()
	return err == nil && stampOf(info) != sc.stamp
}

func (sc *mailScan) unlock() {
	_ = sc.flock(syscall.F_UNLCK) // closing the file does it, too
}

func (sc *mailScan) flock(how int16) error {
	return syscall.FcntlFlock(sc.lf.f.Fd(), syscall.F_SETLK, &syscall.Flock_t{Type: how, Whence: io.SeekStart})
}

func (sc *mailScan) close() { sc.lf.close() }
