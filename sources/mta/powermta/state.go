package powermta

import (
	"bytes"
	"errors"
	"fmt"
)

// The first byte of a key in the saved state.
const (
	clockKey  = 'c'
	headerKey = 'h'
	lineKey   = 'l' // sources.LineHash
	openKey   = 'o'
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
	if p.headerDirty {
		if err := put([]byte{headerKey}, p.header); err != nil {
			return fmt.Errorf("save header: %w", err)
		}
		p.headerDirty = false
	}
	if p.open.dirty {
		var value []byte
		if !p.open.empty() {
			value = p.open.append(nil)
		}
		if err := put([]byte{openKey}, value); err != nil {
			return fmt.Errorf("save open record: %w", err)
		}
		p.open.dirty = false
	}
	return p.hashes.Changes([]byte{lineKey}, put)
}

// Load takes one entry back, as sources.State says.
func (p *Parser) Load(key, value []byte) error {
	if len(key) == 0 {
		return errors.New("load powermta state: empty key")
	}
	var ok bool
	switch key[0] {
	case clockKey:
		ok = p.clock.Load(value)
	case headerKey:
		p.columns, ok = parseHeader(value)
		p.header = bytes.Clone(value)
	case openKey:
		ok = p.open.load(value)
	case lineKey:
		return p.hashes.Load(key[1:], value)
	}
	if !ok {
		return fmt.Errorf("load powermta state %q: %w", key[0], errState)
	}
	return nil
}
