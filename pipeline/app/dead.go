package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mailfate/pipeline/embedded"
	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
)

// A LetterID says where in mail.dead a letter is.
type LetterID struct {
	Partition int
	Offset    int64
}

// String returns PARTITION-OFFSET.
func (id LetterID) String() string { return fmt.Sprintf("%d-%d", id.Partition, id.Offset) }

// ParseLetterID reads PARTITION-OFFSET.
func ParseLetterID(s string) (id LetterID, err error) {
	partition, offset, _ := strings.Cut(s, "-")
	p, err := strconv.ParseUint(partition, 10, 31)
	if err == nil {
		id.Partition = int(p)
		id.Offset, err = strconv.ParseInt(offset, 10, 64)
	}
	if err != nil || id.Offset < 0 {
		return id, fmt.Errorf("%q is no dead letter: mailfate dead list tells their ids, such as 0-17", s)
	}
	return id, nil
}

// Letter is a dead letter and what became of it.
type Letter struct {
	schemas.DeadLetter // in a list without Bytes and Event
	ID                 LetterID
	Size               int       // of Bytes
	Died               time.Time // when it was written
	Retried            time.Time // when it was published again the last time; zero: never
}

// DeadLetters is topic mail.dead.
type DeadLetters struct {
	client *kafkalog.Client
	broker *embedded.Broker // nil: somebody else's
	now    func() time.Time
	starts []int64
	ends   []int64
	dec    *schemas.Decoder
}

const (
	// deadBytes is how much of mail.dead one request reads.
	deadBytes = 1 << 20
	// deadWait bounds the wait for records that are known to be there.
	deadWait = time.Second
)

// OpenDeadLetters looks at the dead letters of the cluster that the options name,
// else of the data directory, whether a mailfate runs there or not. Those that
// come later are not seen.
func OpenDeadLetters(ctx context.Context, o Options) (*DeadLetters, error) {
	o.Kafka.MaxRecordBytes = schemas.MaxRecord
	client, broker, err := dial(ctx, o)
	if err != nil {
		return nil, err
	}
	d := &DeadLetters{client: client, broker: broker, now: o.Now, dec: schemas.NewDecoder()}
	if d.now == nil {
		d.now = time.Now
	}
	if err := d.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open dead letters: %w", err), d.Close())
	}
	return d, nil
}

func (d *DeadLetters) open(ctx context.Context) error {
	switch n, err := d.client.ExistingPartitions(ctx, schemas.TopicDead); {
	case err != nil:
		return err
	case n == 0:
		return fmt.Errorf("no topic %s: has mailfate run there?", schemas.TopicDead)
	}
	var err error
	if d.starts, err = d.client.StartOffsets(ctx, schemas.TopicDead); err != nil {
		return err
	}
	d.ends, err = d.client.EndOffsets(ctx, schemas.TopicDead)
	return err
}

// Close disconnects, and stops a broker that was started.
func (d *DeadLetters) Close() error {
	err := d.client.Close()
	if d.broker != nil {
		err = errors.Join(err, d.broker.Stop())
	}
	return err
}

// Idle reports whether nobody runs on the data directory, so that what is retried
// has to wait for who does.
func (d *DeadLetters) Idle() bool { return d.broker != nil }

// Count returns how many there are.
func (d *DeadLetters) Count(ctx context.Context) (uint64, error) {
	return new(deadCount).count(ctx, d)
}

// List returns the newest letters, the newest last, and how many there are.
func (d *DeadLetters) List(ctx context.Context, limit int) (newest []Letter, total uint64, err error) {
	for p := range d.ends {
		var of []Letter
		err := d.read(ctx, p, d.starts[p], func(l *Letter) error {
			if l.Reason == schemas.DeadRetried {
				if at, found := slices.BinarySearchFunc(of, l.Offset, byOffset); found {
					of[at].Retried = l.Died
				}
				return nil
			}
			total++
			l.Bytes, l.Event = nil, nil
			if of = append(of, *l); len(of) == 2*limit {
				of = append(of[:0], of[limit:]...)
			}
			return nil
		})
		if err != nil {
			return nil, total, err
		}
		newest = append(newest, of[max(0, len(of)-limit):]...)
	}
	slices.SortStableFunc(newest, func(a, b Letter) int { return a.Died.Compare(b.Died) })
	return newest[max(0, len(newest)-limit):], total, nil
}

func byOffset(l Letter, offset int64) int { return cmp.Compare(l.ID.Offset, offset) }

// Show returns one letter.
func (d *DeadLetters) Show(ctx context.Context, id LetterID) (found Letter, err error) {
	if id.Partition >= len(d.ends) || id.Offset < d.starts[id.Partition] || id.Offset >= d.ends[id.Partition] {
		return found, d.missing(id)
	}
	there := false
	err = d.read(ctx, id.Partition, id.Offset, func(l *Letter) error {
		switch {
		case l.ID == id && l.Reason != schemas.DeadRetried:
			found, there = *l, true
		case l.Reason == schemas.DeadRetried && l.Offset == id.Offset:
			found.Retried = l.Died
		}
		return nil
	})
	if err == nil && !there {
		err = d.missing(id)
	}
	return found, err
}

func (d *DeadLetters) missing(id LetterID) error {
	return fmt.Errorf("find dead letter %v: there is none; mailfate dead list tells their ids", id)
}

// read calls fn for what is in a partition, from an offset on. A record that is
// no letter is one whose reason is that.
func (d *DeadLetters) read(ctx context.Context, partition int, from int64, fn func(l *Letter) error) error {
	r := d.client.NewReader(schemas.TopicDead, partition, from)
	for r.Position() < d.ends[partition] {
		_, err := r.Fetch(ctx, deadWait, deadBytes, func(rec kafkalog.Record) error {
			l := Letter{ID: LetterID{partition, rec.Offset}, Died: time.UnixMilli(rec.Time).UTC()}
			var err error
			if l.DeadLetter, err = d.dec.DeadLetter(rec.Value); err != nil {
				l.DeadLetter = schemas.DeadLetter{Reason: schemas.DeadMalformed, Detail: err.Error(), Bytes: slices.Clone(rec.Value)}
			}
			l.Size = len(l.Bytes)
			return fn(&l)
		})
		if err != nil {
			return fmt.Errorf("read dead letters: %w", err)
		}
	}
	return nil
}
