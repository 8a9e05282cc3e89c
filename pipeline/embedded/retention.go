package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	// defaultUnread is how much may wait for the slowest consumer; the broker
	// reads all that is stored when it starts.
	defaultUnread = 1 << 30
	// retentionEvery bounds by how much a fast publisher overshoots.
	retentionEvery = 250 * time.Millisecond
)

// Positions are, for each topic and partition, the offset up to which every
// consumer has finished: the slowest one's next offset. A partition that is
// not named keeps everything. Never name a compacted topic: its old records
// are state, not backlog.
type Positions map[string]map[int32]int64

// RetentionOptions says what may be deleted and how much may wait.
type RetentionOptions struct {
	Positions func() Positions // asked several times a second, from one goroutine
	Topics    []string         // whose bytes count as unread once trimmed
	MaxUnread int64            // bytes from which publishers wait; 0: 1 GiB
	Logger    *slog.Logger     // nil: silent
}

// Retention deletes what every consumer has read and holds publishers back
// while too much is unread. Run works; Wait is called by publishers.
type Retention struct {
	client *kgo.Client
	o      RetentionOptions

	mu     sync.Mutex
	open   chan struct{} // closed while publishers may go on
	isOpen bool
	unread int64
	failed bool // the last look failed, and that was logged
}

// NewRetention makes the retention of a broker's topics. Publishers may go on
// until Run has found too much unread.
func (b *Broker) NewRetention(o RetentionOptions) *Retention {
	if o.MaxUnread <= 0 {
		o.MaxUnread = defaultUnread
	}
	r := &Retention{client: b.client, o: o, open: make(chan struct{}), isOpen: true}
	close(r.open)
	return r
}

// Wait blocks while too much is unread. It returns ctx's error when ctx ends.
func (r *Retention) Wait(ctx context.Context) error {
	r.mu.Lock()
	open := r.open
	r.mu.Unlock()
	select {
	case <-open:
		return nil
	default:
	}
	select {
	case <-open:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for slow consumers: %w", context.Cause(ctx))
	}
}

// Unread is how many bytes waited for the slowest consumer at the last look.
func (r *Retention) Unread() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.unread
}

// Run trims until ctx ends. A look that fails is logged and taken again; the
// gate stays as it was.
func (r *Retention) Run(ctx context.Context) error {
	tick := time.NewTicker(retentionEvery)
	defer tick.Stop()
	for {
		if err := r.Trim(ctx); err != nil && ctx.Err() == nil {
			r.complain(err)
		} else {
			r.failed = false
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (r *Retention) complain(err error) {
	if !r.failed && r.o.Logger != nil {
		r.o.Logger.Warn("deleting what all have read failed, trying again", "error", err)
	}
	r.failed = true
}

// Trim does once what Run does: delete, measure, open or close the gate.
func (r *Retention) Trim(ctx context.Context) error {
	if err := r.delete(ctx, r.o.Positions()); err != nil {
		return err
	}
	unread, err := logBytes(ctx, r.client, r.o.Topics)
	if err != nil {
		return err
	}
	r.set(unread)
	return nil
}

func (r *Retention) set(unread int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unread = unread
	open := unread <= r.o.MaxUnread
	switch {
	case open && !r.isOpen:
		close(r.open)
	case !open && r.isOpen:
		r.open = make(chan struct{})
	}
	r.isOpen = open
}

// delete removes what lies below the positions, but always leaves a partition
// its last batch: offsets would begin at 0 again if an empty one were killed.
func (r *Retention) delete(ctx context.Context, at Positions) error {
	ends, err := r.ends(ctx, at)
	if err != nil {
		return err
	}
	req := kmsg.NewPtrDeleteRecordsRequest()
	for topic, partitions := range at {
		rt := kmsg.NewDeleteRecordsRequestTopic()
		rt.Topic = topic
		for p, offset := range partitions {
			rp := kmsg.NewDeleteRecordsRequestTopicPartition()
			rp.Partition, rp.Offset = p, min(offset, ends[topic][p]-1)
			if rp.Offset > 0 {
				rt.Partitions = append(rt.Partitions, rp)
			}
		}
		if len(rt.Partitions) > 0 {
			req.Topics = append(req.Topics, rt)
		}
	}
	if len(req.Topics) == 0 {
		return nil
	}
	resp, err := req.RequestWith(ctx, r.client)
	if err != nil {
		return fmt.Errorf("delete records: %w", err)
	}
	return deleteErrors(resp)
}

// deleteErrors leaves out that everything was deleted before.
func deleteErrors(resp *kmsg.DeleteRecordsResponse) error {
	var errs []error
	for _, t := range resp.Topics {
		for _, p := range t.Partitions {
			err := kerr.ErrorForCode(p.ErrorCode)
			if err != nil && !errors.Is(err, kerr.OffsetOutOfRange) {
				errs = append(errs, fmt.Errorf("delete records of %s/%d: %w", t.Topic, p.Partition, err))
			}
		}
	}
	return errors.Join(errs...)
}

// ends asks for the offsets after the last records.
func (r *Retention) ends(ctx context.Context, at Positions) (Positions, error) {
	const latest = -1
	req := kmsg.NewPtrListOffsetsRequest()
	req.ReplicaID = -1
	for topic, partitions := range at {
		rt := kmsg.NewListOffsetsRequestTopic()
		rt.Topic = topic
		for p := range partitions {
			rp := kmsg.NewListOffsetsRequestTopicPartition()
			rp.Partition, rp.Timestamp = p, latest
			rt.Partitions = append(rt.Partitions, rp)
		}
		req.Topics = append(req.Topics, rt)
	}
	if len(req.Topics) == 0 {
		return nil, nil
	}
	resp, err := req.RequestWith(ctx, r.client)
	if err != nil {
		return nil, fmt.Errorf("list ends of topics: %w", err)
	}
	ends := make(Positions)
	for _, t := range resp.Topics {
		ends[t.Topic] = make(map[int32]int64)
		for _, p := range t.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				return nil, fmt.Errorf("list end of %s/%d: %w", t.Topic, p.Partition, err)
			}
			ends[t.Topic][p.Partition] = p.Offset
		}
	}
	return ends, nil
}
