// Package kafkalog is mailfate's way to Kafka and the only user of kafka-go.
//
// It guarantees:
//
//   - A [Reader] reads one partition as read_committed: records of aborted and of
//     open transactions never come through, markers are never taken for messages,
//     and the position moves past everything that holds no record (markers,
//     aborted batches, compacted gaps), so that a restore always reaches its end.
//     A position that the log no longer (or not yet) has is an error, never a reset.
//   - A [Producer] writes record batches and group offsets in transactions. Its
//     Init fences whoever used the same transactional id before. After an error
//     the caller knows which of two cases it has: [ErrFenced], somebody else owns
//     the id now, so stop; or [ErrOutcomeUnknown], so drop memory, Init, restore.
//   - A [Publisher] writes batches at least once, acknowledged by all in-sync
//     replicas; sequence numbers keep its own resends from becoming duplicates.
//   - A [Group] spreads partitions evenly over processes and leaves them where
//     they are as far as it can; what runs in a generation is told through its
//     context when the generation ends.
//
// Brokers' temporary refusals (leader moved, coordinator loading, connection
// lost) are retried inside, with jitter and within Options.RetryFor; what is
// returned afterwards still says by Temporary whether trying again makes sense.
//
// Left out on purpose: choosing partitions (call [Partition]), reading
// uncommitted records, record headers (skipped when read, never written),
// message formats before version 2, brokers older than Kafka 2.3, and automatic
// creation of topics (call EnsureTopics at start).
//
// The order for a processor of one partition:
//
//  1. NewProducer, Init: fences the previous owner and ends its transaction.
//  2. EndOffsets of the changelog, then a Reader until Progress.Position has reached it.
//  3. Per input batch: Begin, Append…, Commit; on error see above, and when the
//     Producer is not Ready afterwards go back to 1.
//
// Sources call Publish and checkpoint after it returned nil. Sinks use a Reader
// and commit their offsets with CommitOffsets.
package kafkalog
