package sendmail

import (
	"strings"

	"mailfate/schemas"
	"mailfate/sources/mta/reply"
)

// judge tells what a status means: its kind, or the rule by which the line says
// nothing of a message. It goes by the class of dsn=, which no reply can change.
func (d *delivery) judge(m *message) (rule string) {
	switch {
	case m.is(flagNotification):
		return RuleNotification
	case d.mailer == "*discard*" || d.status == "discarded":
		return RuleDiscarded
	case d.mailer == "":
		d.kind = d.refusedAtEnd(m)
		return ""
	case d.status == "queued" && !strings.HasPrefix(d.dsn, "4."):
		return RuleWaiting
	case d.status == "quarantined":
		d.kind = schemas.Quarantined
		return ""
	}
	if d.kind = kindOf(d.dsn, d.status); d.kind == schemas.Bounced && d.aboutSender(m) {
		return RuleNotification
	}
	return ""
}

// kindOf tells what happened by the class of dsn= (RFC 3463, 2); by the status
// where there is none, before sendmail 8.8.
func kindOf(dsn, status string) schemas.Kind {
	class := dsn
	if dsn == "" {
		class = classOf(status)
	}
	switch {
	case strings.HasPrefix(class, "2"):
		return schemas.Delivered
	case strings.HasPrefix(class, "4"):
		return schemas.Deferred
	case strings.HasPrefix(class, "5"):
		return schemas.Bounced
	}
	return schemas.KindNone
}

// classOf knows the words that sendmail has for the ends of a delivery.
func classOf(status string) string {
	words, _, _ := strings.Cut(status, " (")
	words, _, _ = strings.Cut(words, ":")
	switch words {
	case "Sent":
		return "2"
	case "Deferred", "Please try again later", "Operating system error", "I/O error", "queued":
		return "4"
	case "User unknown", "Host unknown", "Service unavailable", "Data format error", "Bad usage", "Cannot open input",
		"Internal error", "Critical system file missing", "Can't create output", "Remote protocol error", "Insufficient permission",
		"Local configuration error", "Command rejected":
		return "5"
	}
	return ""
}

// refusedAtEnd is what a line without a mailer says: the client was told no when
// it had handed its letter over. It is a refusal, unless we said before that we
// have the letter.
func (d *delivery) refusedAtEnd(m *message) schemas.Kind {
	later := reply.Code(d.words())/100 == 4 || strings.HasPrefix(d.dsn, "4.") || classOf(d.status) == "4"
	switch {
	case !m.is(flagOrigin):
		return schemas.Refused
	case later:
		return schemas.Deferred
	}
	return schemas.Bounced
}

// aboutSender reports whether it was the notification's recipient that is wrong,
// which is said of the message before the notification goes to the postmaster.
func (d *delivery) aboutSender(m *message) bool {
	return !d.tried && len(d.to) == 1 && m.sender != "" && bare(d.to[0]) == bare(m.sender)
}

// words are what was said: by the remote server, else by sendmail. reply= can be
// that of a later command, so what the status repeats comes first.
func (d *delivery) words() string {
	if said, ok := strings.CutPrefix(d.status, deferred); ok {
		return said
	}
	if said, ok := strings.CutPrefix(d.status, "Sent ("); ok {
		return strings.TrimSuffix(said, ")")
	}
	if d.reply != "" {
		return d.reply
	}
	return d.status
}

// ownWords reports whether a reply is one that sendmail itself has made up,
// because the connection failed: it has a code, but nobody said it.
//
//	{421|451} 4.4.{0|1|2} {Connection …|reply: read error from …|timeout waiting for …}
func ownWords(s string) bool {
	for _, code := range [...]string{"421 4.4.", "451 4.4."} {
		rest, ok := strings.CutPrefix(s, code)
		if ok && len(rest) > 2 && (strings.HasPrefix(rest[2:], "Connection ") || strings.HasPrefix(rest[2:], "reply: read error from ") || strings.HasPrefix(rest[2:], "timeout waiting for ")) {
			return true
		}
	}
	return false
}

// nextQueueID reads the queue id that the next hop gave the message: ours says
// "QUEUEID Message accepted for delivery", others "queued as QUEUEID".
func nextQueueID(s string) string {
	if id, ok := strings.CutSuffix(s, " Message accepted for delivery"); ok && len(id) > 0 && queueIDLen(id) == len(id) {
		return id
	}
	return reply.QueuedAs(s)
}
