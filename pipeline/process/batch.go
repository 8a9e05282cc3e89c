package process

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"mailfate/pipeline/kafkalog"
	"mailfate/pipeline/status"
	"mailfate/pipeline/store"
	"mailfate/schemas"
)

// A cell is one key's snapshot while a batch works on it.
type cell struct {
	key    string
	snap   schemas.Snapshot
	before []schemas.Timer // as they stand in the store
	day    uint32          // when it was heard of, as it stands there
	stored bool            // the store has it
	grown  bool            // its set has grown in this batch
	told   bool            // it has to be written
}

// batch is what one transaction is about: the input taken, the cells that it
// touches, and what follows.
type batch struct {
	w *worker
	*space
	input int64
	taken int
	room  int // cells from which on it takes no more input; 0: any number

	finder *store.Finder // nil until something has to be looked up
	dead   [][]byte      // encoded dead letters

	clocks   map[string]bool  // streams whose clock moved
	fanOuts  map[*fanOut]bool // those to write down
	refolded bool             // how far folding everything again has come is to be written down
	fired    [][]byte         // timers' keys in the store to delete
	graves   []grave          // keys whose lives are over
	entries  [][]byte         // of the index of lives, to delete
	indexed  string           // the message that was put there last
	keyBuf   []byte
	intake   int64 // µs of wall clock, or later if that is behind
	wall     int64 // ms of wall clock, whatever it says
	steady   bool  // that runs evenly
}

// space is the part of a batch that grows with it. The next one uses it again.
type space struct {
	cells   map[string]*cell
	order   []*cell                  // in order of first touch, so that the output is the same again
	visits  []visit                  // recipients, and messages as a whole, to look at
	visitAt map[schemas.Identity]int // where in visits, without account
}

func newSpace() *space {
	return &space{cells: map[string]*cell{}, visitAt: map[schemas.Identity]int{}}
}

// clear lets go of all that is in the space, and keeps the room.
func (s *space) clear() {
	clear(s.cells)
	clear(s.order)
	clear(s.visits)
	clear(s.visitAt)
	s.order, s.visits = s.order[:0], s.visits[:0]
}

// visit asks for a recipient to be looked at under the accounts that are known
// for its message and, beyond these, under those that it names.
type visit struct {
	messageID, recipient string
	accounts             []string
	refold               bool // it is the turn of this recipient when all are folded again
}

// fanOut asks for all recipients of a message to be looked at, in the order of
// their keys.
type fanOut struct {
	messageID string
	last      string // the recipient looked at last
	stored    bool   // it is written down
	done      bool
}

func newBatch(w *worker) *batch {
	now, steady := w.processor.clock.read()
	intake := now.UnixMicro()
	if now.Before(clockFloor) {
		intake = max(intake, w.committed.Time*1000)
	}
	w.space.clear()
	return &batch{
		w: w, space: w.space, clocks: map[string]bool{}, fanOuts: map[*fanOut]bool{},
		input: w.input, intake: intake, wall: now.UnixMilli(), steady: steady,
	}
}

// take takes in one record of input.
func (b *batch) take(r kafkalog.Record) error {
	if b.room > 0 && len(b.order) >= b.room {
		return errEnough
	}
	b.taken++
	b.hear(r.Time)
	ev := &b.w.event
	control, isControl, err := b.w.dec.Record(r.Value, ev)
	switch {
	case err != nil:
		return b.bury(schemas.DeadMalformed, err.Error(), r)
	case isControl && control.Refold.ID != 0:
		b.beginRefold(control.Refold)
		return nil
	case isControl:
		b.advance(control.Clock)
		return nil
	case ev.MessageID == "" || ev.Kind == schemas.KindNone || ev.Kind.Derived():
		return b.bury(schemas.DeadMalformed, "an event needs a message id and an observable kind", r)
	}
	ev.Bound()
	ev.Account = schemas.CleanAccount(ev.Account)
	return b.add(ev)
}

