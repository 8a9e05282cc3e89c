// Package store is the local key-value store: a thin coat over Pebble, used by
// the processor for its states and by sources for their checkpoints.
//
// It guarantees:
//
//   - A [Batch] is applied as a whole or not at all, also across kill -9; with
//     sync it is on disk when Commit returns nil.
//   - One process at a time has a directory open; a second Open fails with
//     [ErrLocked] and says what to do.
//   - Nothing here ends the process or writes to its standard error. What Pebble
//     holds to be fatal (a write-ahead log that cannot be written, a damaged
//     table) is kept, is returned by every later call as an error that matches
//     [ErrFailed], and is told once to Options.OnFatal. The caller then stops; what
//     was committed with sync is there at the next Open.
//   - Memory is bounded by the cache, of which two memory tables of 16 MiB are a part.
//
// Left out on purpose: transactions, snapshots, secondary indexes, and any
// meaning of keys. Who shares a store divides it by key prefixes.
//
// Reads and commits may run concurrently; one Batch is for one goroutine.
package store
