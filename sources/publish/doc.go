// Package publish brings a stream into Kafka: lines from tail, through a parser,
// in batches to the log, then a checkpoint.
//
// Use: open a [Stream] with New, which loads its checkpoint; then call Replay or
// Follow, once. Streams do not share anything but the store and the log, so many
// can run at once; each needs about three batches of memory.
//
// It guarantees:
//
//   - At least once: the checkpoint is written after the log acknowledged all that
//     the lines before it gave. It is one batch in the store: position, parser state,
//     counters. After a crash everything is as it was at one line.
//   - Where the reader begins again, because an older copy of the log was put back, a
//     new parser does; both are in the same checkpoint.
//   - A clock record says a time only after all events of earlier lines were
//     acknowledged, and goes to every partition.
//   - Nothing is dropped in silence. An event that cannot go into the log (too far
//     ahead, too large, without message id) is a dead letter with its line; a line
//     that the parser does not know is counted by shape, with examples.
//   - Memory is bounded: when the log or the gate is slow, reading waits.
//   - A replay of files that were read before publishes nothing.
//
// Order: events of one partition are published in the order of the lines.
//
// Left out on purpose: retries (the log's job; Publish returns when there is no
// use in going on), finding files, choosing parsers.
package publish
