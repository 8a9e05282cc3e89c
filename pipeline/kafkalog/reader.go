package kafkalog

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"
)

// gapProof is how many complete, empty answers in a row below the last stable
// offset prove that nothing is there. Brokers keep the last batch of a log, but
// not for ever: see Reader.skipTrailingGap.
const gapProof = 3

// Progress is what a Fetch found out about its partition.
type Progress struct {
	// Position is the offset that the next Fetch starts from.
	Position int64
	// LastStable is where the first open transaction begins, or HighWatermark.
	LastStable int64
	// HighWatermark is the offset behind the last replicated record.
	HighWatermark int64
	// LogStart is the first offset that the log still has.
	LogStart int64
	// Records is how many records were handed out.
	Records int
}

// Reader reads one partition as read_committed. It is for one goroutine.
type Reader struct {
	client   *Client
	at       TopicPartition
	position int64
	call     *fetchCall
	answer   fetchAnswer
	unpack   decompressor
	pending  []abortedTxn       // of this answer, by first offset, not reached yet
	aborting map[int64]struct{} // producers whose batches are hidden just now
	empty    int                // answers in a row that held no batch at all
}

// NewReader starts at offset, which the caller has remembered or has from
// StartOffsets. Nothing is sent until Fetch.
func (c *Client) NewReader(topic string, partition int, offset int64) *Reader {
	return &Reader{
		client:   c,
		at:       TopicPartition{topic, partition},
		position: offset,
		aborting: map[int64]struct{}{},
	}
}

// Position is the offset that the next Fetch starts from.
func (r *Reader) Position() int64 { return r.position }

// MoveTo moves the position.
func (r *Reader) MoveTo(offset int64) { r.position, r.empty = offset, 0 }

// Fetch asks once for records and calls fn for each, in order. It waits up to
// maxWait when there are none, and reads about maxBytes: at least one batch,
// however large. An error of fn is returned as it is; the position then stands at
// the record that fn refused. After any other error it stands behind the last
// batch that was handed out. After an error only Progress.Position and Records count.
func (r *Reader) Fetch(ctx context.Context, maxWait time.Duration, maxBytes int, fn func(Record) error) (Progress, error) {
	limited, cancel := context.WithTimeout(ctx, r.client.opts.RetryFor+max(maxWait, 0))
	defer cancel()
	err := r.client.retryUntil(limited, func(ctx context.Context) error { return r.request(ctx, maxWait, maxBytes) })
	if err != nil {
		return r.progress(0), r.fail(ctx, err)
	}
	n := 0
	err = r.deliver(func(rec Record) error {
		n++
		return fn(rec)
	})
	var refused *handlerError
	if errors.As(err, &refused) {
		r.position = refused.offset
		return r.progress(n - 1), refused.err
	}
	if err != nil {
		return r.progress(n), &Error{Op: "read", Topic: r.at.Topic, Partition: r.at.Partition, Err: err}
	}
	r.skipTrailingGap()
	return r.progress(n), nil
}

func (r *Reader) progress(n int) Progress {
	a := &r.answer
	return Progress{Position: r.position, LastStable: a.lastStable, HighWatermark: a.highWatermark, LogStart: a.logStart, Records: n}
}

// request makes one round trip and leaves the parsed answer in r.answer.
func (r *Reader) request(ctx context.Context, maxWait time.Duration, maxBytes int) error {
	call := r.call
	if call == nil {
		call = &fetchCall{clientID: r.client.opts.ClientID, topic: r.at.Topic, partition: int32(r.at.Partition)}
	}
	r.call = nil // the connection's, until it comes back
	call.offset = r.position
	call.waitMs = int32(min(max(maxWait.Milliseconds(), 0), math.MaxInt32))
	call.maxBytes = int32(min(max(maxBytes, 1), maxFetchResponse))

	ctx, cancel := context.WithTimeout(ctx, max(maxWait, 0)+r.client.opts.Timeout)
	defer cancel()
	if _, err := r.client.transport.RoundTrip(ctx, r.client.addr, call); err != nil {
		return err
	}
	r.call = call
	if err := r.answer.parse(call.res); err != nil {
		return err
	}
	if r.answer.code != 0 {
		return r.answer.code
	}
	return nil
}

