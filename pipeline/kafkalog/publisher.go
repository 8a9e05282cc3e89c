package kafkalog

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
)

// maxProducerResets bounds how often one Publish starts anew with another
// producer id before it gives up.
const maxProducerResets = 3

// Publisher writes records at least once, without transactions. It is safe for
// concurrent use; calls for one partition take turns.
type Publisher struct {
	client *Client
	mu     sync.Mutex
	slots  map[TopicPartition]*slot
}

// slot is one partition's producer. Each has an id of its own, so that a doubt
// about one partition never disturbs the sequences of another.
type slot struct {
	at       TopicPartition
	turn     chan struct{} // holds a token while somebody publishes
	enc      encoder
	buf      []byte
	id       int64
	epoch    int16
	sequence int32
}

// NewPublisher makes a publisher. It asks for producer ids when it first writes.
func (c *Client) NewPublisher() *Publisher {
	return &Publisher{client: c, slots: map[TopicPartition]*slot{}}
}

// Publish writes the records, in order, in as many batches as they need, and
// returns when all in-sync replicas have them. While the error is temporary it
// tries again until ctx is done. A nil error means that every record is there,
// once unless a warning was logged. After an error some may be there, and the
// caller publishes all of them again: consumers tell by content what they had.
// Records that are too large are refused before anything is sent.
func (p *Publisher) Publish(ctx context.Context, topic string, partition int, records []Record) error {
	at := TopicPartition{topic, partition}
	for i := range records {
		if err := p.client.checkRecordSize(at, records[i].Key, records[i].Value); err != nil {
			return err
		}
	}
	s := p.slot(at)
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return &Error{Op: "publish to", Topic: topic, Partition: partition, Err: ctx.Err()}
	}
	defer func() { <-s.turn }()
	if err := p.publish(ctx, s, records); err != nil {
		s.id = noProducer // what is in doubt under this id must not be confused with what comes
		return &Error{Op: "publish to", Topic: topic, Partition: partition, Err: err}
	}
	return nil
}

func (p *Publisher) slot(at TopicPartition) *slot {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.slots[at]
	if s == nil {
		s = &slot{at: at, turn: make(chan struct{}, 1), id: noProducer}
		p.slots[at] = s
	}
	return s
}

func (p *Publisher) publish(ctx context.Context, s *slot, records []Record) error {
	now := time.Now().UnixMilli()
	s.enc.reset()
	for _, rec := range records {
		if !s.enc.fits(rec.Key, rec.Value, p.client.opts.BatchBytes) {
			if err := p.sendBatch(ctx, s); err != nil {
				return err
			}
		}
		if rec.Time == 0 {
			rec.Time = now
		}
		s.enc.add(rec.Key, rec.Value, rec.Time)
	}
	if s.enc.count == 0 {
		return nil
	}
	return p.sendBatch(ctx, s)
}

// Codes that mean: the broker lost or never had this producer's state.
var lostProducerCodes = []kafka.Error{
	kafka.OutOfOrderSequenceNumber, kafka.UnknownProducerId, kafka.InvalidProducerEpoch,
	kafka.InvalidProducerIDMapping, kafka.ProducerFenced, kafka.InvalidTransactionState,
}

// sendBatch sends what the encoder holds, if need be under a new producer id.
func (p *Publisher) sendBatch(ctx context.Context, s *slot) error {
	for resets := 0; ; resets++ {
		err := p.attempt(ctx, s)
		if err == nil {
			s.sequence = nextSequence(s.sequence, s.enc.count)
			s.enc.reset()
			return nil
		}
		if resets == maxProducerResets || !slices.Contains(lostProducerCodes, brokerCode(err)) {
			return err
		}
		p.client.log.Warn("kafka: broker lost the producer's state, publishing under a new id; records may be there twice",
			"topic", s.at.Topic, "partition", s.at.Partition, "error", err)
		s.id = noProducer
	}
}

// attempt sends the batch under the current producer id until that is decided.
func (p *Publisher) attempt(ctx context.Context, s *slot) error {
	if s.id == noProducer {
		err := p.client.retryUntil(ctx, func(ctx context.Context) error {
			var err error
			s.id, s.epoch, err = p.client.initProducer(ctx, "", 0)
			if err != nil {
				s.id = noProducer
			}
			return err
		})
		if err != nil {
			return err
		}
		s.sequence = 0
	}
	batch := sealedBatch{data: s.enc.seal(s.buf[:0], origin{producerID: s.id, epoch: s.epoch, sequence: s.sequence})}
	s.buf = nil // the request's, until it was answered
	err := p.client.retryUntil(ctx, func(ctx context.Context) error {
		_, err := p.client.send(ctx, s.at, "", &batch)
		return err
	})
	if !batch.lent {
		s.buf = batch.data
	}
	if brokerCode(err) == kafka.DuplicateSequenceNumber {
		return nil // an earlier attempt got there
	}
	return err
}
