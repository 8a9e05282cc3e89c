package kafkalog

import (
	"context"
	"errors"
	"time"
)

// txState is where a Producer stands.
type txState int

const (
	needsInit  txState = iota // new, fenced, or in doubt: only Init helps
	ready                     // between transactions
	inTx                      // Begin was called
	needsAbort                // refused for good: only Abort or Init helps
)

// Producer writes transactions under one transactional id. It is for one
// goroutine. See the package comment for the order of calls.
type Producer struct {
	client  *Client
	id      string
	timeout time.Duration
	state   txState

	producerID int64
	epoch      int16

	partitions map[TopicPartition]*txPartition
	touched    []*txPartition // by this transaction, in order of first use
	groupAdded bool
	late       bool // a request of this epoch may still arrive
	free       [][]byte
}

// txPartition is what a Producer knows of one partition it writes to.
type txPartition struct {
	at       TopicPartition
	enc      encoder
	sealed   []sealedBatch
	next     int32 // sequence for the next batch to be sealed
	acked    int32 // sequence behind the last batch that the broker took
	touched  bool  // holds records of this transaction
	added    bool  // the coordinator knows that it belongs to this transaction
	position int64 // offset behind the last acknowledged record, -1 if none
}

// NewProducer makes a producer; Init comes next. A transaction that is open for
// longer than txTimeout is aborted by the broker.
func (c *Client) NewProducer(transactionalID string, txTimeout time.Duration) *Producer {
	return &Producer{client: c, id: transactionalID, timeout: txTimeout, partitions: map[TopicPartition]*txPartition{}}
}

// Init makes this producer the owner of its transactional id: an owner before it
// is fenced, and its open transaction aborted. What was buffered is dropped.
func (p *Producer) Init(ctx context.Context) error {
	p.state = needsInit
	p.dropBuffers()
	clear(p.partitions)
	err := p.client.retry(ctx, func(ctx context.Context) error {
		var err error
		p.producerID, p.epoch, err = p.client.initProducer(ctx, p.id, p.timeout)
		return err
	})
	if err != nil {
		return p.fail("init transactional id", NoPartition, "", err)
	}
	p.state, p.late = ready, false
	return nil
}

// Ready says whether Begin may be called. When it may not although Commit or Abort
// returned nil, a connection broke under the transaction: the caller calls Init
// and restores. Init alone would not do, as it would take the id back from an owner
// that has come since, whose writes the caller does not know.
func (p *Producer) Ready() bool { return p.state == ready }

// Begin starts a transaction. It sends nothing.
func (p *Producer) Begin() error {
	if p.state != ready {
		return p.misuse("begin")
	}
	p.state = inTx
	return nil
}

// Append buffers a record, time in milliseconds. Records of one partition keep
// their order. Key and value are copied. A refused record leaves the transaction
// as it was.
func (p *Producer) Append(topic string, partition int, key, value []byte, timeMs int64) error {
	if p.state != inTx {
		return p.misuse("append")
	}
	part := p.partition(TopicPartition{topic, partition})
	if err := p.client.checkRecordSize(part.at, key, value); err != nil {
		return err
	}
	if !part.touched {
		part.touched = true
		p.touched = append(p.touched, part)
	}
	if !part.enc.fits(key, value, p.client.opts.BatchBytes) {
		p.seal(part)
	}
	part.enc.add(key, value, timeMs)
	return nil
}

func (p *Producer) partition(at TopicPartition) *txPartition {
	part := p.partitions[at]
	if part == nil {
		part = &txPartition{at: at, position: -1}
		p.partitions[at] = part
	}
	return part
}

func (p *Producer) seal(part *txPartition) {
	var dst []byte
	if n := len(p.free); n > 0 {
		dst, p.free = p.free[n-1][:0], p.free[:n-1]
	}
	o := origin{producerID: p.producerID, epoch: p.epoch, sequence: part.next, transactional: true}
	count := part.enc.count
	part.sealed = append(part.sealed, sealedBatch{data: part.enc.seal(dst, o), count: count, sequence: part.next})
	part.next = nextSequence(part.next, count)
	part.enc.reset()
}

// recycle keeps a batch's memory unless somebody may still read it.
func (p *Producer) recycle(b *sealedBatch) {
	if !b.lent {
		p.free = append(p.free, b.data)
	}
}

// dropBuffers forgets what was not acknowledged.
func (p *Producer) dropBuffers() {
	for _, part := range p.touched {
		for i := range part.sealed {
			p.recycle(&part.sealed[i])
		}
		part.sealed = part.sealed[:0]
		part.enc.reset()
		part.next = part.acked
		part.touched, part.added, part.position = false, false, -1
	}
	p.touched = p.touched[:0]
	p.groupAdded = false
}

func (p *Producer) misuse(what string) error {
	states := map[txState]string{
		needsInit: "Init has to be called first", ready: "no transaction is open",
		inTx: "a transaction is open", needsAbort: "the transaction has to be aborted first",
	}
	return &Error{Op: "producer " + p.id + ": " + what, Partition: NoPartition, Err: errors.New(states[p.state])}
}

func (p *Producer) fail(op string, partition int, topic string, err error) error {
	return &Error{Op: "producer " + p.id + ": " + op, Topic: topic, Partition: partition, Err: err}
}
