// Package held keeps events back until a later line says what message they are
// about: a recipient can be refused before the message has a name.
//
// What it guarantees: it never drops an event (one that has waited too long, or
// one too many, is handed out as it is), its memory is bounded, and what waits is
// part of the parser's state.
package held

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"mailfate/schemas"
	"mailfate/sources/saved"
)

const (
	// limit is how many events wait at most; then the oldest goes out.
	limit = 256
	// patience is how long one waits at most, in ms of the stream's time.
	patience = 60 * 60 * 1000
)

// Events are what waits, the oldest first. The zero value is ready.
type Events struct {
	waiting []waiting
	order   uint64
	gone    []uint64 // saved ones that have gone out
}

type waiting struct {
	order uint64
	by    int64
	since int64 // the stream's time
	event schemas.Event
	saved bool
}

// Hold keeps an event back, at the stream's time. by is for the parser to know
// it again: the number of the process that logged it. One too many goes to emit.
func (h *Events) Hold(e *schemas.Event, by, now int64, emit func(*schemas.Event)) {
	if len(h.waiting) >= limit {
		oldest := h.waiting[0].order
		h.release(func(w *waiting) bool { return w.order == oldest }, emit)
	}
	h.order++
	h.waiting = append(h.waiting, waiting{order: h.order, by: by, since: now, event: *e})
}

// Release hands the events out that are chosen.
func (h *Events) Release(chosen func(by int64, e *schemas.Event) bool, emit func(*schemas.Event)) {
	if len(h.waiting) > 0 {
		h.release(func(w *waiting) bool { return chosen(w.by, &w.event) }, emit)
	}
}

// Expire hands the events out that have waited too long at the stream's time.
func (h *Events) Expire(now int64, emit func(*schemas.Event)) {
	if len(h.waiting) > 0 && now-h.waiting[0].since > patience {
		h.release(func(w *waiting) bool { return now-w.since > patience }, emit)
	}
}

func (h *Events) release(chosen func(*waiting) bool, emit func(*schemas.Event)) {
	kept := h.waiting[:0]
	for i := range h.waiting {
		w := &h.waiting[i]
		if !chosen(w) {
			kept = append(kept, *w)
			continue
		}
		if w.saved {
			h.gone = append(h.gone, w.order)
		}
		event := w.event
		emit(&event)
	}
	clear(h.waiting[len(kept):])
	h.waiting = kept
}

// Changes hands out what changed, as sources.State says, the keys behind a prefix.
func (h *Events) Changes(prefix byte, put func(key, value []byte) error) error {
	for _, order := range h.gone {
		if err := put(key(prefix, order), nil); err != nil {
			return err
		}
	}
	h.gone = h.gone[:0]
	for i := range h.waiting {
		w := &h.waiting[i]
		if w.saved {
			continue
		}
		event, err := schemas.NewEncoder().Event(&w.event)
		if err != nil {
			return err
		}
		if err := put(key(prefix, w.order), append(binary.AppendVarint(binary.AppendVarint(nil, w.by), w.since), event...)); err != nil {
			return err
		}
		w.saved = true
	}
	return nil
}

func key(prefix byte, order uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{prefix}, order)
}

// Load takes back one entry that Changes wrote; key is without the prefix.
func (h *Events) Load(key, value []byte) error {
	r := saved.NewReader(value)
	w := waiting{by: r.Varint(), since: r.Varint(), saved: true}
	if len(key) != 8 || !r.OK() || len(h.waiting) >= limit {
		return saved.ErrDamaged
	}
	w.order = binary.BigEndian.Uint64(key)
	_, isClock, err := schemas.NewDecoder().Record(r.Rest(), &w.event)
	if err != nil {
		return fmt.Errorf("decode event: %w", err)
	}
	if isClock || w.event.MessageID == "" || w.event.Kind == schemas.KindNone {
		return saved.ErrDamaged
	}
	h.waiting = append(h.waiting, w)
	slices.SortFunc(h.waiting, func(a, b waiting) int { return cmp.Compare(a.order, b.order) })
	h.order = max(h.order, w.order)
	return nil
}
