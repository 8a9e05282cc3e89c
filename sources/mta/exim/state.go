package exim

import (
	"errors"
	"fmt"

	"mailfate/sources"
)

// The first byte of a key in the saved state.
const (
	clockKey = 'c'
	heldKey  = 'h'
	lineKey  = 'l' // sources.LineHash
	tableKey = 'q'
)

var errState = errors.New("malformed; the state is damaged or a newer version's: start again without it")

// Changes hands out what changed, as sources.State says.
func (p *Parser) Changes(put func(key, value []byte) error) error {
	if p.clock.Changed() {
		if err := put([]byte{clockKey}, p.clock.Append(nil)); err != nil {
			return fmt.Errorf("save clock: %w", err)
		}
		p.clock.Saved()
	}
	if err := p.table.Changes(tableKey, put); err != nil {
		return fmt.Errorf("save queue ids: %w", err)
	}
	if err := p.held.Changes(heldKey, put); err != nil {
		return fmt.Errorf("save deliveries: %w", err)
	}
	return p.hashes.Changes([]byte{lineKey}, put)
}

// Recall says where queue ids are found that there is no room for in memory.
func (p *Parser) Recall(from sources.Saved) { p.table.Recall(tableKey, from) }

// Load takes one entry back, as sources.State says.
func (p *Parser) Load(key, value []byte) error {
	if len(key) == 0 {
		return fmt.Errorf("load exim state: empty key: %w", errState)
	}
	switch key[0] {
	case clockKey:
		if !p.clock.Load(value) {
			return fmt.Errorf("load exim clock: %w", errState)
		}
	case tableKey:
		if _, err := p.table.Load(key[1:], value); err != nil {
			return fmt.Errorf("load exim queue id: %w", err)
		}
	case heldKey:
		if err := p.held.Load(key[1:], value); err != nil {
			return fmt.Errorf("load exim delivery: %w", err)
		}
	case lineKey:
		return p.hashes.Load(key[1:], value)
	default:
		return fmt.Errorf("load exim state: unknown key %q: %w", key[0], errState)
	}
	return nil
}
