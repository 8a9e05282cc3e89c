// Package exim reads the main log of Exim: it turns the lines of one stream into
// events, and says of every line what it was good for.
//
// What it guarantees:
//   - It is pure: bytes in, events out. No clock, no I/O, no logging; the same
//     lines give the same events, with the same ids, however often the parser was
//     saved and loaded between them.
//   - Every line has an outcome. A line that no clause knows is Unparsed, never
//     ignored.
//   - Every =>, ->, >>, ** and == line of a message gives one event, for the
//     address that the sender wrote: the last of those that an alias went through.
//   - Bytes are hostile. Clauses are read from left to right at their places, so
//     that nothing a remote server says in its reply can pose as a field, and
//     memory is bounded whatever the input.
//   - Both forms of message ids are read, stamps with and without milliseconds
//     and zone, process ids, and any choice of log selectors.
//
// What it leaves out on purpose: it does not classify replies, tell inner hops
// from last ones or guess what became of a message whose end the log does not
// show. All that needs other events and is decided where they meet. The reject
// log and the panic log are not read: what they say of a message stands in the
// main log too.
//
// The log may come by way of syslog (log_file_path = syslog), with Exim's own stamp
// in each line or without, long lines in parts, what is rejected twice. It gives the
// same events as the log file, with the same ids where the lines have their own
// stamps. Lines of syslog are Exim's by their tag, exim or what begins so
// (syslog_processname).
//
// The lines of one message are joined by Exim's message id, here called the queue
// id, as everywhere: it names the message on its host only. The log file does not
// say which host that is, so who reads the logs of several sets Options.Host.
//
// An event is emitted with the line that says it, but for one: a message that is
// delivered while it is received (>>) is logged before the line that names it, so
// that event waits for it, and its offset is that of a line before.
//
// The caller makes one Parser for each stream with New, hands it what was saved
// (Load), then all lines in order (Line), and saves Changes together with the
// position that it has read up to. A parser is for one goroutine.
package exim
