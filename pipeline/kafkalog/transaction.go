package kafkalog

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/segmentio/kafka-go"
)

// GroupOffsets are input offsets of a consumer group, and who commits them.
type GroupOffsets struct {
	// Group is the group's id.
	Group string
	// MemberID and Generation come from a Generation. Without MemberID offsets are
	// committed for a group that has no members, or in a transaction by whoever owns
	// the transactional id, whatever the group is doing.
	MemberID   string
	Generation int
	// Offsets are the next ones to read.
	Offsets Positions
}

func (g *GroupOffsets) generation() int {
	if g.MemberID == "" {
		return -1
	}
	return g.Generation
}

// Codes by which brokers tell a producer or group member that it was replaced.
var fencedCodes = []kafka.Error{
	kafka.InvalidProducerEpoch, kafka.ProducerFenced,
	kafka.IllegalGeneration, kafka.UnknownMemberId, kafka.RebalanceInProgress, kafka.FencedInstanceID,
}

// Codes that mean: refused, nothing happened, and asking again is no use.
var refusedCodes = []kafka.Error{
	kafka.MessageSizeTooLarge, kafka.RecordListTooLarge, kafka.OffsetMetadataTooLarge, kafka.InvalidTopic,
	kafka.InvalidTimestamp, kafka.PolicyViolation, kafka.InvalidRecord, kafka.InvalidGroupId,
	kafka.TopicAuthorizationFailed, kafka.GroupAuthorizationFailed, kafka.ClusterAuthorizationFailed,
	kafka.TransactionalIDAuthorizationFailed,
}

// Flush sends what is buffered, within the open transaction.
func (p *Producer) Flush(ctx context.Context) error {
	if p.state != inTx {
		return p.misuse("flush")
	}
	for _, part := range p.touched {
		if part.enc.count > 0 {
			p.seal(part)
		}
	}
	if err := p.addPartitions(ctx); err != nil {
		return p.broken("add partitions to transaction", TopicPartition{Partition: NoPartition}, err)
	}
	for _, part := range p.touched {
		if err := p.sendSealed(ctx, part); err != nil {
			return p.broken("write transaction to", part.at, p.explain(ctx, err))
		}
	}
	return nil
}

// Commit sends what is buffered, adds the group's offsets, if any, and commits.
// It returns, for each partition written to, the offset behind its last record;
// the transaction's marker follows there. A transaction without records and
// offsets commits without a word to the broker. Afterwards see Ready.
func (p *Producer) Commit(ctx context.Context, group *GroupOffsets) (Positions, error) {
	if err := p.Flush(ctx); err != nil {
		return nil, err
	}
	if group != nil && len(group.Offsets) > 0 {
		if err := p.addOffsets(ctx, group); err != nil {
			return nil, p.broken("add offsets of group "+group.Group+" to transaction", TopicPartition{Partition: NoPartition}, err)
		}
	}
	if err := p.end(ctx, true); err != nil {
		return nil, err
	}
	written := make(Positions, len(p.touched))
	for _, part := range p.touched {
		if part.position >= 0 {
			written[part.at] = part.position
		}
	}
	p.finished()
	return written, nil
}

// Abort undoes the transaction. After an error that asks for Init there is
// nothing left to abort: Init does it. Afterwards see Ready.
func (p *Producer) Abort(ctx context.Context) error {
	switch p.state {
	case needsInit:
		p.dropBuffers()
		return nil
	case ready:
		return p.misuse("abort")
	}
	if err := p.end(ctx, false); err != nil {
		p.dropBuffers()
		return err
	}
	p.finished()
	return nil
}

// finished is after a transaction whose outcome is known.
func (p *Producer) finished() {
	p.dropBuffers()
	p.state = ready
	if p.late {
		p.state = needsInit
	}
}

// attempt is retry for the requests of a transaction. One that got no answer may
// still be on its way when its repetition was answered, and would be taken for a
// part of the next transaction, which has the same epoch: an EndTxn commits the
// half that is there by then, a TxnOffsetCommit sets offsets back, AddPartitionsToTxn
// and AddOffsetsToTxn open a transaction that nobody ends, and a batch that was
// refused takes the place of the one that has its sequence now (one that was taken
// is known by it). So the next transaction gets a new epoch, which keeps all of
// them out. Init's own request needs no such care: late, it can only fence us.
func (p *Producer) attempt(ctx context.Context, op func(context.Context) error) error {
	return p.client.retry(ctx, func(ctx context.Context) error {
		err := op(ctx)
		if err != nil && brokerCode(err) == 0 {
			p.late = true
		}
		return err
	})
}

// addPartitions tells the coordinator where the transaction writes.
func (p *Producer) addPartitions(ctx context.Context) error {
	topics := map[string][]kafka.AddPartitionToTxn{}
	for _, part := range p.touched {
		if !part.added {
			topics[part.at.Topic] = append(topics[part.at.Topic], kafka.AddPartitionToTxn{Partition: part.at.Partition})
		}
	}
	if len(topics) == 0 {
		return nil
	}
	// From here on the coordinator may hold an open transaction of ours, also
	// when its answer is lost.
	for _, part := range p.touched {
		part.added = true
	}
	return p.attempt(ctx, func(ctx context.Context) error {
		res, err := p.client.kafka.AddPartitionsToTxn(ctx, &kafka.AddPartitionsToTxnRequest{
			TransactionalID: p.id, ProducerID: int(p.producerID), ProducerEpoch: int(p.epoch), Topics: topics,
		})
		if err != nil {
			return err
		}
		var all answers
		for _, partitions := range res.Topics {
			for _, a := range partitions {
				all.add(a.Error)
			}
		}
		return all.result()
	})
}

