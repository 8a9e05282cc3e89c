package postfix

import (
	"bytes"

	"mailfate/sources/mta/queue"
	"mailfate/sources/mta/scan"
	"mailfate/sources/mta/syslog"
)

// A record is one line, taken apart as far as its tag goes:
//
//	STAMP HOST INSTANCE[/SERVICE…]/DAEMON[PID]: TEXT
type record struct {
	syslog.Line // but its Text is what it repeats, if it does
	*tag
}

// A daemon is a program of Postfix, as far as it decides how a line is read.
type daemon uint8

const (
	foreign  daemon = iota // not of Postfix
	untagged               // no program named at all
	unknown                // named as one of Postfix, but none that we know
	smtpd
	delivering // a delivery agent, or another that logs only about messages
	discard
	cleanup
	qmgr
	bounce
	pickup
	postsuper
	statistics // anvil, scache
	screening  // postscreen and its helpers
	tlsHelper  // tlsmgr
	housekeeping
)

// daemonOf returns the daemon of that name; unknown when it is none.
func daemonOf(name []byte) daemon {
	switch string(name) {
	case "smtpd", "qmqpd":
		return smtpd
	case "smtp", "lmtp", "local", "virtual", "pipe", "error":
		return delivering
	case "discard":
		return discard
	case "cleanup":
		return cleanup
	case "qmgr", "oqmgr", "nqmgr":
		return qmgr
	case "bounce":
		return bounce
	case "pickup":
		return pickup
	case "postsuper":
		return postsuper
	case "anvil", "scache":
		return statistics
	case "postscreen", "dnsblog", "tlsproxy":
		return screening
	case "tlsmgr":
		return tlsHelper
	case "master", "postfix-script", "postlogd", "postlog", "trivial-rewrite", "proxymap", "proxywrite", "verify",
		"flush", "showq", "spawn", "sendmail", "postdrop", "postqueue", "postmap", "postalias", "postconf",
		"postmulti", "postkick", "postcat", "postlock", "postfix", "set-permissions", "post-install":
		return housekeeping
	case "policy-spf", "policyd-spf", "policyd-weight", "postgrey", "postsrsd", "tlsrpt": // as master.cf often names them
		return foreign
	}
	return unknown
}

// A tag is what a program's name says of its lines; it is the note on an origin.
type tag struct {
	instance []byte
	service  bool // one is named
	daemon   daemon
	queue    *queue.Queue // nil until somebody asks
}

// head reads the tag, where it is not known already, and what it says of the line.
func (r *record) head() {
	t, ok := r.Note.(*tag)
	if !ok {
		t = new(tag)
		r.Note = t
	}
	if !r.Noted {
		t.read(r.Tag)
		r.Noted = true
	}
	if r.tag != t { // an unneeded write costs while memory is collected
		r.tag = t
	}
}

// read reads a program's name.
//
//	INSTANCE[/SERVICE…]/DAEMON
func (t *tag) read(name []byte) {
	*t = tag{daemon: foreign}
	first := bytes.IndexByte(name, '/')
	switch {
	case name == nil:
		t.daemon = untagged
		return
	case first < 0 && scan.Begins(name, "postfix"):
		t.instance, t.daemon = name, housekeeping
		return
	case first <= 0:
		return
	}
	last := bytes.LastIndexByte(name, '/')
	d := daemonOf(name[last+1:])
	if d == unknown && !scan.Begins(name, "postfix") {
		return
	}
	t.instance, t.service, t.daemon = name[:first], last > first, d
}

// postfix reports whether the line says it is of Postfix.
func (r *record) postfix() bool { return r.daemon > untagged }
