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
	*tag
	host []byte // the line's, or Options.Host
	text []byte // the line's, or what it repeats

	tags tags
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

// A tag is what a program's name says of its lines.
type tag struct {
	name     []byte
	instance []byte
	service  bool // one is named
	daemon   daemon
}

var noTag = tag{daemon: untagged}

// tags remembers tags that were read, of which a log has few.
type tags [32]tag

// of returns what a name says.
func (t *tags) of(name []byte) *tag {
	known := &t[(len(name)+int(name[len(name)-1]))%len(t)]
	if string(known.name) != string(name) {
		known.read(append(known.name[:0], name...))
	}
	return known
}

// read reads a name.
//
//	INSTANCE[/SERVICE…]/DAEMON
func (t *tag) read(name []byte) {
	*t = tag{name: name, daemon: foreign}
	first := bytes.IndexByte(name, '/')
	if first < 0 {
		if scan.Begins(name, "postfix") {
			t.instance, t.daemon = name, housekeeping
		}
		return
	}
	last := bytes.LastIndexByte(name, '/')
	d := daemonOf(name[last+1:])
	if first == 0 || (d == unknown && !scan.Begins(name, "postfix")) {
		return
	}
	t.instance, t.service, t.daemon = name[:first], last > first, d
}

// head reads the tag, and what it says of the line.
func (r *record) head() {
	r.tag, r.text = &noTag, r.Text
	if len(r.Tag) > 0 {
		r.tag = r.tags.of(r.Tag)
	}
}

// postfix reports whether the line says it is of Postfix.
func (r *record) postfix() bool { return r.daemon > untagged }
