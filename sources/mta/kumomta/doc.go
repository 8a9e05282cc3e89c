// Package kumomta reads the log records of KumoMTA, one JSON object a line: it
// turns them into events, and says of every line what it was good for. They are
// as docs.kumomta.com/reference/log_record describes them, from local log files
// or from a Kafka topic.
//
// What it guarantees:
//   - It is pure: bytes in, events out. No clock, no I/O, no logging, and no state,
//     for a record says all that is to be known of its event.
//   - Every line has an outcome. A record of a type that is not documented is
//     Unparsed, never ignored.
//   - One event for each recipient of a record.
//   - The event's id is a hash of what makes a record itself: node, type, message,
//     time, recipients, attempt and response. So one that is read from a file and
//     from a topic, or that was published twice, is one event, whatever the order
//     of its keys and whichever headers a logger adds.
//
// What names a message: the Message-ID, if the logger is configured to add it
// (headers = { 'Message-ID', 'Subject' }). Else the name is a provisional one of
// node, spool id and time of creation, which all its records have.
//
// What is reported from elsewhere is named after what the report returned: of
// Feedback the Message-ID in the returned mail. Of an OOB record the headers are the
// report's own, so that nothing in it names the message: it has a name of its own.
//
// The account is found by the tenant (of the queue's name, campaign:tenant@domain,
// else of meta) or, without one, by meta's authn_id; either counts as the user
// who logged in.
//
// What it leaves out on purpose: it does not classify responses, and takes no
// bounce_classification for a reason, for it is a guess from the same words. A
// transfer to another node (XferOut) is no event, the reception there (XferIn) is.
package kumomta
