// Package faults proves that what mailfate counts is exact, whatever fails. It
// holds tests only.
//
// The parts, in the order in which a run uses them:
//
//   - A workload is generated from a seed: events, clocks, duplicates, late
//     arrivals, and real log lines. All of it is known, so what has to follow is
//     too: an undisturbed evaluation by pipeline/status of all events at once,
//     which that package's own tests compare with a naive twin, written to a
//     second database.
//   - A rig runs the pipeline in processes of their own: the real program, or
//     one role of it (processor, sink, source) in a copy of the test binary. Each
//     talks to Kafka and ClickHouse through proxies of its own.
//   - A fault is a name and what to do to the rig. Most need nothing from the
//     product: the proxies read Kafka's frames and ClickHouse's inserts, so a
//     process can be killed right before a certain request is sent, or right
//     after it took effect and before the answer arrives. Every step of a
//     transaction, an insert and a commit is such a request; what is written to
//     the state store is seen by a file system put under it.
//   - The verdict compares the two databases row by row: lost, doubled,
//     different.
//
// What is left out: power failures, and brokers that lose what they acknowledged.
//
// The short part runs with all other tests; -faults.runs N is the long one.
// -faults.brokers says on which brokers, and -faults.table FILE where to add
// the results up. A run is repeated by its seed:
//
//	go test ./pipeline/faults -run TestMixture -faults.seed 42
package faults
