// Package imap reads a mailbox on an IMAP server (RFC 9051 and 3501): each mail is
// one record of a stream.
//
// Use: [Open] makes a tail.Reader of a mailbox; everything else is as with files.
// The position is the mailbox' UIDVALIDITY and the highest UID that was handed out.
//
// It guarantees:
//
//   - Every mail that is in the mailbox when it is looked at is handed out once. Where
//     the server numbers its mails anew (another UIDVALIDITY) all are handed out
//     again: what is made of a mail does not depend on its number.
//   - The mailbox is opened read-only, unless Options.MoveTo names a folder. Then a
//     mail is moved there, but only when what was made of it is acknowledged and the
//     position behind it is kept (Keep).
//   - A server may say what it likes: what it sends in answer to one question, the
//     lists in it, the time that it takes and the size of a mail have limits, beyond
//     which the connection is closed. A mail beyond Options.MaxMail is cut and counted.
//     Close returns within seconds whatever server or client do; a client that does
//     not notice that its connection is closed is left behind.
//   - Lost connections are made again, after waits that grow to Options.MaxWait and
//     are never quite the same. Why the last one failed is in Problems.
//   - Changes are told by IDLE where the server has that; all the same, and
//     elsewhere, it is asked every Options.Poll.
//
// The connections belong to goroutines of their own, so Next and Wait never wait for
// a server. They hold a mail or two and stop there until they are handed out.
//
// Left out on purpose: folders below the mailbox, flags, what the mails mean, and
// moving mails at the end of a replay, for which the next follower is in time.
package imap