// hear notes when a record was published. What is heard of by a clock that is
// behind must not look old when that is set right.
func (b *batch) hear(published int64) {
	b.w.lives.heard = max(b.w.lives.heard, published)
	if published-b.wall < maxBehind.Milliseconds() {
		b.intake = max(b.intake, published*1000)
	}
}

func (b *batch) bury(reason schemas.DeadReason, detail string, r kafkalog.Record) error {
	value, err := b.w.enc.DeadLetter(&schemas.DeadLetter{
		Reason: reason, Detail: detail, Bytes: r.Value[:min(len(r.Value), schemas.MaxRecord/2)],
		Topic: schemas.TopicEvents, Partition: b.w.partition, Offset: r.Offset,
	})
	if err != nil {
		return err
	}
	b.dead = append(b.dead, slices.Clone(value))
	return nil
}

// advance moves a stream's clock, which never goes back.
func (b *batch) advance(c schemas.Clock) {
	if now, ok := b.w.clocks[c.Stream]; ok && c.Time <= now {
		return
	}
	b.w.clocks[c.Stream] = c.Time
	b.clocks[c.Stream] = true
	b.w.expired[c.Stream] = true
}

// add takes one event into its key's set and notes what has to be looked at.
func (b *batch) add(ev *schemas.Event) error {
	c, err := b.cell(ev.Identity)
	if err != nil {
		return err
	}
	if !status.Add(&c.snap, ev) {
		return nil
	}
	c.grown = true
	b.visit(ev.Identity)
	header, err := b.cell(schemas.Identity{MessageID: ev.MessageID})
	if err != nil {
		return err
	}
	if ev.Recipient == "" && len(header.snap.Recipients)+len(header.snap.Accounts)+len(c.snap.Recipients) > 0 {
		b.fanOut(ev.MessageID)
	}
	if status.AddAccount(&header.snap, ev.Account) {
		b.accountsChanged(header)
	}
	if !ev.CreatesRecipient() {
		return nil
	}
	whole, err := b.cell(schemas.Identity{Account: ev.Account, MessageID: ev.MessageID})
	if err != nil {
		return err
	}
	if status.AddRecipient(&whole.snap, ev.Recipient) {
		return b.recipientsChanged(whole, header)
	}
	return nil
}

// accountsChanged: what names no account has somebody to belong to, or several.
func (b *batch) accountsChanged(header *cell) {
	header.grown = true
	b.visit(header.snap.Identity)
	if len(header.snap.Accounts) > 1 || len(header.snap.Recipients) > 0 {
		b.fanOut(header.snap.MessageID)
	}
}

// recipientsChanged: whom a report without a recipient means may have changed, and
// whether one is believed of the only recipient so far. What names no account is the
// only account's, and so are its recipients.
func (b *batch) recipientsChanged(whole, header *cell) error {
	whole.grown = true
	all := []*cell{whole, header}
	if whole == header && len(header.snap.Accounts) == 1 {
		owner, err := b.cell(schemas.Identity{Account: header.snap.Accounts[0], MessageID: header.snap.MessageID})
		if err != nil {
			return err
		}
		all = append(all, owner)
	}
	for _, c := range all {
		b.visit(c.snap.Identity)
		for _, recipient := range c.snap.Recipients {
			b.visit(schemas.Identity{MessageID: c.snap.MessageID, Recipient: recipient})
		}
		if slices.ContainsFunc(c.snap.Events, func(ev schemas.Event) bool { return !ev.ForWholeMessage() }) {
			b.fanOut(c.snap.MessageID)
		}
	}
	return nil
}

