package exim

import (
	"bytes"

	smtp "mailfate/sources/mta/reply"
	"mailfate/sources/mta/scan"
)

// An answer is the message of a line about a recipient, taken apart.
type answer struct {
	code     uint16
	enhanced []byte
	text     []byte // the remote server's words, from the code on; else Exim's own
	command  string // what was answered, as in schemas.Event
}

// readReply reads a message, one of
//
//	{SMTP|LMTP} error from remote mail server after COMMAND: REPLY
//	{SMTP|LMTP} error from remote mailer after COMMAND: host NAME [ADDRESS]: REPLY
//	any other words of Exim
//
// where REPLY begins with its code; the second is that of older versions.
func readReply(s []byte) (a answer) {
	a.text = s
	rest, ok := scan.After(s, "SMTP error from remote mail")
	if !ok {
		if rest, ok = scan.After(s, "LMTP error from remote mail"); !ok {
			return a
		}
	}
	_, rest, ok = bytes.Cut(rest, []byte(" after "))
	if !ok {
		return a
	}
	command, text, ok := cutCommand(rest)
	if !ok {
		return a
	}
	a.command, a.text = command, skipHost(text)
	a.code = smtp.Code(a.text)
	a.enhanced = enhanced(a.text)
	return a
}

// commands are those that Exim names, as it does and as events do.
var commands = [...]struct{ exim, event string }{
	{"RCPT TO:", "RCPT TO"},
	{"MAIL FROM:", "MAIL FROM"},
	{"end of data", "end of DATA"},
	{"DATA", "DATA"},
	{"BDAT", "BDAT"},
	{"EHLO", "EHLO"},
	{"HELO", "HELO"},
	{"LHLO", "LHLO"},
	{"AUTH", "AUTH"},
	{"STARTTLS", "STARTTLS"},
	{"initial connection", ""},
}

// cutCommand reads "[pipelined ]RCPT TO:<address>: " and returns what follows.
func cutCommand(s []byte) (command string, rest []byte, ok bool) {
	s = bytes.TrimPrefix(s, []byte("pipelined "))
	for _, c := range commands {
		if after, found := scan.After(s, c.exim); found {
			command, s = c.event, after
			break
		}
	}
	if _, after, found := scan.Angle(s); found {
		s = after
	}
	_, rest, ok = bytes.Cut(s, []byte(": "))
	return command, rest, ok
}

// skipHost takes "host NAME [ADDRESS]: " off.
func skipHost(s []byte) []byte {
	if rest, ok := scan.After(s, "host "); ok {
		if i := bytes.Index(rest, []byte("]: ")); i >= 0 {
			return rest[i+len("]: "):]
		}
	}
	return s
}

// enhanced reads the enhanced status code that follows a reply's code, of the same
// class.
func enhanced(s []byte) []byte {
	if smtp.Code(s) == 0 || len(s) < 4 {
		return nil
	}
	code := smtp.Enhanced(s[4:])
	if len(code) == 0 || code[0] != s[0] {
		return nil
	}
	return code
}
