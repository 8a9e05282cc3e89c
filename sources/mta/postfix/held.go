package postfix

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"mailfate/schemas"
	"mailfate/sources/saved"
)

// A heldRefusal is a recipient that was refused in a dialogue which has a queue
// id already and goes on with other recipients: the message's name is logged
// later, or never. The event waits until either is clear.
type heldRefusal struct {
	order uint64
	pid   int64 // of the smtpd that refused
	since int64 // the stream's time
	event schemas.Event
	saved bool
}

const (
	// maxHeld is how many refusals wait at most; then the oldest goes out.
	maxHeld = 256
	// holdTime is how long one waits at most, in the stream's time.
	holdTime = 60 * 60 * 1000
)

// held are the refusals that wait, the oldest first.
type held struct {
	waiting []heldRefusal
	order   uint64
	gone    []uint64 // saved ones that have gone out
	changed bool
}

// hold keeps an event back.
func (p *Parser) hold(e *schemas.Event) {
	if len(p.held.waiting) >= maxHeld {
		p.release(func(h *heldRefusal) bool { return h == &p.held.waiting[0] }, nil)
	}
	p.held.order++
	p.held.waiting = append(p.held.waiting, heldRefusal{order: p.held.order, pid: p.rec.PID, since: p.clock.Steady(), event: *e})
	p.held.changed = true
}

// release hands out the events that are chosen. Those of a message whose name is
// known get it; the others keep their own.
func (p *Parser) release(chosen func(*heldRefusal) bool, of *entry) {
	kept := p.held.waiting[:0]
	for i := range p.held.waiting {
		h := &p.held.waiting[i]
		if !chosen(h) {
			kept = append(kept, *h)
			continue
		}
		if h.saved {
			p.held.gone = append(p.held.gone, h.order)
		}
		event := h.event // p.event may be in use
		if of != nil {
			event.MessageID = of.Message.messageID
		}
		p.released = true
		p.held.changed = true
		p.emit(&event)
	}
	clear(p.held.waiting[len(kept):])
	p.held.waiting = kept
}

// releaseNamed hands out what waits for the name of a message.
func (p *Parser) releaseNamed(e *entry, id []byte) {
	if len(p.held.waiting) == 0 || e.Message.messageID == "" {
		return
	}
	host := e.Queue().Host.Name
	p.release(func(h *heldRefusal) bool { return h.event.QueueID == string(id) && h.event.Host == host }, e)
}

// releaseClient hands out what a dialogue that is over has left without a name.
func (p *Parser) releaseClient() {
	if len(p.held.waiting) == 0 {
		return
	}
	q := p.queue()
	p.release(func(h *heldRefusal) bool {
		return h.pid == p.rec.PID && h.event.Host == q.Host.Name && h.event.Instance == q.Instance
	}, nil)
}

// releaseOld hands out what has waited too long.
func (p *Parser) releaseOld() {
	if len(p.held.waiting) == 0 || p.clock.Steady()-p.held.waiting[0].since <= holdTime {
		return
	}
	p.release(func(h *heldRefusal) bool { return p.clock.Steady()-h.since > holdTime }, nil)
}

// changes hands out what is to be saved, and what no longer.
func (h *held) changes(put func(key, value []byte) error) error {
	if !h.changed {
		return nil
	}
	for _, order := range h.gone {
		if err := put(heldKeyOf(order), nil); err != nil {
			return err
		}
	}
	h.gone = h.gone[:0]
	encoder := schemas.NewEncoder()
	for i := range h.waiting {
		w := &h.waiting[i]
		if w.saved {
			continue
		}
		event, err := encoder.Event(&w.event)
		if err != nil {
			return err
		}
		value := binary.AppendVarint(binary.AppendVarint(nil, w.pid), w.since)
		if err := put(heldKeyOf(w.order), append(value, event...)); err != nil {
			return err
		}
		w.saved = true
	}
	h.changed = false
	return nil
}

func heldKeyOf(order uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{heldKey}, order)
}

// load takes one back.
func (h *held) load(key, value []byte) error {
	r := saved.NewReader(value)
	w := heldRefusal{pid: r.Varint(), since: r.Varint(), saved: true}
	if len(key) != 8 || !r.OK() || len(h.waiting) >= maxHeld {
		return errState
	}
	w.order = binary.BigEndian.Uint64(key)
	_, isClock, err := schemas.NewDecoder().Record(r.Rest(), &w.event)
	if err != nil {
		return fmt.Errorf("decode refusal: %w", err)
	}
	if isClock || w.event.MessageID == "" || w.event.Kind != schemas.Refused {
		return errState
	}
	h.waiting = append(h.waiting, w)
	slices.SortFunc(h.waiting, func(a, b heldRefusal) int { return cmp.Compare(a.order, b.order) })
	h.order = max(h.order, w.order)
	return nil
}
