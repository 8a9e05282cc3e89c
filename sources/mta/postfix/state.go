package postfix

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"mailfate/schemas"
)

// The first byte of a key in the saved state.
const (
	clockKey = 'c'
	heldKey  = 'h'
	lineKey  = 'l' // sources.LineHash
	tableKey = 'q'
)

// stateVersion is the first byte of each of our values.
const stateVersion = 1

var errState = errors.New("malformed; the state is damaged or a newer version's: start again without it")

// Changes hands out what changed, as sources.State says.
func (p *Parser) Changes(put func(key, value []byte) error) error {
	p.table.settle()
	if p.clock.dirty {
		if err := put([]byte{clockKey}, p.clock.append(nil)); err != nil {
			return fmt.Errorf("save clock: %w", err)
		}
		p.clock.dirty = false
	}
	if err := p.table.changes(put); err != nil {
		return fmt.Errorf("save queue ids: %w", err)
	}
	if err := p.held.changes(put); err != nil {
		return fmt.Errorf("save refusals: %w", err)
	}
	return p.hashes.Changes([]byte{lineKey}, put)
}

// Load takes one entry back, as sources.State says.
func (p *Parser) Load(key, value []byte) error {
	if len(key) == 0 {
		return fmt.Errorf("load postfix state: empty key")
	}
	switch key[0] {
	case clockKey:
		if !p.clock.load(value) {
			return fmt.Errorf("load postfix clock: %w", errState)
		}
	case tableKey:
		e := p.table.load(key[1:], value)
		if e == nil {
			return fmt.Errorf("load postfix queue id: %w", errState)
		}
		if p.options.Account != nil {
			e.account = schemas.CleanAccount(p.options.Account(e.sender, e.saslUser))
		}
	case heldKey:
		if err := p.held.load(key[1:], value); err != nil {
			return fmt.Errorf("load postfix refusal: %w", err)
		}
	case lineKey:
		return p.hashes.Load(key[1:], value)
	default:
		return fmt.Errorf("load postfix state: unknown key %q: %w", key[0], errState)
	}
	return nil
}

func (c *clock) append(b []byte) []byte {
	b = append(b, stateVersion)
	b = binary.AppendVarint(b, c.now)
	b = binary.AppendVarint(b, c.steady)
	return binary.AppendVarint(b, c.near)
}

func (c *clock) load(b []byte) bool {
	r := reader{b: b}
	ok := r.byte() == stateVersion
	c.now, c.steady, c.near = r.varint(), r.varint(), r.varint()
	c.started = true
	return ok && !r.bad
}

// changes hands out the table's changes: first what is gone, for a key may have
// come back.
func (t *table) changes(put func(key, value []byte) error) error {
	for key := range t.gone {
		if err := put([]byte(key), nil); err != nil {
			return err
		}
	}
	clear(t.gone)
	var key, value []byte
	for e := t.dirty.first; e != nil; e = t.dirty.first {
		key = entryKey(key[:0], &e.key)
		value = e.append(value[:0])
		if err := put(key, value); err != nil {
			return err
		}
		t.dirty.remove(e)
		e.flags = e.flags&^entryDirty | entrySaved
	}
	return nil
}

// entryKey appends an entry's key: host, instance and queue id.
func entryKey(b []byte, k *queueKey) []byte {
	b = append(b, tableKey)
	b = appendText(b, k.queue.host.name)
	b = appendText(b, k.queue.instance)
	return append(b, k.text()...)
}

func (e *entry) append(b []byte) []byte {
	b = append(b, stateVersion)
	b = binary.AppendUvarint(b, uint64(e.flags&entryStored))
	b = binary.AppendUvarint(b, e.order)
	b = binary.AppendVarint(b, e.firstSeen)
	b = binary.AppendVarint(b, e.touched)
	b = binary.AppendVarint(b, e.size)
	b = appendText(b, e.messageID)
	b = appendText(b, e.sender)
	return appendText(b, e.saslUser)
}

// load takes an entry back; nil when it is malformed.
func (t *table) load(key, value []byte) *entry {
	k := reader{b: key}
	hostName, instance, id := k.text(), k.text(), k.b
	r := reader{b: value}
	ok := r.byte() == stateVersion
	e := &entry{flags: entryFlags(r.uvarint())&entryStored | entrySaved, order: r.uvarint()}
	e.firstSeen, e.touched, e.size = r.varint(), r.varint(), r.varint()
	e.messageID, e.sender, e.saslUser = r.text(), r.text(), r.text()
	if !ok || k.bad || r.bad || len(id) > maxQueueID {
		return nil
	}
	e.key = keyOf(t.named(hostName, instance), id)
	if t.entries[e.key] != nil {
		return nil
	}
	t.entries[e.key] = e
	e.key.queue.opened()
	t.loaded = append(t.loaded, e)
	return e
}

// settle puts what was loaded into its lists, in the order in which it was left.
func (t *table) settle() {
	if len(t.loaded) == 0 {
		return
	}
	slices.SortFunc(t.loaded, func(a, b *entry) int { return cmp.Compare(a.order, b.order) })
	for _, e := range t.loaded {
		if e.flags&entryRemoved != 0 {
			t.removed.add(e)
		} else {
			t.open.add(e)
		}
		t.order = e.order
	}
	t.loaded = nil
}

func appendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// A reader reads what the append functions wrote; bad is set when it can't.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.bad = true
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

func (r *reader) uvarint() uint64 {
	n, w := binary.Uvarint(r.b)
	r.skip(w)
	return n
}

func (r *reader) varint() int64 {
	n, w := binary.Varint(r.b)
	r.skip(w)
	return n
}

func (r *reader) skip(w int) {
	if w <= 0 {
		r.bad, r.b = true, nil
		return
	}
	r.b = r.b[w:]
}

func (r *reader) text() string {
	n := r.uvarint()
	if n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}
