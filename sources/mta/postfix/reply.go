package postfix

import (
	"strings"

	"mailfate/sources/mta/scan"
)

// A reply is the reason of a status, taken apart.
type reply struct {
	code    uint16
	text    string // the remote server's words, from the code on; else Postfix's own
	command string // what was answered
}

// parseReply reads the text between a status' brackets, one of
//
//	host NAME[ADDRESS] said: REPLY (in reply to COMMAND command)
//	host NAME[ADDRESS] refused to talk to me: REPLY
//	delivery temporarily suspended: one of these
//	REPLY
//	any other words of Postfix
//
// where REPLY begins with its code. The frame around REPLY is read from both
// ends, so that a reply that imitates the frame changes nothing.
func parseReply(s string) (r reply) {
	s = strings.TrimPrefix(s, "delivery temporarily suspended: ")
	r.text = s
	if said, ok := remoteWords(s); ok {
		r.text, r.command = cutCommand(said)
	}
	r.code = replyCode(r.text)
	return r
}

func remoteWords(s string) (said string, ok bool) {
	rest, ok := strings.CutPrefix(s, "host ")
	if !ok {
		return "", false
	}
	_, rest, ok = strings.Cut(rest, " ") // no name of a host has a space
	if !ok {
		return "", false
	}
	for _, verb := range [...]string{"said: ", "refused to talk to me: "} {
		if said, ok = strings.CutPrefix(rest, verb); ok {
			return said, true
		}
	}
	return "", false
}

// cutCommand cuts " (in reply to RCPT TO command)" off.
func cutCommand(s string) (said, command string) {
	const opening, closing = " (in reply to ", " command)"
	i := strings.LastIndex(s, opening)
	if i < 0 || !strings.HasSuffix(s, closing) || i+len(opening)+len(closing) > len(s) {
		return s, ""
	}
	return s[:i], s[i+len(opening) : len(s)-len(closing)]
}

// replyCode reads the code that a reply begins with (RFC 5321, 4.2): 550, with a
// space, a hyphen or nothing behind it; 0 when there is none.
func replyCode(s string) uint16 {
	if len(s) < 3 || s[0] < '2' || s[0] > '5' || !scan.IsDigit(s[1]) || !scan.IsDigit(s[2]) {
		return 0
	}
	if len(s) > 3 && s[3] != ' ' && s[3] != '-' {
		return 0
	}
	return uint16(s[0]-'0')*100 + uint16(s[1]-'0')*10 + uint16(s[2]-'0')
}

// maxNextQueueID bounds the queue ids of others, whose form we do not know.
const maxNextQueueID = 64

// queuedAs reads the queue id that the next hop gave the message: "queued as ID",
// the last one where a proxy reports the reply of the server behind it.
func queuedAs(s string) string {
	const words = "queued as "
	i := strings.LastIndex(s, words)
	if i < 0 {
		return ""
	}
	s = s[i+len(words):]
	n := 0
	for n < len(s) && isWord(s[n]) {
		n++
	}
	if n > maxNextQueueID {
		return ""
	}
	return s[:n]
}

// isWord reports whether c occurs in queue ids: those of other servers have
// hyphens and underscores too.
func isWord(c byte) bool {
	return scan.IsDigit(c) || (c|0x20 >= 'a' && c|0x20 <= 'z') || c == '-' || c == '_'
}
