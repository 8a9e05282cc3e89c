package publish

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/vmihailenco/msgpack/v5"

	"mailfate/pipeline/store"
	"mailfate/sources/tail"
)

// checkpointVersion begins the values of a checkpoint that this package encodes.
const checkpointVersion = 1

// checkpointSpace begins the keys of all streams' checkpoints in the store.
const checkpointSpace = 's'

// The parts of a checkpoint: the byte after the stream's name. Stored: append only.
const (
	partPosition byte = 'p'
	partParser   byte = 's'
	partCounters byte = 'c'
	partShape    byte = 'u'
)

var errCheckpoint = errors.New("checkpoint is damaged or from a newer version")

// checkpointPrefix begins all keys of one stream; no stream's is the beginning of
// another's.
func checkpointPrefix(stream string) []byte {
	b := binary.AppendUvarint([]byte{checkpointSpace}, uint64(len(stream)))
	return append(b, stream...)
}

// load reads the checkpoint back, each part to whom it belongs.
func (s *Stream) load() error {
	prefix := checkpointPrefix(s.opts.Name)
	err := s.opts.Store.Iterate(prefix, func(key, value []byte) error {
		key, value = bytes.Clone(key[len(prefix):]), bytes.Clone(value) // whoever loads may keep them
		if len(key) == 0 {
			return errCheckpoint
		}
		switch part, key := key[0], key[1:]; part {
		case partPosition:
			return s.opts.Reader.Load(key, value)
		case partParser:
			return s.parser.Load(key, value)
		case partCounters:
			return s.stats.decode(value)
		case partShape:
			return s.loadShape(value)
		default:
			return errCheckpoint
		}
	})
	if err != nil {
		return fmt.Errorf("load checkpoint of %s: %w; remove its checkpoint to have it read again, which changes no result", s.opts.Name, err)
	}
	return nil
}

// checkpoint puts all that has changed into the wave, which keeps it when
// everything before it is acknowledged.
func (s *Stream) checkpoint() error {
	s.flushShapes()
	b := s.wave.checkpoint
	if err := s.opts.Reader.Changes(s.putter(b, partPosition)); err != nil {
		return fmt.Errorf("take position of %s: %w", s.opts.Name, err)
	}
	if k, ok := s.opts.Reader.(tail.Keeper); ok {
		s.wave.kept = k.Keep()
	}
	if s.again {
		b.DeletePrefix(append(bytes.Clone(s.prefix), partParser))
		s.again = false
	}
	if err := s.parser.Changes(s.putter(b, partParser)); err != nil {
		return fmt.Errorf("take parser state of %s: %w", s.opts.Name, err)
	}
	total := s.total()
	value, err := total.encode()
	if err != nil {
		return err
	}
	return s.putter(b, partCounters)(nil, value)
}

// putter returns a function that writes one part's entries.
func (s *Stream) putter(b *store.Batch, part byte) func(key, value []byte) error {
	return func(key, value []byte) error {
		s.key = append(append(s.key[:0], s.prefix...), part)
		s.key = append(s.key, key...)
		if value == nil {
			b.Delete(s.key)
		} else {
			b.Set(s.key, value)
		}
		return nil
	}
}

func decodeVersioned(value []byte, into any) error {
	if len(value) < 1 || value[0] != checkpointVersion {
		return errCheckpoint
	}
	if err := msgpack.Unmarshal(value[1:], into); err != nil {
		return fmt.Errorf("%w: %w", errCheckpoint, err)
	}
	return nil
}

// Marks returns how far the files of a stream have been read for good: all before that
// is in the log.
func Marks(st *store.Store, stream string) (marks []tail.Mark, err error) {
	prefix := append(checkpointPrefix(stream), partPosition)
	err = st.Iterate(prefix, func(key, value []byte) error {
		m, err := tail.ReadMark(key[len(prefix):], value)
		marks = append(marks, m)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read position of %s: %w", stream, err)
	}
	return marks, nil
}

// ForgetAll removes all streams' checkpoints, so that they are read again.
func ForgetAll(s *store.Store) error { return s.Wipe([]byte{checkpointSpace}) }
