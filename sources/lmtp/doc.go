// Package lmtp takes mails from an MTA over LMTP (RFC 2033) or SMTP and puts them
// into a Maildir, which is a stream like any other.
//
// Use: [Listen] with a URL and the Maildir; Close it before the reader of the
// Maildir is closed. Who reads the Maildir with tail.Set.Own removes what was read.
//
// It guarantees:
//
//   - A mail is accepted when it is on disk under its final name, file and folder
//     synced. Whatever speaks against that is a temporary failure, so the MTA tries
//     again; a mail that is too long is refused for good.
//   - What the envelope says stands above the mail: Return-Path, a Delivered-To for
//     each recipient, and when it came, in Received. No client can write another line.
//   - Size, number of recipients, length of lines, number of connections and the
//     time that each takes have limits.
//
// It listens on loopback alone: it knows no passwords, and whoever can send to it
// can say anything of any message.
package lmtp
