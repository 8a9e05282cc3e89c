package process

import (
	"errors"
	"fmt"

	"github.com/vmihailenco/msgpack/v5"

	"mailfate/pipeline/store"
)

// hadKey is where the store says which partitions this processor was assigned
// last. No partition's keys are like this: see maxPartitions.
var hadKey = []byte("had")

// had returns what keepHad was given before a restart: when the processor comes
// back, the store is nearly right for these, and for others far behind or empty.
func (p *Processor) had() (partitions []int, err error) {
	var value []byte
	err = p.sound(func(st *store.Store) (err error) {
		value, _, err = st.Get(hadKey)
		return err
	})
	if err != nil || value == nil {
		return nil, err
	}
	if err := msgpack.Unmarshal(value, &partitions); err != nil {
		p.log.Warn("partitions had before are not known", "error", err)
	}
	return partitions, nil
}

func (p *Processor) keepHad(partitions []int) error {
	value, err := msgpack.Marshal(partitions)
	if err != nil {
		return fmt.Errorf("encode partitions: %w", err)
	}
	return p.sound(func(st *store.Store) error {
		b := st.NewBatch()
		b.Set(hadKey, value)
		return b.Commit(false)
	})
}

// sound does op with the store, and once more with the one that takes its place
// where it turns out to be damaged.
func (p *Processor) sound(op func(*store.Store) error) error {
	st, err := p.store.Renewed()
	if err != nil {
		return err
	}
	if err = op(st); !errors.Is(err, store.ErrDamaged) {
		return err
	}
	if st, err = p.store.Renewed(); err != nil {
		return err
	}
	return op(st)
}
