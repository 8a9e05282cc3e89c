package publish

import (
	"bytes"
	"errors"
	"fmt"

	"mailfate/sources"
)

// newParser makes a parser that can ask for what it has saved.
func (s *Stream) newParser() sources.Parser {
	p := s.opts.Parser()
	if r, ok := p.(sources.Recaller); ok {
		r.Recall(&recalled{stream: s, prefix: append(bytes.Clone(s.prefix), partParser)})
	}
	return p
}

// recalled reads what a parser has saved from the store. When a parser asks, all
// checkpoints but the last are there: a wave is taken from us when the one before it
// is kept. What cannot be read ends the stream before anything that follows from it
// is published.
type recalled struct {
	stream *Stream
	prefix []byte // of the parser's keys
	key    []byte
	value  []byte
}

var _ sources.Saved = (*recalled)(nil)

// Get returns a key's value, as sources.Saved says.
func (r *recalled) Get(key []byte) []byte {
	r.key = append(append(r.key[:0], r.prefix...), key...)
	found, err := r.stream.opts.Store.View(r.key, func(v []byte) error {
		r.value = append(r.value[:0], v...)
		return nil
	})
	if err != nil {
		r.fail(err)
	}
	if !found || err != nil {
		return nil
	}
	return r.value
}

var errEnough = errors.New("enough")

// Scan goes through the entries from a key on, as sources.Saved says.
func (r *recalled) Scan(from []byte, fn func(key, value []byte) bool) {
	start := append(bytes.Clone(r.prefix), from...)
	end := append(bytes.Clone(r.stream.prefix), partParser+1)
	err := r.stream.opts.Store.Range(start, end, func(key, value []byte) error {
		if !fn(key[len(r.prefix):], value) {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		r.fail(err)
	}
}

func (r *recalled) fail(err error) {
	if r.stream.unread == nil {
		r.stream.unread = fmt.Errorf("read parser state of %s: %w", r.stream.opts.Name, err)
	}
}
