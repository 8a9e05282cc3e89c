// Package tracking reads hits on tracking links out of access logs: the pixel
// that says that a mail was opened, the redirect of a link, the unsubscribe page.
//
// Lines are in nginx's or Apache's combined format (with or without the virtual
// host before it, with anything behind it), in that of AWS's Application Load
// Balancers, or JSON objects with nginx's names:
//
//	time_iso8601 | time_local | msec, request | request_method and request_uri,
//	status, remote_addr, http_user_agent, host | server_name, request_time
//
// or with those of Caddy (ts, request, status, duration) or of Cloudflare's Logpush
// (EdgeStartTimestamp, ClientRequestURI, EdgeResponseStatus and so on); see
// testdata/README.md. All may stand in one file. A line with a header that says so
// (Purpose, X-Purpose, Sec-Purpose, X-Moz) is a hit of a browser that nobody has
// asked yet: its event's command is "GET prefetch".
//
// What a hit says is in its path. With keys (Options.Keys) it is in a token, which
// somebody who has a key has signed; what is signed wrongly is ignored, by rules of
// its own, and so is the page that asks whether to unsubscribe (RFC 8058):
//
//	/t/{token}.gif   a pixel's: opened; GET or HEAD
//	/t/{token}       a link's: clicked; GET or HEAD
//	/t/{token}       unsubscribed; POST
//
// Without keys, and for lack of patterns of the configuration, it stands there
// openly:
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
// Nothing in a hit is trusted: anyone can request any path. A token proves that the
// message was sent, not who asks. Tokens that cannot
// be a message id or an address are ignored by rule, and an account is only
// taken from a path if a pattern of the configuration says so; use that for paths
// that are signed or that only the account's own host serves.
//
// Event ids are those of sources.LineHash and sources.Nth; the whole line counts,
// and the host is the configured one, for what a line calls its host the client
// may have made up. The parser's state is the LineHash's. It allocates once per
// event, for its texts.
package tracking
