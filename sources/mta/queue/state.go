package queue

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"

	"mailfate/sources/saved"
)

// version is the first byte of a saved entry.
const version = 2

var errState = errors.New("malformed; the state is damaged or another version's: start again without it")

// Changes hands out the changes, as sources.State says, their keys behind a
// prefix: first what is gone, for a key may have come back.
func (t *Table[M, P]) Changes(prefix byte, put func(key, value []byte) error) error {
	t.settle()
	t.sweep()
	for key := range t.gone {
		if err := put(append([]byte{prefix}, key...), nil); err != nil {
			return err
		}
	}
	var key, value []byte
	for e := t.dirty.first; e != nil; e = t.dirty.first {
		key = e.key.append(append(key[:0], prefix))
		value = appendEntry[M, P](value[:0], e)
		if err := put(key, value); err != nil {
			return err
		}
		t.dirty.remove(e)
		e.dirty, e.saved, e.round = false, true, t.away.round
	}
	t.leave()
	t.gone = t.away.turn(t.gone)
	return nil
}

// append appends host, instance and queue id.
func (k *key) append(b []byte) []byte {
	b = saved.AppendText(b, k.queue.Host.Name)
	b = saved.AppendText(b, k.queue.Instance)
	return append(b, k.text()...)
}

func appendEntry[M any, P Message[M]](b []byte, e *Entry[M]) []byte {
	b = append(b, version, boolByte(e.removed))
	b = binary.AppendUvarint(b, e.order)
	b = binary.AppendVarint(b, e.firstSeen)
	b = binary.AppendVarint(b, e.touched)
	return P(&e.Message).Append(b)
}

func boolByte(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// Load takes back one entry that Changes wrote; key is without the prefix. One that
// there is no room for stays where it is.
func (t *Table[M, P]) Load(key, value []byte) error {
	e, err := t.decode(key, value)
	if err != nil || t.entries.get(e.key.queue, e.key.text()) != nil {
		return errState
	}
	e.key.queue.opened()
	t.order = max(t.order, e.order)
	if t.away.saved != nil && !e.removed && len(t.loaded) >= t.maxOpen {
		t.away.add(e.key.queue)
		return nil
	}
	t.entries.put(e)
	t.loaded = append(t.loaded, e)
	return nil
}

func (t *Table[M, P]) decode(key, value []byte) (*Entry[M], error) {
	k := saved.NewReader(key)
	hostName, instance, id := k.Text(), k.Text(), k.Rest()
	e := &Entry[M]{saved: true}
	r := saved.NewReader(value)
	known := e.head(r)
	P(&e.Message).Load(r)
	if !known || !k.OK() || !r.Done() || len(id) > MaxID {
		return nil, errState
	}
	e.key = keyOf(t.named(hostName, instance), id)
	if t.Loaded != nil {
		t.Loaded(&e.Message)
	}
	return e, nil
}

// head reads what stands before the message, and reports whether it knows it.
func (e *Entry[M]) head(r *saved.Reader) bool {
	known := r.Byte() == version
	e.removed, e.order, e.firstSeen, e.touched = r.Byte() == 1, r.Uvarint(), r.Varint(), r.Varint()
	return known
}

// settle puts what was loaded into its lists, in the order in which it was left.
func (t *Table[M, P]) settle() {
	if len(t.loaded) > 0 {
		t.listLoaded()
	}
}

func (t *Table[M, P]) listLoaded() {
	slices.SortFunc(t.loaded, func(a, b *Entry[M]) int { return cmp.Compare(a.order, b.order) })
	for _, e := range t.loaded {
		t.list(e).add(e)
	}
	t.loaded = nil
}
