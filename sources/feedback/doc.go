// Package feedback reads what comes back by mail: feedback reports (ARF, RFC 5965,
// 6650, 6591, 9477), delivery status notifications (RFC 3464, 6533), bounces that
// were written for people, receipts (RFC 8098) and what mailboxes answer by
// themselves. A Line is one whole mail, as a file of a Maildir is; finding the
// mails is the caller's job. The parser is pure and has no state.
//
// What it guarantees:
//
//   - A feedback report gives one event for each recipient that it names, or one
//     without a recipient when it names none (or only a redacted or hashed one).
//     Feedback-Type abuse is complained, opt-out and opt-out-list unsubscribed,
//     not-spam not_spam, every other one other_report, the type in Reply where it
//     has no reason. Microsoft's reports without a machine's part are complained.
//     XARF (versions 2 to 4) is read likewise: spam is abuse, phishing fraud,
//     malware virus, and what is not about a mail other_report.
//   - A delivery status gives one event for each recipient: failed is
//     bounced_later, delayed deferred, delivered, relayed and expanded are
//     delivered, with code, enhanced code and words of the reply. An action that
//     contradicts its status, or a failure without any code, is other_report.
//   - A bounce for people is read if it has one of the known forms (see forms).
//   - A receipt that a person displayed the mail is opened. One of a mailbox whose
//     rules send the mail back is bounced_later and not_permitted, any other one
//     other_report.
//   - Automatic replies, demands to prove that one is a person, and mails of mail
//     servers that are not understood are other_report, what they are and their
//     words in Reply.
//   - The message is told, in this order, by an id that we signed (exact), by an
//     envelope address of ours (strong), by the Message-ID of what was sent back,
//     the last one where there are several (strong), by the envelope id, or by what
//     the mail replies to (likely). An id vouches for its own recipient: others in
//     the same report are likely at most. What tells none is about f: and the mail's
//     hash, so that it is kept, though nothing will match it.
//   - The recipient is the one that the id or the address names, else the original
//     one of the report, else the final one, else the only address in the returned
//     part's To. A hash in a complaint's place of it is kept in Reply.
//   - An event's time is when our mailbox received the mail: the date in the
//     topmost Received field, else Delivery-Date, else Date.
//   - Event ids are hashes of the mail's own Message-ID and its body; so a mail that
//     was delivered twice counts once, and one that borrows an id for itself.
//   - A delivery status that ends before it has told of a recipient is other_report.
//   - A mail of a person is Ignored; what cannot be read is Unparsed with the cause
//     in Result.Rule. A damaged mail may lose events, and invents none: what ends
//     in the middle is not believed from there on, and nothing that may be the
//     words of another server is taken for a field.
//   - Size, depth, parts, headers, recipients, events and what is decoded are limited.
//     How many recipients were left out is told by an other_report without a message.
//
// What remains unread is listed in testdata/UNREAD.md.
//
// Anybody can send a mail that looks like a report: no event of this package creates
// a recipient. Only exact ones change what is said of one, and strong ones of a
// message's only recipient, which the timeline decides.
//
// The mail's structure is read by few lines of our own: strict readers fail on one
// in six real bounces, and tolerant ones hold all of a mail in memory, decoded,
// before anything can be limited.
package feedback
