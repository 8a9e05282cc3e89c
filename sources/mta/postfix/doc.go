// Package postfix reads the log of Postfix: it turns the lines of one stream
// into events, and says of every line what it was good for.
//
// What it guarantees:
//   - It is pure: bytes in, events out. No clock, no I/O, no logging; the same
//     lines give the same events, with the same ids, however often the parser was
//     saved and loaded between them.
//   - Every line has an outcome. A line of Postfix that no clause knows is
//     Unparsed, never ignored.
//   - Every status= line of a message gives one event, for the address that the
//     sender wrote (orig_to where there is one).
//   - Bytes are hostile. Clauses are read from left to right at their fixed
//     places, so that nothing a remote server says in its reply can pose as a
//     field, and memory is bounded whatever the input.
//   - A message keeps its name, account and subject when it goes through queues of
//     the same host: a filter behind the queue (orig_queue_id), an alias or .forward
//     file (forwarded as), postsuper -r (orig_id). A recipient stays the address that
//     the sender wrote when an alias was resolved before such a hop.
//   - What Postfix sends itself, notifications and probes, gives no events, also
//     behind another queue of ours.
//
// What it leaves out on purpose: it does not classify replies, tell inner hops
// from last ones or guess what became of a message whose end the log does not
// show. All that needs other events and is decided where they meet.
//
// The lines of one message are joined by its queue id, which is unique only
// within one queue: one host, one Postfix instance. The instance is the first
// part of the tag (postfix, postfix-out); what stands between it and the daemon
// (postfix/submission/smtpd) names a service and not a queue. Services are often
// named after the wrong instance (stock configurations call the relay transport
// of every instance postfix/relay), so a line with a service name is also matched
// with the host's other instances.
//
// An event is emitted with the line that says it, but for one: a recipient that
// is refused in a dialogue which goes on waits for the line that names the
// message, or for the end of the dialogue, so its offset is that of a line before.
//
// The caller makes one Parser for each stream with New, hands it what was saved
// (Load), then all lines in order (Line), and saves Changes together with the
// position that it has read up to. A parser is for one goroutine.
package postfix
