package postfix

import (
	"strings"

	"mailfate/pipeline/classify"
	smtp "mailfate/sources/mta/reply"
)

// A reply is the reason of a status, taken apart.
type reply struct {
	code    uint16
	text    string // the remote server's words, from the code on; else Postfix's own
	command string // what was answered
	host    string // who answered, as NAME[ADDRESS]
}

// Said reads the reason of a status as it stands in a log between the brackets.
// What is none of Postfix' is all text.
func Said(reason string) classify.Said {
	r := parseReply(reason)
	return classify.Said{Code: r.code, Command: r.command, Host: r.host, Text: r.text}
}

// parseReply reads the text between a status' brackets, one of
//
//	host NAME[ADDRESS] said: REPLY (in reply to COMMAND command)
//	host NAME[ADDRESS] refused to talk to me: REPLY
//	TLS is required, but host NAME[ADDRESS] refused to start TLS: REPLY
//	SASL authentication failed; server NAME[ADDRESS] said: REPLY
//	lost connection with NAME[ADDRESS] while STAGE
//	conversation with NAME[ADDRESS] timed out while STAGE
//	delivery temporarily suspended: one of these
//	REPLY
//	any other words of Postfix
//
// where REPLY begins with its code. The frame around REPLY is read from both
// ends, so that a reply that imitates the frame changes nothing.
func parseReply(s string) (r reply) {
	s = strings.TrimPrefix(s, "delivery temporarily suspended: ")
	r.text = s
	if r.code = smtp.Code(s); r.code != 0 {
		return r
	}
	for i := range frames {
		f := &frames[i]
		if host, said, ok := f.cut(s); ok {
			r.host, r.command = host, f.command
			switch {
			case f.stage:
				r.command = commandAt(said)
			case f.answers:
				r.text, r.command = cutCommand(said)
			default:
				r.text = said
			}
			break
		}
	}
	r.code = smtp.Code(r.text)
	return r
}

// A frame is what Postfix writes around the name of a server, in front of what it
// said, or of when the connection failed.
type frame struct {
	before, after string
	command       string // what was answered, where the frame tells
	answers       bool   // a command is named behind the reply
	stage         bool   // a stage of the dialogue follows, and no reply
}

var frames = [...]frame{
	{before: "host ", after: " said: ", answers: true},
	{before: "host ", after: " refused to talk to me: "},
	{before: "lost connection with ", after: " while ", stage: true},
	{before: "conversation with ", after: " timed out while ", stage: true},
	{before: "TLS is required, but host ", after: " refused to start TLS: ", command: "STARTTLS"},
	{before: "SASL authentication failed; server ", after: " said: ", command: "AUTH"},
}

// cut returns the host within the frame and what follows it.
func (f *frame) cut(s string) (host, said string, ok bool) {
	s, ok = strings.CutPrefix(s, f.before)
	if !ok {
		return "", "", false
	}
	i := strings.IndexByte(s, ' ') // no name of a host has a space
	if i < 0 {
		return "", "", false
	}
	said, ok = strings.CutPrefix(s[i:], f.after)
	return s[:i], said, ok
}

// cutCommand cuts " (in reply to RCPT TO command)" off; a few are no commands by
// their names: " (in reply to RSET probe)".
func cutCommand(s string) (said, command string) {
	const opening = " (in reply to "
	i := strings.LastIndex(s, opening)
	if i < 0 || s[len(s)-1] != ')' {
		return s, ""
	}
	return s[:i], strings.TrimSuffix(s[i+len(opening):len(s)-1], " command")
}

// commandAt names the command of a stage of the dialogue, in the words of
// " (in reply to …)":
//
//	sending RCPT TO
//	sending DATA command
//	sending end of data -- message may be sent more than once
//	performing the EHLO handshake
//	receiving the STARTTLS response
//	receiving the initial server greeting
func commandAt(stage string) string {
	for _, verb := range [...]string{"sending ", "performing the ", "receiving the "} {
		if rest, ok := strings.CutPrefix(stage, verb); ok {
			stage = rest
			break
		}
	}
	if strings.HasPrefix(stage, "end of data") {
		return "end of DATA"
	}
	for _, noun := range [...]string{" command", " handshake", " response"} {
		if rest, ok := strings.CutSuffix(stage, noun); ok {
			return rest
		}
	}
	return stage
}
