package store

import (
	"errors"
	"sync"
)

// tenancy is the time in which a Pebble may change what is in its directory. One
// that does not come to its end, or ended in disorder, may still run when another
// store is in its place, under the same names.
type tenancy struct {
	mu   sync.RWMutex // held for reading while a directory is changed
	over bool
}

var errTenancy = errors.New("directory is no longer this store's")

// do does what changes the directory, unless it is another's.
func (t *tenancy) do(change func() error) error {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.over {
		return errTenancy
	}
	return change()
}

// end returns when nothing is being changed, nor will be.
func (t *tenancy) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
}

func (t *tenancy) ended() bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.over
}
