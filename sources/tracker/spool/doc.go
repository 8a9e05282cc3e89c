// Package spool keeps lines on disk until somebody else has read them: an append-only
// file, in segments that tail reads as one stream (tail.Segments).
//
// Use: Open, then Append from any goroutine. The line is in the file when Append
// returns, so that it outlives the process; who needs it to outlive the machine calls
// Commit.Wait, which waits for a flush to disk that all lines of that time share.
// Without a Wait a line is flushed within flushEvery. Tidy removes what was read; Close
// flushes the rest.
//
// It guarantees:
//
//   - Segments are appended to by one process, once: after a start a new one begins, so
//     what a crash has left at the end of the one before stays as it is. A line of
//     which only a part could be written is ended before the next.
//   - Their names rise, whatever the clock does. A segment that has a successor never
//     changes.
//   - What is kept is bounded. A full spool, as a full disk, refuses lines; what was
//     refused, or was appended but could not be flushed, is counted and logged, and
//     the next line is tried again.
//   - A segment that could not be flushed is left: what was written to it may be lost
//     after a power cut, what comes next is not.
//
// Left out on purpose: what lines are, and reading them. A line must not have a line
// end in it.
package spool
