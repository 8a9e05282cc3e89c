// Package intake moves records from Kafka's partitions into whatever a sink
// writes to, at least once and in order.
//
// It guarantees:
//
//   - An offset is committed only after everything before it is written.
//   - A write or commit that fails is repeated, with growing pauses, for as long
//     as the context lives. It is logged when the trouble begins and when it
//     ends, and Status tells of it meanwhile. Nothing is dropped.
//   - Memory is bounded by Options.Batches batches of about Options.MaxBytes each,
//     however many partitions there are.
//
// A batch ends when it is large enough or when nothing more waits in the log.
// After a small one its partition rests until the next of the instants that are
// Options.Every apart, when all wake: what arrived meanwhile in any of them
// becomes one write, if batches are Mergers. A single record is written at once,
// a steady trickle once in that time.
//
// Left out on purpose: who owns which partition (that is Kafka's group's affair,
// see Run) and what records mean (the Batch's).
package intake
