package postfix

import "bytes"

// A record is one line, taken apart as far as syslog goes:
//
//	STAMP HOST INSTANCE[/SERVICE…]/DAEMON[PID]: TEXT
type record struct {
	stamp []byte // as written
	rest  []byte // all that follows the stamp
	time  int64  // ms since 1970 UTC

	host     []byte
	instance []byte
	service  bool // the tag names a service
	daemon   daemon
	pid      int64 // 0 when it does not say
	text     []byte
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
	}
	return unknown
}

const (
	maxHost = 255 // RFC 1035, 2.3.4
	maxTag  = 128
)

// head takes the front of a line apart: from r.rest, what follows the stamp.
func (r *record) head() bool {
	b := r.rest[1:]
	i := bytes.IndexByte(b[:min(len(b), maxHost+1)], ' ')
	if i <= 0 {
		return false
	}
	r.host, b = b[:i], b[i+1:]
	r.tag(b)
	return true
}

// tag reads postfix-out/relay/smtp[123]: and what it says of the line.
func (r *record) tag(b []byte) {
	r.instance, r.service, r.daemon, r.pid, r.text = nil, false, untagged, 0, b
	end := tagEnd(b)
	if end == 0 {
		return
	}
	name := b[:end]
	pid, text, ok := cutPID(b[end:])
	if !ok {
		return
	}
	r.pid, r.text = pid, text
	r.daemon = foreign
	first := bytes.IndexByte(name, '/')
	if first < 0 {
		if begins(name, "postfix") {
			r.instance, r.daemon = name, housekeeping
		}
		return
	}
	last := bytes.LastIndexByte(name, '/')
	d := daemonOf(name[last+1:])
	if first == 0 || (d == unknown && !begins(name, "postfix")) {
		return
	}
	r.instance, r.service, r.daemon = name[:first], last > first, d
}

// tagEnd returns the length of a syslog tag without its process id.
func tagEnd(b []byte) int {
	for i, c := range b[:min(len(b), maxTag)] {
		switch c {
		case '[', ':':
			return i
		case ' ':
			return 0
		}
	}
	return 0
}

// cutPID reads "[123]: " or ": ".
func cutPID(b []byte) (pid int64, rest []byte, ok bool) {
	if b[0] == '[' {
		pid, b, ok = number(b[1:])
		if !ok || len(b) == 0 || b[0] != ']' {
			return 0, b, false
		}
		b = b[1:]
	}
	rest, ok = after(b, ": ")
	return pid, rest, ok
}

// postfix reports whether the line says it is of Postfix.
func (r *record) postfix() bool { return r.daemon > untagged }
