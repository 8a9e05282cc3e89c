// Package token makes and reads the tokens of tracking links: who was written to,
// in which message, and where a link leads, signed so that nobody else can make one.
//
//	version and kind (1 byte) | key id (1) | length, message id | length, recipient | scheme (1), link | MAC (16)
//
// in base64url without padding (RFC 4648, 5). The MAC is HMAC-SHA256 of all before
// it, its first 16 bytes (RFC 2104, 5); the link is there in a click's token only.
//
// It guarantees: what Keys.Open returns is what a holder of a key has signed, every
// byte of it, and one token has one spelling. A link is http or https, with a host,
// of printable ASCII, so that it can stand in a header as it is. Open takes as long
// whether the first or the last byte of a MAC is wrong. Every token that is not good
// has an error of its own: ErrMalformed, ErrUnknownKey, ErrForged.
//
// Left out on purpose: secrecy (whoever has a token can read it, as its reader and
// its sender may), expiry (mails are opened years later; keys end instead), and
// counting (the same token twice is two hits).
//
// Keys may be used by any number of goroutines.
package token
