package process

import (
	"fmt"

	"github.com/vmihailenco/msgpack/v5"
)

// hadKey is where the store says which partitions this processor was assigned
// last. No partition's keys and no checkpoint's are like this.
var hadKey = []byte("had")

// had returns what keepHad was given before a restart: when the processor comes
// back, the store is nearly right for these, and for others far behind or empty.
func (p *Processor) had() (partitions []int, err error) {
	value, found, err := p.store.Get(hadKey)
	if err != nil || !found {
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
	b := p.store.NewBatch()
	b.Set(hadKey, value)
	return b.Commit(false)
}
