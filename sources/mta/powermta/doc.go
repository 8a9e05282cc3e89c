// Package powermta reads the accounting files of PowerMTA: it turns the records
// of one stream into events, and says of every line what it was good for.
//
// The format is CSV (RFC 4180) with a header line that names the columns, as the
// User's Guide has it (11.2, The Accounting File): which columns there are, and in
// which order, is the configuration's choice. A stream may have several headers;
// each holds until the next.
//
// What it guarantees:
//   - It is pure: bytes in, events out. No clock, no I/O, no logging; the same
//     lines give the same events, with the same ids, however often the parser was
//     saved and loaded between them.
//   - Every line has an outcome. Values end where RFC 4180 says and nowhere else, so
//     that nothing a remote server says can pose as a column or as a record: a value
//     in quotes may go on over lines, which are Context up to the last one.
//   - A record that is not whole, since PowerMTA was stopped while it wrote, takes no
//     other with it: where the next quote or the end of the file shows that, each line
//     is read for itself; but for those behind the 16th, which are Unparsed, as are all
//     lines of a record that has more.
//   - Without a header the columns are the default ones of d and b records, if there
//     are as many; else the line is Unparsed and says so.
//
// What names a message: the Message-ID if the accounting file is configured to
// have it (record-fields d *,header_Message-Id). Else no column does for certain, and
// the name is a provisional one:
//
//	q:HOST//ENVID/                       where there is an envelope id
//	q:HOST/JOBID/ORIG>RCPT/TIMEQUEUED    elsewhere; of r records with timeLogged
//
// so that all records of a message to a recipient have the same, but for those of
// what comes back later without an envelope id: nothing in them leads to it.
//
// What a person deletes is only in the file where the guide says so (6.3.22): not
// with pmta delete --no-accounting, and with --dsn only with --accounting too.
//
// What it leaves out on purpose: it does not classify replies, and takes bounceCat
// for a reason only where PowerMTA itself failed and no server had said a word.
//
// The caller makes one Parser for each stream with New, hands it what was saved
// (Load), then all lines in order (Line), and saves Changes together with the
// position that it has read up to. A parser is for one goroutine.
package powermta
