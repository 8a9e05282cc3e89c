package publish

import (
	"fmt"
	"maps"

	"github.com/vmihailenco/msgpack/v5"

	"mailfate/sources"
	"mailfate/sources/tail"
)

// Stats is what a stream counted since its beginning, through all restarts.
type Stats struct {
	Lines    uint64            `msgpack:"lines"` // or mails
	Bytes    uint64            `msgpack:"bytes"`
	Events   uint64            `msgpack:"events"`
	Context  uint64            `msgpack:"context"` // lines that only help to understand others
	Ignored  map[string]uint64 `msgpack:"ignored"` // lines, by rule
	Unparsed uint64            `msgpack:"unparsed"`
	Cut      uint64            `msgpack:"cut"`
	Dead     uint64            `msgpack:"dead"`
	// Provisional is how many messages were named after their queue id, because the
	// log has not told their Message-ID: they have none, or it begins after it.
	Provisional uint64 `msgpack:"provisional"`
	// Torn is how many files now end with a line that is held back.
	Torn uint64 `msgpack:"-"`
	// Problems is how many files, mails or mailboxes now cannot be read by a follower.
	Problems uint64 `msgpack:"-"`
	// Clock is the time that was last told to the processors, ms since 1970 UTC.
	Clock int64 `msgpack:"clock"`
	// Newest is the largest time of an event.
	Newest int64 `msgpack:"newest"`
}

// IgnoredTotal returns the lines that were ignored by any rule.
func (s *Stats) IgnoredTotal() uint64 {
	var n uint64
	for _, v := range s.Ignored {
		n += v
	}
	return n
}

// count counts a line by its outcome.
func (s *Stats) count(r sources.Result) {
	switch r.Outcome {
	case sources.Events: // its events are counted
	case sources.Context:
		s.Context++
	case sources.Ignored:
		s.Ignored[r.Rule]++
	default:
		s.Unparsed++
	}
}

// with returns a copy that has what the reader counted since it was opened.
func (s *Stats) with(c tail.Counts) Stats {
	all := *s
	all.Ignored = maps.Clone(s.Ignored)
	all.Lines += c.Lines
	all.Bytes += c.Bytes
	all.Cut += c.Cut
	all.Torn = c.Torn
	return all
}

// provisional returns how many messages a parser has named after their queue id
// since it was made.
func provisional(p sources.Parser) uint64 {
	if c, ok := p.(interface{ Provisional() int }); ok {
		return uint64(c.Provisional())
	}
	return 0
}

func (s *Stats) encode() ([]byte, error) {
	b, err := msgpack.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encode counters: %w", err)
	}
	return append([]byte{checkpointVersion}, b...), nil
}

func (s *Stats) decode(value []byte) error {
	if err := decodeVersioned(value, s); err != nil {
		return fmt.Errorf("decode counters: %w", err)
	}
	if s.Ignored == nil {
		s.Ignored = make(map[string]uint64)
	}
	return nil
}
