package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
	"mailfate/sources/publish"
)

// Retry publishes a letter's record again where it belongs, and notes that. An
// event that was taken in before is not counted twice.
func (d *DeadLetters) Retry(ctx context.Context, id LetterID) error {
	l, err := d.Show(ctx, id)
	if err != nil {
		return err
	}
	r, err := d.newRetrier(ctx)
	if err == nil {
		err = r.add(&l)
	}
	if err == nil {
		err = r.publish(ctx)
	}
	if err != nil {
		return fmt.Errorf("retry dead letter %v: %w", id, err)
	}
	return nil
}

// Retries is what RetryAll came to.
type Retries struct {
	Retried uint64 `json:"retried"` // letters
	Future  uint64 `json:"future"`  // whose time is still too far ahead
	Before  uint64 `json:"before"`  // that had been retried before
	Left    uint64 `json:"left"`    // that are no records, or not whole
}

// RetryAll retries what was never retried, but not what would be refused as before:
// events that the clock has not come near yet.
func (d *DeadLetters) RetryAll(ctx context.Context) (all Retries, err error) {
	r, err := d.newRetrier(ctx)
	if err != nil {
		return all, err
	}
	horizon := d.now().Add(publish.MaxAhead).UnixMilli()
	for p := range d.ends {
		retried := map[int64]bool{}
		err := d.read(ctx, p, d.starts[p], func(l *Letter) error {
			if l.Reason == schemas.DeadRetried {
				retried[l.Offset] = true
			}
			return nil
		})
		if err != nil {
			return all, err
		}
		err = d.read(ctx, p, d.starts[p], func(l *Letter) error {
			switch {
			case l.Reason == schemas.DeadRetried:
				return nil
			case retried[l.ID.Offset]:
				all.Before++
				return nil
			case r.isFuture(l, horizon):
				all.Future++
				return nil
			}
			if err := r.add(l); err != nil {
				all.Left++
				return nil //nolint:nilerr // it is counted; to show it tells why
			}
			all.Retried++
			if r.size < deadBytes {
				return nil
			}
			return r.publish(ctx)
		})
		if err == nil {
			err = r.publish(ctx)
		}
		if err != nil {
			return all, fmt.Errorf("retry dead letters: %w", err)
		}
	}
	return all, nil
}

// retrier publishes letters' records, and then what notes it.
type retrier struct {
	out        *kafkalog.Publisher
	partitions int
	enc        *schemas.Encoder
	dec        *schemas.Decoder
	records    map[int][]kafkalog.Record // by partition of mail.events
	notes      map[int][]kafkalog.Record // by partition of mail.dead
	size       int
}

func (d *DeadLetters) newRetrier(ctx context.Context) (*retrier, error) {
	n, err := d.client.Partitions(ctx, schemas.TopicEvents)
	return &retrier{
		out: d.client.NewPublisher(), partitions: n, enc: schemas.NewEncoder(), dec: d.dec,
		records: map[int][]kafkalog.Record{}, notes: map[int][]kafkalog.Record{},
	}, err
}

func (r *retrier) add(l *Letter) error {
	partition, record, err := r.record(l)
	if err != nil {
		return err
	}
	note, err := r.enc.DeadLetter(&schemas.DeadLetter{
		Reason: schemas.DeadRetried, Topic: schemas.TopicDead, Partition: l.ID.Partition, Offset: l.ID.Offset,
	})
	if err != nil {
		return err
	}
	r.records[partition] = append(r.records[partition], record)
	r.notes[l.ID.Partition] = append(r.notes[l.ID.Partition], kafkalog.Record{Key: []byte(schemas.TopicDead), Value: slices.Clone(note)})
	r.size += len(record.Value)
	return nil
}

// isFuture reports whether a letter is an event that no source would publish yet.
func (r *retrier) isFuture(l *Letter, horizon int64) bool {
	if l.Reason != schemas.DeadFuture {
		return false
	}
	var ev schemas.Event
	_, isControl, err := r.dec.Record(l.Event, &ev)
	return err == nil && !isControl && ev.Time > horizon
}

// record returns what is to be published of a letter, and where.
func (r *retrier) record(l *Letter) (partition int, record kafkalog.Record, err error) {
	switch {
	case l.Topic == schemas.TopicEvents && l.Partition >= r.partitions:
		return 0, record, fmt.Errorf("it is of partition %d of %s, which has %d", l.Partition, l.Topic, r.partitions)
	case l.Topic == schemas.TopicEvents && len(l.Bytes) >= schemas.MaxRecord/2:
		return 0, record, errors.New("it was cut, for it was too large to be kept whole")
	case l.Topic == schemas.TopicEvents:
		return l.Partition, kafkalog.Record{Key: []byte("retry"), Value: l.Bytes}, nil
	case len(l.Event) == 0:
		return 0, record, errors.New("it is a line and no record: correct it in a file and give that to mailfate replay")
	}
	var ev schemas.Event
	if _, _, err := r.dec.Record(l.Event, &ev); err != nil {
		return 0, record, err
	}
	partition, record = eventRecord(ev.MessageID, l.Event, r.partitions)
	return partition, record, nil
}

// publish sends what was added; notes come last, so that nothing is noted that
// was not done.
func (r *retrier) publish(ctx context.Context) error {
	for partition, records := range r.records {
		if err := r.out.Publish(ctx, schemas.TopicEvents, partition, records); err != nil {
			return err
		}
	}
	for partition, notes := range r.notes {
		if err := r.out.Publish(ctx, schemas.TopicDead, partition, notes); err != nil {
			return err
		}
	}
	clear(r.records)
	clear(r.notes)
	r.size = 0
	return nil
}
