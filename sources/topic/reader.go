package topic

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"mailfate/pipeline/kafkalog"
	"mailfate/sources"
	"mailfate/sources/tail"
)

const (
	// fetchBytes is about how much is read at a time.
	fetchBytes = 1 << 20
	// poll is how often a follower asks for more.
	poll = 250 * time.Millisecond
	// maxLine is what a line may have, as of files.
	maxLine = 1 << 20
	// positionVersion begins the stored position.
	positionVersion = 1
)

// Options name a partition.
type Options struct {
	Client    *kafkalog.Client
	Topic     string
	Partition int
	Follow    bool // go on after what is there at first
}

// Open returns a reader of a partition, at its beginning. Nothing is sent until
// Next is called.
func Open(o Options) tail.Reader {
	r := &reader{
		opts: o,
		log:  o.Client.NewReader(o.Topic, o.Partition, 0),
		name: fmt.Sprintf("%s%s/%d", scheme, o.Topic, o.Partition),
		end:  -1,
	}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	return r
}

type reader struct {
	opts   Options
	log    *kafkalog.Reader
	name   string
	ctx    context.Context //nolint:containedctx // Next has none; Close ends it
	cancel context.CancelFunc

	known bool  // the position is one that was reached, not just the first
	saved int64 // the position that Changes handed out last
	end   int64 // where a replay ends; -1 as long as that is not known

	counts tail.Counts
	lost   []error // what can never be read
	failed error   // why the last attempt read nothing
}

// Next fetches once.
func (r *reader) Next(fn func(sources.Line)) tail.Status {
	if !r.opts.Follow && r.end >= 0 && r.log.Position() >= r.end {
		return tail.Idle
	}
	progress, err := r.log.Fetch(r.ctx, 0, fetchBytes, func(rec kafkalog.Record) error {
		r.handOut(rec, fn)
		return nil
	})
	var outside *kafkalog.OffsetOutOfRangeError
	switch {
	case errors.As(err, &outside) && outside.LogStart >= 0:
		r.moveInside(outside)
		return tail.More
	case err != nil:
		r.failed = fmt.Errorf("read %s: %w", r.name, err)
		return tail.Idle
	}
	r.known, r.failed = true, nil
	if r.end < 0 {
		r.end = progress.LastStable
	}
	if progress.Position >= progress.LastStable {
		return tail.Idle
	}
	return tail.More
}

// handOut hands out the lines of a record.
func (r *reader) handOut(rec kafkalog.Record, fn func(sources.Line)) {
	value := bytes.TrimSuffix(rec.Value, []byte{'\n'})
	if len(value) == 0 {
		return // a tombstone says nothing of mail
	}
	for line := range bytes.SplitSeq(value, []byte{'\n'}) {
		r.counts.Lines++
		r.counts.Bytes += uint64(len(line)) + 1
		line = bytes.TrimSuffix(line, []byte{'\r'})
		if len(line) > maxLine {
			r.counts.Cut++
			line = line[:maxLine]
		}
		fn(sources.Line{Data: line, File: r.name, Offset: rec.Offset})
	}
}

// moveInside goes on where the log has something. That it begins later than at
// first is no loss, for it was no stream of ours then.
func (r *reader) moveInside(outside *kafkalog.OffsetOutOfRangeError) {
	switch {
	case outside.Offset > outside.LogStart:
		r.lost = append(r.lost, fmt.Errorf("read %s: it ends at %d and was read to %d: it was made anew, and is read from its beginning",
			r.name, outside.HighWatermark, outside.Offset))
	case r.known:
		r.lost = append(r.lost, fmt.Errorf("read %s: records %d to %d were deleted before they were read: give the topic a longer retention",
			r.name, outside.Offset, outside.LogStart-1))
	}
	r.log.MoveTo(outside.LogStart)
	if len(r.lost) > maxLost {
		r.lost = r.lost[len(r.lost)-maxLost:]
	}
}

// maxLost is how many losses are remembered, the latest.
const maxLost = 16

// Wait waits until it is time to ask again.
func (r *reader) Wait(ctx context.Context, limit time.Duration) error {
	t := time.NewTimer(min(limit, poll))
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
	return ctx.Err()
}

// Counts returns what was counted so far.
func (r *reader) Counts() tail.Counts { return r.counts }

// Problems returns what could not be read.
func (r *reader) Problems() []error {
	if r.failed != nil {
		return append(r.lost[:len(r.lost):len(r.lost)], r.failed)
	}
	return r.lost
}

var positionKey = []byte{'o'}

var errPosition = errors.New("stored position is damaged or from a newer version")

// Changes hands out the position, if it is another one.
func (r *reader) Changes(put func(key, value []byte) error) error {
	at := r.log.Position()
	if !r.known || at == r.saved {
		return nil
	}
	r.saved = at
	return put(positionKey, binary.AppendUvarint([]byte{positionVersion}, uint64(at)))
}

// Load takes the position back.
func (r *reader) Load(key, value []byte) error {
	if !bytes.Equal(key, positionKey) || len(value) < 2 || value[0] != positionVersion {
		return fmt.Errorf("load position in %s: %w", r.name, errPosition)
	}
	at, n := binary.Uvarint(value[1:])
	if n != len(value)-1 || at > 1<<62 {
		return fmt.Errorf("load position in %s: %w", r.name, errPosition)
	}
	r.known, r.saved = true, int64(at)
	r.log.MoveTo(int64(at))
	return nil
}

// Close ends what is under way.
func (r *reader) Close() error {
	r.cancel()
	return nil
}
