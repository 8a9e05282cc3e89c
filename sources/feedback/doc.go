// Package feedback reads what mailbox providers report: mails in the abuse
// reporting format (ARF, RFC 5965). A Line is one whole mail, as a file of a
// Maildir is; finding the mails is the caller's job.
//
// What it guarantees:
//
//   - A report gives one event for each recipient that it names, or one without
//     a recipient when it names none (or only a redacted one). Feedback-Type abuse
//     is complained, opt-out and opt-out-list unsubscribed, not-spam not_spam,
//     every other one other_report, the type in Reply where it has no reason.
//   - The message is that of the returned part's Message-ID, the last one where
//     there are several. A report that returns none is about f: and the report's
//     hash, so that it is kept, though nothing will match it.
//   - The recipient is Original-Rcpt-To, else the only address in the returned
//     part's To.
//   - An event's time is when our mailbox received the report: the date in the
//     topmost Received field, else Delivery-date, else Date.
//   - Event ids are hashes of the report's own Message-ID, or of its body where it
//     has none; so a report that was delivered twice counts once.
//   - A mail that is no report is Ignored, what cannot be read as a mail is
//     Unparsed with the cause in Result.Rule. A report that is damaged behind what
//     is needed is read.
//
// Anybody can send a mail that looks like a report: whether one is believed is
// not decided here. Mails with headers or parts that MIME does not allow are
// Unparsed. The parser has no state.
package feedback
