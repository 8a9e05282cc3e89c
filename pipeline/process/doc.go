// Package process is the stateful middle of mailfate: events in, snapshots out,
// each event counted exactly once.
//
// A [Processor] is one member of a consumer group. For every partition that it
// is assigned, one worker does, in this order:
//
//  1. fences whoever worked on the partition before (InitProducerID);
//  2. restores: the state store is used as far as the log proves that it is the
//     log's own past, otherwise it is wiped; then the log is read to its end;
//  3. for each batch of input: groups it by message, merges, evaluates, and writes
//     snapshots, dead letters, clocks and the input offset in one transaction;
//     after the commit, and only then, one batch to the state store.
//
// While the group divides the partitions anew, workers go on, and those whose
// partitions stay where they are notice nothing of it: it is the transactional id,
// one for each partition, that keeps others out, not membership in the group.
//
// So the log is the truth and the store a cache of it. After any doubt (an error
// whose outcome is unknown, a crash, another owner, a damaged store, which is set
// aside) memory is dropped and 1 and 2 are done again, after pauses that grow until
// something is committed. Where the log itself is lost it is made anew from the
// whole input; from a part of it that is refused.
//
// What is bounded: the input taken per transaction, the timers fired in one, and
// the recipients looked at again when something about their whole message changed
// or when everything is folded again (an order in the input, see schemas.Refold);
// what remains waits in persisted indexes and cursors.
//
// What was not heard of for Options.Life of wall clock ends: a message's keys, all
// of them or none, get tombstones, which frees the state and changes no row. So
// that a store which missed a tombstone is never believed, one that is older than
// tombstones live is made anew. All this trusts the processors' wall clocks to
// within a day, but for a jump: a life ends only by a clock that has run evenly for
// an hour, and that the newest record's publisher agrees with.
//
// What is heard of a message after its end is taken for the first. Opens, clicks
// and complaints that a log or a mailbox tells of are then unmatched, which leaves
// the message's row as it is. What creates recipients (transport events, and all
// of the platform's) begins a row anew, under a greater revision: the row that
// stood there is replaced by one that tells only what was heard since, while the
// old row's changes stay. Who expects such late events, or reads old archives
// again in part, sets a longer life.
//
// Left out: reading sources, writing to ClickHouse, and every decision about
// what a status is, which is pipeline/status.
package process
