// Package platform reads and writes events as JSON lines, one event each, so
// that any system can say what it knows about a message:
//
//	{"time": RFC 3339, "event": kind, "message_id", "recipient", "account",
//	 "email_id", "sender", "subject", "campaign", "tags": [], "reason", "reply",
//	 "code", "enhanced", "url", "user_agent", "ip", "event_id"}
//
// and, as AppendJSON writes them for whoever reads our events elsewhere, "size",
// "command", "relay", "queue_id", "next_queue_id", "host", "instance"; "file"
// and "offset" are written too, but say nothing when they are read.
//
// What the parser guarantees:
//
//   - time, event and message_id are required. Keys that are not listed are
//     ignored, of a key that is there twice the last one counts, null is the
//     same as no key, and a text may be written as a number.
//   - A line that is not one JSON object, a kind that is unknown or that only a
//     timeline derives, a reason that its kind does not have, a value of the
//     wrong type: Unparsed, with the cause in Result.Rule. Never half an event.
//   - Event ids: with "event_id", the hash of account, message id and it; without,
//     the hash of the line's content, whatever its keys' order, white space and
//     escapes, so that identical lines are one event. Unknown keys belong to
//     the content, lest the ids change when we learn a key. A line that
//     AppendJSON wrote (it has "source" and an "event_id" of ours) keeps its id.
//   - Ids that begin with n:, q: or f: (messages without a Message-ID) are taken
//     as they are; a pattern of the configuration is only applied to others.
//
// The parser has no state, and allocates once per event, for its texts.
package platform
