// Package tracking reads hits on tracking links out of access logs: the pixel
// that says that a mail was opened, the redirect of a link, the unsubscribe page.
//
// Lines are in nginx's or Apache's combined format (with or without the virtual
// host before it, with anything behind it) or JSON objects with nginx's names:
//
//	time_iso8601 | time_local | msec, request | request_method and request_uri,
//	status, remote_addr, http_user_agent, host | server_name, request_time
//
// Both may stand in one file. What a hit says is in its path, for lack of
// patterns of the configuration:
//
//	/o/{message_id}/{recipient}.gif       opened; GET or HEAD
//	/c/{message_id}/{recipient}?u={link}  clicked; GET or HEAD
//	/u/{message_id}/{recipient}           unsubscribed; GET, HEAD or POST
//
// Segments are percent-encoded, once. Recipient and .gif may be missing; a hit
// without a recipient is of one whom the log does not name.
//
// What it guarantees: a line gives a hit's event, or is Ignored by one of the
// rules below, or is Unparsed with the cause in Result.Rule. Only hits that were
// answered with 2xx or 3xx count. A pixel that took longer than ReadAfter to be
// fetched was held open on purpose, and says read besides opened. Method, user
// agent and address are kept, and every hit counts: whether a person or a
// machine made it is not decided here.
//
// Nothing in a hit is trusted: anyone can request any path. Tokens that cannot
// be a message id or an address are ignored by rule, and an account is only
// taken from a path if a pattern of the configuration says so; use that for paths
// that are signed or that only the account's own host serves.
//
// Event ids are those of sources.LineHash and sources.Nth; the whole line counts,
// and the host is the configured one, for what a line calls its host the client
// may have made up. The parser's state is the LineHash's. It allocates once per
// event, for its texts.
package tracking