// deliver walks the batches of the answer.
func (r *Reader) deliver(fn func(Record) error) error {
	clear(r.aborting)
	r.unpack.reset()
	r.pending = r.answer.aborted
	slices.SortFunc(r.pending, func(a, b abortedTxn) int { return cmp.Compare(a.first, b.first) })
	for data := r.answer.records; !r.unpack.full(); {
		h, body, rest, ok, err := splitBatch(data)
		if err != nil {
			return err
		}
		if !ok {
			return r.checkCut(data)
		}
		r.empty = 0
		if err := r.hand(&h, body, fn); err != nil {
			return err
		}
		r.position = max(r.position, h.lastOffset+1)
		data = rest
	}
	return nil
}

// hand passes the batch's records on, if they are there to be seen.
func (r *Reader) hand(h *batchHeader, body []byte, fn func(Record) error) error {
	visible, err := r.visible(h, body)
	if err != nil || !visible {
		return err
	}
	if body, err = r.unpack.decode(h, body); err != nil {
		return err
	}
	return decodeRecords(h, body, r.position, fn)
}

// checkCut accepts the beginning of a batch at the end of an answer, but not as
// all that there is: the reader would ask for it for ever.
func (r *Reader) checkCut(rest []byte) error {
	if len(rest) > 0 && len(rest) == len(r.answer.records) {
		return &Error{
			Op: "read batch", Topic: r.at.Topic, Partition: r.at.Partition,
			Err: ErrCorrupt, Hint: "the broker sent only a part of it; is there a proxy that speaks an old protocol?",
		}
	}
	return nil
}

// visible says whether the batch's records are committed messages. It follows
// the rule of the Java client: an aborted producer's batches are hidden from its
// transaction's first offset up to its abort marker.
func (r *Reader) visible(h *batchHeader, body []byte) (bool, error) {
	for len(r.pending) > 0 && r.pending[0].first <= h.lastOffset {
		r.aborting[r.pending[0].producerID] = struct{}{}
		r.pending = r.pending[1:]
	}
	if h.isControl() {
		abort, err := isAbortMarker(h, body)
		if abort {
			delete(r.aborting, h.producerID)
		}
		return false, err
	}
	if !h.isTransactional() {
		return true, nil
	}
	_, hidden := r.aborting[h.producerID]
	return !hidden, nil
}

// outOfRange asks what the partition has, in order to say it.
func (r *Reader) outOfRange(ctx context.Context) error {
	lost := &OffsetOutOfRangeError{Offset: r.position, LogStart: -1, HighWatermark: -1}
	if start, err := r.client.offsetOf(ctx, r.at, kafka.FirstOffset); err == nil {
		lost.LogStart = start
	}
	if end, err := r.client.offsetOf(ctx, r.at, kafka.LastOffset); err == nil {
		lost.HighWatermark = end
	}
	r.answer.logStart, r.answer.highWatermark = lost.LogStart, lost.HighWatermark
	return &Error{
		Op: "fetch", Topic: r.at.Topic, Partition: r.at.Partition, Err: lost,
		Hint: "records were deleted before they were read, or the topic was made anew; raise its retention, and restore from a copy or accept the loss by resetting the stored offset",
	}
}

func (r *Reader) fail(ctx context.Context, err error) error {
	if errors.Is(err, kafka.OffsetOutOfRange) {
		return r.outOfRange(ctx)
	}
	return &Error{Op: "fetch", Topic: r.at.Topic, Partition: r.at.Partition, Err: err}
}

// skipTrailingGap moves on when the log's last offsets hold nothing any more.
// A log whose newest records were tombstones, compacted away after its segment was
// closed, ends in offsets that no batch covers; without this a restore would wait
// there for ever. A broker determines the last stable offset before it reads, so
// a complete, unthrottled, empty answer below it already means that nothing is there.
func (r *Reader) skipTrailingGap() {
	a := &r.answer
	if len(a.records) > 0 || a.throttled || r.position >= a.lastStable {
		r.empty = 0
		return
	}
	if r.empty++; r.empty < gapProof {
		return
	}
	r.client.log.Warn("kafka: no batch covers the end of the log, moving on",
		"topic", r.at.Topic, "partition", r.at.Partition, "from", r.position, "to", a.lastStable)
	r.position, r.empty = a.lastStable, 0
}
