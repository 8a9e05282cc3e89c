package kafkalog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
)

// noProducer is the id of batches and requests without a producer.
const noProducer = -1

// sealedBatch is a finished batch that waits for its acknowledgement.
type sealedBatch struct {
	data     []byte
	count    int32
	sequence int32
	// lent says that a request whose answer we did not wait for may still read
	// data, which therefore must not be written again.
	lent bool
}

// send makes one attempt and returns the offset of the batch's first record.
// Attempts may be repeated: the broker knows the batch by its sequence.
func (c *Client) send(ctx context.Context, at TopicPartition, transactionalID string, b *sealedBatch) (int64, error) {
	res, err := c.kafka.RawProduce(ctx, &kafka.RawProduceRequest{
		Topic:           at.Topic,
		Partition:       at.Partition,
		RequiredAcks:    kafka.RequireAll,
		TransactionalID: transactionalID,
		RawRecords:      protocol.RawRecordSet{Reader: bytes.NewReader(b.data)},
	})
	if err != nil {
		b.lent = true
		return 0, err
	}
	if err := res.Error; err != nil {
		if errors.Is(err, kafka.MessageSizeTooLarge) || errors.Is(err, kafka.RecordListTooLarge) {
			return 0, fmt.Errorf("%w: batch of %d bytes: %w", ErrRecordTooLarge, len(b.data), err)
		}
		return 0, err
	}
	return res.BaseOffset, nil
}

// initProducer asks for a producer id and an epoch that is newer than any before.
func (c *Client) initProducer(ctx context.Context, transactionalID string, txTimeout time.Duration) (id int64, epoch int16, err error) {
	res, err := c.kafka.InitProducerID(ctx, &kafka.InitProducerIDRequest{
		TransactionalID:      transactionalID,
		TransactionTimeoutMs: int(txTimeout.Milliseconds()),
		ProducerID:           noProducer,
		ProducerEpoch:        noProducer,
	})
	if err != nil {
		return 0, 0, err
	}
	if res.Error != nil {
		return 0, 0, res.Error
	}
	return int64(res.Producer.ProducerID), int16(res.Producer.ProducerEpoch), nil
}

// nextSequence is the sequence behind n records; it wraps to 0 as brokers expect.
func nextSequence(sequence, n int32) int32 {
	next := int64(sequence) + int64(n)
	if next > math.MaxInt32 {
		next -= math.MaxInt32 + 1
	}
	return int32(next)
}

// checkRecordSize refuses what no batch may hold.
func (c *Client) checkRecordSize(at TopicPartition, key, value []byte) error {
	if size := maxRecordSize(key, value); size > c.opts.MaxRecordBytes {
		return &Error{
			Op: "write to", Topic: at.Topic, Partition: at.Partition,
			Err:  fmt.Errorf("%w: %d bytes with key and framing, limit %d", ErrRecordTooLarge, size, c.opts.MaxRecordBytes),
			Hint: "raise the record limit together with the topic's max.message.bytes",
		}
	}
	return nil
}
