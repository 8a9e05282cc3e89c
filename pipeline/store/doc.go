// Package store is the local key-value store: a thin coat over Pebble, used by
// the processor for its states and by sources for their checkpoints. Both can be
// made again: states from Kafka, checkpoints by reading everything again.
//
// It guarantees:
//
//   - A [Batch] is applied as a whole or not at all, also across kill -9; with
//     sync it is on disk when Commit returns nil.
//   - After kill -9 all commits are there, in order of Commit. Of a store that is a
//     cache (Options.Cache) there are all up to one: those after it, of the last
//     minute and no more than fit in memory, have to be made again.
//   - One process at a time has a directory open; a second Open fails with
//     [ErrLocked] and says what to do. The lock, a file beside the directory, is
//     kept while a damaged store is renewed.
//   - Files that are damaged, cut short or missing never make a store hold what it
//     never held: it is as after one of its commits, or damaged. A damaged one is
//     set aside, by Open or, when it is found out later, by [Store.Renewed]: renamed,
//     in place of the one before, with a file that says why, and logged. An empty
//     store takes its place.
//   - A disk that refuses (full, read-only, an fsync that fails) is no damage. The
//     store then fails for good: the call at hand and every later one return an error
//     that matches [ErrFailed] and says what, where and the remedy; none waits, none
//     panics. The caller ends; what was committed with sync is there at the next Open.
//   - Nothing here ends the process or writes to its standard error.
//   - Memory is bounded by the cache, of which two memory tables, of 16 MiB or a
//     cache's of 64 MiB, are a part.
//
// Left out on purpose: transactions, snapshots, secondary indexes, any meaning of
// keys, and finding out that whole files were exchanged for older ones. Who shares
// a store divides it by key prefixes.
//
// Reads and commits may run concurrently; one Batch is for one goroutine.
package store
