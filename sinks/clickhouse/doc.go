// Package clickhouse writes what became of every message to ClickHouse and
// reads it back for reports.
//
// It guarantees:
//
//   - What a record of mail.status, mail.events or mail.unparsed says is in the
//     tables before its offset is committed. While ClickHouse is away the writer
//     waits, says so once, and drops nothing.
//   - Rows are a function of the records. Their keys are too, and every table is
//     a Replacing one, so a record that is written again changes nothing.
//   - No value of a record can be refused by ClickHouse: texts are bytes there,
//     closed sets are no enums, and times are clamped to what it can store.
//
// Left out on purpose: distributing tables over a cluster (use a Replicated
// database), and TLS or passwords of the embedded server.
//
// The order for whoever wires it:
//
//  1. Open, then Migrate, which refuses a schema that it does not know and writes
//     down what the statuses mean, then SetAccounts, which tells the rates who
//     tracks opens and clicks. Who only asks calls Find instead.
//  2. Writer, and for each partition that is this process's own: Consume, until
//     its context ends (or intake.Run, which follows a consumer group).
//  3. Report, Story and Digest whenever wanted; WaitFor before, to be up to date.
//  4. Retain, now and then, if rows are not to be kept for ever; see there.
//  5. Close, after every Consume has returned.
package clickhouse
