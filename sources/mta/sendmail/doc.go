// Package sendmail reads what sendmail says to syslog: it turns the lines of one
// stream into events, and says of every line what it was good for.
//
// What it guarantees:
//   - It is pure: bytes in, events out. No clock, no I/O, no logging; the same
//     lines give the same events, with the same ids, however often the parser was
//     saved and loaded between them.
//   - Every line has an outcome. A line of sendmail that no clause knows is
//     Unparsed, never ignored.
//   - Every to= line gives one event for each recipient in it.
//   - Bytes are hostile. What a remote server says stands at the end of a to= line,
//     behind dsn=, which sendmail itself has put there; what became of a message is
//     read from that, so no reply can pose as another one.
//
// What it leaves out on purpose: it does not classify replies or tell inner hops
// from last ones. That needs other events and is decided where they meet.
//
// The lines of one message are joined by its queue id. It holds a time and a
// process id, so it is taken to be unique on its host: one program logs under
// several tags (sm-mta, sm-msp-queue, sendmail), and the lines of one queue under
// more than one.
//
// What a person takes out of the queue is not in the log at all: it is done by
// deleting files, and qtool.pl -d does no more (sendmail 8.17). What is given up for
// a person (qtool.pl -b) is logged as if its time were over. Three more things are not in it as sendmail writes it by default:
//   - Above 100 characters a Message-ID is cut, and such a message gets a
//     provisional one, for a piece of an id is nobody's.
//   - What an alias stands for is shown instead of the alias, unless it is a
//     program or a file, or a person's own forwarding.
//   - Who is authenticated is said of a connection and not of a message. It is
//     joined by process and client.
//
// The caller makes one Parser for each stream with New, hands it what was saved
// (Load), then all lines in order (Line), and saves Changes together with the
// position that it has read up to. A parser is for one goroutine.
package sendmail
