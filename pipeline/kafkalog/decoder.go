package kafkalog

import (
	"encoding/binary"
	"fmt"
)

// Record is one message. When it comes from a Reader, Key and Value are valid
// until the Reader's next Fetch, and are not to be written to.
type Record struct {
	// Offset is its place in the partition; writing ignores it.
	Offset int64
	// Time is in milliseconds since 1970; zero means now, when published.
	Time int64
	// Key is nil when there is none.
	Key []byte
	// Value is nil in a tombstone, and empty but not nil when it is just empty.
	Value []byte
}

// decodeRecords calls fn for each record of a batch's decompressed body whose
// offset is at least from. It trusts no length in it.
func decodeRecords(h *batchHeader, body []byte, from int64, fn func(Record) error) error {
	d := cursor{b: body}
	for i := range h.count {
		rec, err := d.record(h)
		if err != nil {
			return fmt.Errorf("record %d of %d at offset %d: %w", i, h.count, h.baseOffset, err)
		}
		if rec.Offset < from {
			continue
		}
		if err := fn(rec); err != nil {
			return &handlerError{offset: rec.Offset, err: err}
		}
	}
	if len(d.b) != 0 {
		return fmt.Errorf("%w: %d bytes behind the last record of the batch at offset %d", ErrCorrupt, len(d.b), h.baseOffset)
	}
	return nil
}

// isAbortMarker says whether a control batch ends a transaction by undoing it.
// Its record's key is a version and a type, 0 for abort.
func isAbortMarker(h *batchHeader, body []byte) (bool, error) {
	if h.count == 0 { // compacted away
		return false, nil
	}
	d := cursor{b: body}
	rec, err := d.record(h)
	if err != nil {
		return false, fmt.Errorf("marker at offset %d: %w", h.baseOffset, err)
	}
	if len(rec.Key) < 4 {
		return false, fmt.Errorf("%w: marker at offset %d with a key of %d bytes", ErrCorrupt, h.baseOffset, len(rec.Key))
	}
	return binary.BigEndian.Uint16(rec.Key[2:]) == 0, nil
}

// handlerError carries the error of a caller's function past ours.
type handlerError struct {
	offset int64
	err    error
}

func (e *handlerError) Error() string { return e.err.Error() }

// cursor reads a batch's body. After its first failure it stays failed.
type cursor struct {
	b   []byte
	bad bool
}

func (c *cursor) record(h *batchHeader) (Record, error) {
	size := c.varint()
	if c.bad || size < 0 || size > int64(len(c.b)) {
		return Record{}, fmt.Errorf("%w: size %d of %d bytes", ErrCorrupt, size, len(c.b))
	}
	r := cursor{b: c.b[:size:size]}
	c.b = c.b[size:]
	r.skip(1) // attributes, unused
	timeDelta, offsetDelta := r.varint(), r.varint()
	rec := Record{Offset: h.baseOffset + offsetDelta, Time: h.baseTime + timeDelta}
	rec.Key = r.bytes()
	rec.Value = r.bytes()
	r.headers()
	if r.bad || len(r.b) != 0 || offsetDelta < 0 || offsetDelta > h.lastOffset-h.baseOffset {
		return Record{}, fmt.Errorf("%w: fields do not fit their lengths", ErrCorrupt)
	}
	if h.attributes&logAppendTime != 0 {
		rec.Time = h.maxTime
	}
	return rec, nil
}

func (c *cursor) headers() {
	for n := c.varint(); n > 0 && !c.bad; n-- {
		c.bytes() // key
		c.bytes() // value
	}
}

func (c *cursor) bytes() []byte {
	n := c.varint()
	if n == -1 {
		return nil
	}
	return c.skip(n)
}

// skip returns the next n bytes: never nil unless they are not there.
func (c *cursor) skip(n int64) []byte {
	if n < 0 || n > int64(len(c.b)) {
		c.fail()
		return nil
	}
	v := c.b[:n:n]
	c.b = c.b[n:]
	return v
}

func (c *cursor) varint() int64 {
	v, n := binary.Varint(c.b)
	if n <= 0 {
		c.fail()
		return 0
	}
	c.b = c.b[n:]
	return v
}

func (c *cursor) fail() { c.b, c.bad = nil, true }