func (p *Producer) sendSealed(ctx context.Context, part *txPartition) error {
	for i := range part.sealed {
		b := &part.sealed[i]
		var base int64
		err := p.attempt(ctx, func(ctx context.Context) error {
			var err error
			base, err = p.client.send(ctx, part.at, p.id, b)
			return err
		})
		if err == nil && base < 0 {
			err = errors.New("the broker has the batch already but not its offset")
		}
		if err != nil {
			part.sealed = slices.Delete(part.sealed, 0, i)
			return err
		}
		part.acked = nextSequence(b.sequence, b.count)
		part.position = base + int64(b.count)
		p.recycle(b)
	}
	part.sealed = part.sealed[:0]
	return nil
}

// explain asks the coordinator when a partition's leader only says that there is
// no such transaction: that is how some brokers treat a producer that was fenced.
// The question is an abort, which hurts nobody: the transaction is lost anyway.
func (p *Producer) explain(ctx context.Context, err error) error {
	if brokerCode(err) != kafka.InvalidTransactionState {
		return err
	}
	if why := p.requestEnd(ctx, false); slices.Contains(fencedCodes, brokerCode(why)) {
		return why
	}
	return err
}

func (p *Producer) addOffsets(ctx context.Context, g *GroupOffsets) error {
	p.groupAdded = true
	err := p.attempt(ctx, func(ctx context.Context) error {
		res, err := p.client.kafka.AddOffsetsToTxn(ctx, &kafka.AddOffsetsToTxnRequest{
			TransactionalID: p.id, ProducerID: int(p.producerID), ProducerEpoch: int(p.epoch), GroupID: g.Group,
		})
		if err != nil {
			return err
		}
		return res.Error
	})
	if err != nil {
		return err
	}
	topics := map[string][]kafka.TxnOffsetCommit{}
	for at, offset := range g.Offsets {
		topics[at.Topic] = append(topics[at.Topic], kafka.TxnOffsetCommit{Partition: at.Partition, Offset: offset})
	}
	return p.attempt(ctx, func(ctx context.Context) error {
		res, err := p.client.kafka.TxnOffsetCommit(ctx, &kafka.TxnOffsetCommitRequest{
			TransactionalID: p.id, GroupID: g.Group, ProducerID: int(p.producerID), ProducerEpoch: int(p.epoch),
			GenerationID: g.generation(), MemberID: g.MemberID, Topics: topics,
		})
		if err != nil {
			return err
		}
		var all answers
		for _, partitions := range res.Topics {
			for _, a := range partitions {
				all.add(a.Error)
			}
		}
		return all.result()
	})
}

// end commits or aborts at the coordinator, if it knows of the transaction. The
// request may be repeated: a coordinator that has done it already says yes again.
func (p *Producer) end(ctx context.Context, commit bool) error {
	known := p.groupAdded || slices.ContainsFunc(p.touched, func(t *txPartition) bool { return t.added })
	if !known {
		return nil
	}
	err := p.requestEnd(ctx, commit)
	if err == nil {
		return nil
	}
	p.state = needsInit
	sentinel := ErrOutcomeUnknown
	if slices.Contains(fencedCodes, brokerCode(err)) {
		sentinel = ErrFenced
	}
	what := "abort transaction"
	if commit {
		what = "commit transaction"
	}
	return p.fail(what, NoPartition, "", fmt.Errorf("%w: %w", sentinel, err))
}

func (p *Producer) requestEnd(ctx context.Context, commit bool) error {
	return p.attempt(ctx, func(ctx context.Context) error {
		res, err := p.client.kafka.EndTxn(ctx, &kafka.EndTxnRequest{
			TransactionalID: p.id, ProducerID: int(p.producerID), ProducerEpoch: int(p.epoch), Committed: commit,
		})
		if err != nil {
			return err
		}
		return res.Error
	})
}

// broken says what an error before the end of a transaction means for it.
func (p *Producer) broken(op string, at TopicPartition, err error) error {
	code := brokerCode(err)
	switch {
	case code == kafka.InvalidProducerEpoch || code == kafka.ProducerFenced:
		p.state = needsInit
		err = fmt.Errorf("%w: %w", ErrFenced, err)
	case slices.Contains(fencedCodes, code): // as a group member; the transactional id is still ours
		p.state = needsAbort
		err = fmt.Errorf("%w: %w", ErrFenced, err)
	case slices.Contains(refusedCodes, code):
		p.state = needsAbort
	default: // a lost write may still arrive; only a new epoch keeps it out
		p.state = needsInit
		err = fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
	}
	return p.fail(op, at.Partition, at.Topic, err)
}
