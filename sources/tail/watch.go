package tail

import (
	"context"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// watcher wakes a follower. Where the kernel does not tell of changes, or no more
// watches are to be had, it looks every poll interval.
type watcher struct {
	poll time.Duration
	fs   *fsnotify.Watcher // nil when there is only polling
	wake chan struct{}
	done chan struct{}
}

func newWatcher(opts Options, relevant func(name string) bool, dirs ...string) *watcher {
	w := &watcher{poll: opts.Poll, wake: make(chan struct{}, 1), done: make(chan struct{})}
	w.wake <- struct{}{} // what changed before the watch began is looked at once
	if opts.PollOnly {
		return w
	}
	fs, err := fsnotify.NewWatcher()
	if err != nil {
		return w
	}
	for _, dir := range dirs {
		if err := fs.Add(dir); err != nil {
			_ = fs.Close() // polling is left
			return w
		}
	}
	w.fs = fs
	go w.forward(relevant)
	return w
}

// forward turns the kernel's events into at most one wake-up that waits.
func (w *watcher) forward(relevant func(name string) bool) {
	defer close(w.done)
	for {
		select {
		case e, ok := <-w.fs.Events:
			if !ok {
				return
			}
			if !relevant(filepath.Base(e.Name)) {
				continue
			}
		case _, ok := <-w.fs.Errors: // an overflow: something has changed
			if !ok {
				return
			}
		}
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
}

func (w *watcher) wait(ctx context.Context, limit time.Duration) error {
	t := time.NewTimer(min(limit, w.poll))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-w.wake:
	case <-t.C:
	}
	return ctx.Err()
}

func (w *watcher) close() error {
	if w == nil || w.fs == nil {
		return nil
	}
	err := w.fs.Close()
	<-w.done
	return err
}
