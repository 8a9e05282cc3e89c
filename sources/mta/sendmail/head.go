package sendmail

import (
	"bytes"

	"mailfate/sources/mta/queue"
	"mailfate/sources/mta/scan"
	"mailfate/sources/mta/syslog"
)

// instance is the name of all queues of a host.
var instance = []byte("sendmail")

// A record is one line, taken apart as far as its tag goes.
type record struct {
	syslog.Line
	host     []byte // the line's, or Options.Host
	sendmail bool   // it is a line of sendmail's
	text     []byte // the line's, or what it repeats
}

// head reads the tag: sendmail, or what the option -L says, by custom sm-mta,
// sm-msp-queue and the like.
func (r *record) head() {
	r.sendmail = scan.Begins(r.Tag, "sendmail") || scan.Begins(r.Tag, "sm-mta") || scan.Begins(r.Tag, "sm-msp")
	r.text = withoutID(r.Text)
}

// withoutID skips [ID 801593 mail.info], which the syslog of Solaris puts first.
func withoutID(s []byte) []byte {
	if !scan.Begins(s, "[ID ") {
		return s
	}
	if i := bytes.Index(s[:min(len(s), 64)], []byte("] ")); i > 0 {
		return s[i+2:]
	}
	return s
}

// Bounds on the length of a queue id. The classic one is VAA01234: the hour, two
// letters and the process id; the long one 6AM6gwXO000047: the time to the second
// in six letters, two of a counter, and the process id.
const (
	minQueueID = 8
	maxQueueID = queue.MaxID
	minPID     = 5
)

// queueIDLen returns the length of the queue id that s begins with, 0 when it
// begins with none: letters and digits, of which the last five or more are
// digits. So no word of a sentence is taken for one.
func queueIDLen[T scan.Text](s T) int {
	n, digits := 0, 0
	for n < len(s) && n <= maxQueueID && isAlnum(s[n]) {
		digits++
		if !scan.IsDigit(s[n]) {
			digits = 0
		}
		n++
	}
	if n < minQueueID || n > maxQueueID || digits < minPID {
		return 0
	}
	return n
}

func isAlnum(c byte) bool { return scan.IsDigit(c) || (c|0x20 >= 'a' && c|0x20 <= 'z') }