// fanOut begins, or begins again, to look at all recipients of a message.
func (b *batch) fanOut(messageID string) {
	at := slices.IndexFunc(b.w.fanOuts, func(f *fanOut) bool { return f.messageID == messageID })
	if at < 0 {
		at = len(b.w.fanOuts)
		b.w.fanOuts = append(b.w.fanOuts, &fanOut{messageID: messageID})
	}
	f := b.w.fanOuts[at]
	f.last = ""
	b.fanOuts[f] = true
}

// visit has a recipient looked at. What is returned holds until the next call.
func (b *batch) visit(id schemas.Identity) *visit {
	key := schemas.Identity{MessageID: id.MessageID, Recipient: id.Recipient}
	at, ok := b.visitAt[key]
	if !ok {
		at = len(b.visits)
		b.visitAt[key] = at
		b.visits = append(b.visits, visit{messageID: id.MessageID, recipient: id.Recipient})
	}
	v := &b.visits[at]
	if id.Account != "" && !slices.Contains(v.accounts, id.Account) {
		v.accounts = append(v.accounts, id.Account)
	}
	return v
}

// cell returns the cell of an identity, from this batch or from the store.
func (b *batch) cell(id schemas.Identity) (*cell, error) {
	b.keyBuf = id.AppendKey(b.keyBuf[:0])
	if c := b.cells[string(b.keyBuf)]; c != nil {
		return c, nil
	}
	c := b.w.recent.take(b.keyBuf)
	if c == nil {
		c = &cell{key: string(b.keyBuf)}
		c.snap.Identity = id
		if err := b.load(c); err != nil {
			return nil, fmt.Errorf("load state: %w", err)
		}
	}
	c.before, c.day = slices.Clone(c.snap.Timers), dayOf(c.snap.Intake)
	b.cells[c.key] = c
	b.order = append(b.order, c)
	return c, nil
}

// load reads a cell from the store, if it is there.
func (b *batch) load(c *cell) error {
	if b.finder == nil {
		var err error
		if b.finder, err = b.w.store.NewFinder(); err != nil {
			return err
		}
	}
	_, err := b.finder.View(b.w.keys.state(b.keyBuf), func(value []byte) error {
		c.stored = true
		return b.w.dec.Snapshot(value, &c.snap)
	})
	return err
}

// release lets go of the store, which every batch has to at its end.
func (b *batch) release() error {
	f := b.finder
	if f == nil {
		return nil
	}
	b.finder = nil
	return f.Close()
}

// known returns the snapshot of an identity; nil when nothing is known under it.
func (b *batch) known(id schemas.Identity) (*schemas.Snapshot, error) {
	c, err := b.cell(id)
	if err != nil || !c.stored && !c.grown {
		return nil, err
	}
	return &c.snap, nil
}

// apply looks at everything that the input touched, and at a bounded part of
// what waits: timers that are due, recipients of messages that changed, what is
// to be folded again, and what was not heard of for long.
func (b *batch) apply() error {
	if err := b.fireTimers(); err != nil {
		return err
	}
	first := len(b.visits)
	if err := b.followFanOuts(); err != nil {
		return err
	}
	end := len(b.visits)
	if err := b.followRefold(); err != nil {
		return err
	}
	if err := errors.Join(b.lookAll(0, first), b.lookAll(end, len(b.visits))); err != nil {
		return err
	}
	began := time.Now()
	if err := b.lookAll(first, end); err != nil {
		return err
	}
	if end > first {
		b.w.setPace(time.Since(began))
	}
	return b.endLives()
}

// lookAll makes a range of visits.
func (b *batch) lookAll(first, end int) error {
	for i := first; i < end; i++ {
		if err := b.look(&b.visits[i]); err != nil {
			return err
		}
	}
	return nil
}

// empty reports whether there is nothing to write down.
func (b *batch) empty() bool {
	return b.taken == 0 && b.input == b.w.input && len(b.fired) == 0 && len(b.fanOuts) == 0 && len(b.visits) == 0 && !b.refolded &&
		len(b.graves) == 0 && len(b.entries) == 0
}

