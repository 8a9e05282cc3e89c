package saved

import (
	"errors"
	"fmt"
)

// A Part is some of what a parser remembers, as sources.State says, but for its
// keys: Changes puts a byte in front of them, and Load gets them without it.
type Part interface {
	Changes(prefix byte, put func(key, value []byte) error) error
	Load(key, value []byte) error
}

// Named is a part, with the byte that its keys begin with and its name in errors.
type Named struct {
	Prefix byte
	Name   string
	Part
}

// Parts are all that a parser remembers: a sources.State.
type Parts []Named

// ErrDamaged is why a value cannot be loaded.
var ErrDamaged = errors.New("malformed; the state is damaged or another version's: start again without it")

// Changes hands out what changed, as sources.State says.
func (p Parts) Changes(put func(key, value []byte) error) error {
	for _, part := range p {
		if err := part.Changes(part.Prefix, put); err != nil {
			return fmt.Errorf("save %s: %w", part.Name, err)
		}
	}
	return nil
}

// Load takes one entry back, as sources.State says.
func (p Parts) Load(key, value []byte) error {
	for _, part := range p {
		if len(key) == 0 || key[0] != part.Prefix {
			continue
		}
		if err := part.Load(key[1:], value); err != nil {
			return fmt.Errorf("load %s: %w", part.Name, err)
		}
		return nil
	}
	return fmt.Errorf("load state entry %q: unknown key: %w", key, ErrDamaged)
}

// A Value is one value that is saved whole.
type Value interface {
	// Changed reports whether it is another than when Saved was called last.
	Changed() bool
	Saved()
	// Append appends it to b, nothing when there is none any more.
	Append(b []byte) []byte
	// Load takes back what Append wrote, and reports whether it could.
	Load(value []byte) bool
}

// One is a value as a part: its key is the prefix alone.
func One(v Value) Part { return one{v} }

type one struct{ Value }

func (o one) Changes(prefix byte, put func(key, value []byte) error) error {
	if !o.Changed() {
		return nil
	}
	if err := put([]byte{prefix}, o.Append(nil)); err != nil {
		return err
	}
	o.Saved()
	return nil
}

func (o one) Load(key, value []byte) error {
	if len(key) != 0 || !o.Value.Load(value) {
		return ErrDamaged
	}
	return nil
}
