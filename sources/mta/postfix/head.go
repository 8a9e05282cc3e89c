package postfix

import (
	"bytes"

	"mailfate/sources/mta/scan"
	"mailfate/sources/mta/syslog"
)

// A record is one line, taken apart as far as its tag goes:
//
//	STAMP HOST INSTANCE[/SERVICE…]/DAEMON[PID]: TEXT
type record struct {
	syslog.Line
	host     []byte // the line's, or Options.Host
	instance []byte
	service  bool // the tag names a service
	daemon   daemon
	text     []byte // the line's, or what it repeats
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

// head reads the tag, and what it says of the line.
func (r *record) head() {
	r.instance, r.service, r.daemon, r.text = nil, false, untagged, r.Text
	name := r.Tag
	if name == nil {
		return
	}
	r.daemon = foreign
	first := bytes.IndexByte(name, '/')
	if first < 0 {
		if scan.Begins(name, "postfix") {
			r.instance, r.daemon = name, housekeeping
		}
		return
	}
	last := bytes.LastIndexByte(name, '/')
	d := daemonOf(name[last+1:])
	if first == 0 || (d == unknown && !scan.Begins(name, "postfix")) {
		return
	}
	r.instance, r.service, r.daemon = name[:first], last > first, d
}

// postfix reports whether the line says it is of Postfix.
func (r *record) postfix() bool { return r.daemon > untagged }
