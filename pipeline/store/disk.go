package store

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// disk is the file system that Pebble writes to. Where a write fails Pebble would
// end the process, try again without a pause, or let a commit wait for ever; so the
// store has failed from there on, and who wanted to write gets no answer any more.
type disk struct {
	vfs.FS
	failure *failure
	strict  *atomic.Bool // not while the store is closed, where Pebble hands errors up
	tenancy *tenancy
}

func (d disk) check(verb, name string, err error) error {
	if err == nil || !d.strict.Load() {
		return err
	}
	d.failure.set(fmt.Errorf("%s %s: %w", verb, name, err))
	select {}
}

func (d disk) file(f vfs.File, name string, err error) (vfs.File, error) {
	if err := d.check("create", name, err); err != nil {
		return nil, err
	}
	return &diskFile{f, d, name}, nil
}

func (d disk) Create(name string, c vfs.DiskWriteCategory) (f vfs.File, err error) {
	err = d.tenancy.do(func() error { f, err = d.FS.Create(name, c); return err })
	return d.file(f, name, err)
}

func (d disk) ReuseForWrite(old, name string, c vfs.DiskWriteCategory) (f vfs.File, err error) {
	err = d.tenancy.do(func() error { f, err = d.FS.ReuseForWrite(old, name, c); return err })
	return d.file(f, name, err)
}

func (d disk) OpenReadWrite(name string, c vfs.DiskWriteCategory, opts ...vfs.OpenOption) (f vfs.File, err error) {
	err = d.tenancy.do(func() error { f, err = d.FS.OpenReadWrite(name, c, opts...); return err })
	return f, err
}

func (d disk) Link(old, name string) error {
	return d.tenancy.do(func() error { return d.FS.Link(old, name) })
}

func (d disk) Rename(old, name string) error {
	return d.tenancy.do(func() error { return d.FS.Rename(old, name) })
}

func (d disk) Remove(name string) error {
	return d.tenancy.do(func() error { return d.FS.Remove(name) })
}

func (d disk) RemoveAll(name string) error {
	return d.tenancy.do(func() error { return d.FS.RemoveAll(name) })
}

func (d disk) MkdirAll(name string, perm os.FileMode) error {
	return d.tenancy.do(func() error { return d.FS.MkdirAll(name, perm) })
}

// Lock locks nothing: the directory is the store's already.
func (disk) Lock(string) (io.Closer, error) { return io.NopCloser(nil), nil }

func (d disk) OpenDir(name string) (vfs.File, error) {
	f, err := d.FS.OpenDir(name)
	if err != nil {
		return nil, err
	}
	return &diskFile{f, d, name}, nil
}

func (d disk) Unwrap() vfs.FS { return d.FS }

// diskFile is a file that is written, or a directory that is synced.
type diskFile struct {
	vfs.File
	disk disk
	name string
}

func (f *diskFile) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	return n, f.disk.check("write", f.name, err)
}

func (f *diskFile) Preallocate(offset, length int64) error {
	return f.disk.check("allocate", f.name, f.File.Preallocate(offset, length))
}

func (f *diskFile) Sync() error { return f.disk.check("sync", f.name, f.File.Sync()) }

func (f *diskFile) SyncData() error { return f.disk.check("sync", f.name, f.File.SyncData()) }

func (f *diskFile) SyncTo(length int64) (bool, error) {
	full, err := f.File.SyncTo(length)
	return full, f.disk.check("sync", f.name, err)
}

func (f *diskFile) Close() error { return f.disk.check("close", f.name, f.File.Close()) }
