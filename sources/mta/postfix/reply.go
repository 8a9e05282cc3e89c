package postfix

import (
	"strings"

	smtp "mailfate/sources/mta/reply"
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
	r.code = smtp.Code(r.text)
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
