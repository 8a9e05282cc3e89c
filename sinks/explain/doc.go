// Package explain tells the story of one message: every event with what was
// said and where it was read, every change of status and the row of the table
// that decided it.
//
// It is pure. Whoever asks the database fills a Found with what the tables hold
// (sinks/clickhouse does); Tell rebuilds the timeline from the events, by the
// same rules as the processor, and compares what follows with the changes that
// the database tells. Then the Story is written, as text or as JSON.
//
// It guarantees:
//
//   - Every event of Found that means the recipient is in the story, or counted
//     there as one of many.
//   - What time alone brings about is told only if the database tells it: only
//     the processor knows how far the streams have come.
//   - Nothing that comes from outside reaches a terminal as more than text.
//
// A Story's JSON names are an interface to other programs: they stay. Its text
// is for people and may change.
package explain
