package sendmail

import (
	"errors"
	"fmt"

	"mailfate/sources"
)

// The first byte of a key in the saved state.
const (
	sessionKey = 'a'
	clockKey   = 'c'
	heldKey    = 'h'
	lineKey    = 'l' // sources.LineHash
	tableKey   = 'q'
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
	if err := p.sessions.Changes(sessionKey, put); err != nil {
		return fmt.Errorf("save sessions: %w", err)
	}
	if err := p.held.Changes(heldKey, put); err != nil {
		return fmt.Errorf("save refusals: %w", err)
	}
	return p.hashes.Changes([]byte{lineKey}, put)
}

// Recall says where queue ids are found that there is no room for in memory.
func (p *Parser) Recall(from sources.Saved) { p.table.Recall(tableKey, from) }

// Load takes one entry back, as sources.State says.
func (p *Parser) Load(key, value []byte) error {
	if len(key) == 0 {
		return errors.New("load sendmail state: empty key")
	}
	var err error
	switch kind, rest := key[0], key[1:]; kind {
	case clockKey:
		if !p.clock.Load(value) {
			err = errState
		}
	case tableKey:
		_, err = p.table.Load(rest, value)
	case sessionKey:
		_, err = p.sessions.Load(rest, value)
	case heldKey:
		err = p.held.Load(rest, value)
	case lineKey:
		err = p.hashes.Load(rest, value)
	default:
		err = errState
	}
	if err != nil {
		return fmt.Errorf("load sendmail state of kind %q: %w", key[0], err)
	}
	return nil
}