// write appends the transaction's records; the bookmark is the last. What the
// store is to hold of the snapshots is gathered as they are encoded.
func (b *batch) write(mark schemas.Bookmark) error {
	w, now := b.w, b.intake/1000
	w.into.Discard()
	for _, key := range b.fired {
		w.into.Delete(key) // unless one that is as yet due is set again below
	}
	put := func(key []byte, value []byte, err error) error {
		if err != nil {
			return err
		}
		return w.producer.Append(schemas.TopicStatus, w.partition, key, value, now)
	}
	for _, c := range b.order {
		if !c.told {
			continue
		}
		value, err := w.enc.Snapshot(&c.snap)
		if err := put([]byte(c.key), value, err); err != nil {
			return err
		}
		b.keepCell(c, value)
	}
	for _, g := range b.graves {
		if err := put([]byte(g.key), nil, nil); err != nil {
			return err
		}
	}
	for stream := range b.clocks {
		value, err := w.enc.Time(w.clocks[stream])
		if err := put(schemas.ClockKey(stream), value, err); err != nil {
			return err
		}
	}
	for f := range b.fanOuts {
		if f.done && !f.stored {
			continue
		}
		value, err := b.fanOutValue(f)
		if err := put(schemas.FanOutKey(f.messageID), value, err); err != nil {
			return err
		}
	}
	if err := b.putRefold(put); err != nil {
		return err
	}
	for _, letter := range b.dead {
		if err := w.producer.Append(schemas.TopicDead, w.partition, []byte(schemas.TopicEvents), letter, now); err != nil {
			return err
		}
	}
	value, err := w.enc.Bookmark(mark)
	return put(schemas.BookmarkKey, value, err)
}

// fanOutValue is nil, which deletes, when the fan-out is done.
func (b *batch) fanOutValue(f *fanOut) ([]byte, error) {
	if f.done {
		return nil, nil
	}
	return b.w.enc.Text(f.last)
}

// keep makes the store hold what was committed.
func (b *batch) keep(m meta) error {
	w, into := b.w, b.w.into
	b.keepEnds(into)
	if err := b.keepBookkeeping(into, m); err != nil {
		return err
	}
	if err := into.Commit(false); err != nil {
		return err
	}
	w.input, w.committed = b.input, m
	for _, c := range b.order {
		c.stored = c.stored || c.told
		c.grown, c.told = false, false
		w.recent.put(c)
	}
	return nil
}

// keepCell makes the store hold a snapshot and its timers.
func (b *batch) keepCell(c *cell, value []byte) {
	w, key := b.w, []byte(c.key)
	w.into.Set(w.keys.state(key), value)
	b.indexLife(w.into, c)
	if slices.Equal(c.before, c.snap.Timers) {
		return
	}
	for _, t := range c.before {
		w.into.Delete(w.keys.timer(t, key))
	}
	for _, t := range c.snap.Timers {
		w.into.Set(w.keys.timer(t, key), nil)
	}
}

func (b *batch) keepBookkeeping(into *store.Batch, m meta) error {
	w := b.w
	for stream := range b.clocks {
		value, err := w.enc.Time(w.clocks[stream])
		if err != nil {
			return err
		}
		into.Set(w.keys.state(schemas.ClockKey(stream)), value)
	}
	for f := range b.fanOuts {
		value, err := b.fanOutValue(f)
		if err != nil {
			return err
		}
		w.putState(into, schemas.FanOutKey(f.messageID), value)
		f.stored = true
	}
	err := b.putRefold(func(key, value []byte, err error) error {
		w.putState(into, key, value)
		return err
	})
	if err != nil {
		return err
	}
	value, err := w.enc.Bookmark(schemas.Bookmark{Input: b.input, Nonce: m.Nonce, Rules: w.rules})
	if err != nil {
		return err
	}
	into.Set(w.keys.state(schemas.BookmarkKey), value)
	return w.putMeta(into, m)
}
