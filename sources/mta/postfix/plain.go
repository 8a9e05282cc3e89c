package postfix

import (
	"bytes"

	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/scan"
)

// A phrase is how lines that are ignored by a rule begin.
type phrase struct{ prefix, rule string }

// anyDaemon are phrases of the library that all daemons share.
var anyDaemon = []phrase{
	{"warning: ", RuleWarning},
	{"error: ", RuleWarning},
	{"fatal: ", RuleWarning},
	{"panic: ", RuleWarning},
	{"table ", RuleDaemon}, // table hash:/etc/postfix/x(0,lock|…) has changed -- restarting
	{"statistics: ", RuleStatistics},
	{"using backwards-compatible default setting ", RuleDaemon},
	{"auto-clnt_", RuleDaemon},
	{"terminating on signal ", RuleDaemon},
	{"reload ", RuleDaemon}, // reload after configuration change
	{"SSL_accept:", RuleTLS},
	{"SSL_connect:", RuleTLS},
	{"SSL3 alert ", RuleTLS},
	{"TLSRPT: ", RuleTLS},
}

// serverPhrases are what smtpd says of clients.
var serverPhrases = []phrase{
	{"connect from ", RuleConnect},
	{"disconnect from ", RuleDisconnect},
	{"lost connection after ", RuleConnection},
	{"timeout after ", RuleConnection},
	{"too many errors after ", RuleConnection},
	{"improper command pipelining after ", RuleConnection},
	{"SSL_accept error from ", RuleTLS},
	{"setting up TLS connection from ", RuleTLS},
	{"discarding EHLO keywords: ", RuleConnection},
	{"sasl_exceptions: ", RuleConnection},
}

// clientPhrases are what delivery agents say of servers, before a message is at stake.
var clientPhrases = []phrase{
	{"connect to ", RuleConnection},
	{"SSL_connect error to ", RuleTLS},
	{"setting up TLS connection to ", RuleTLS},
	{"host ", RuleConnection},
	{"lost connection with ", RuleConnection},
	{"timeout while ", RuleConnection},
	{"discarding EHLO keywords: ", RuleConnection},
	{"Host offered STARTTLS: ", RuleTLS},
	{"SSL_set_fd error to ", RuleTLS},
	{"SMTPS wrappermode ", RuleTLS},
}

// tlsWords occur in lines about encryption, wherever in them.
var tlsWords = [][]byte{[]byte(" TLS connection "), []byte("certificate"), []byte("TLS engine"), []byte("TLS SNI"), []byte("TLS policy"), []byte("TLSA"), []byte("re-using session with untrusted "), []byte(": subject_CN=")}

// plain reads a line without a queue id.
func (p *Parser) plain(s []byte) sources.Result {
	if p.rec.daemon == smtpd && scan.Begins(s, "proxy-") {
		if rest, ok := scan.After(s, "proxy-accept: "); ok {
			return p.passed(rest)
		}
		if rest, ok := scan.After(s, "proxy-reject: "); ok {
			return p.refuse(nil, rest)
		}
	}
	return aboutNone(p.rec.daemon, s)
}

// aboutNone reads a line that is about no message.
func aboutNone(d daemon, s []byte) sources.Result {
	var own []phrase
	switch d {
	case smtpd:
		own = serverPhrases
	case delivering, discard:
		own = clientPhrases
	}
	if rule := match(own, s); rule != "" {
		return mta.Ignored(rule)
	}
	if rule := match(anyDaemon, s); rule != "" {
		return mta.Ignored(rule)
	}
	switch d {
	case screening:
		return mta.Ignored(RulePostscreen)
	case tlsHelper:
		return mta.Ignored(RuleTLS)
	case postsuper: // Deleted: 2 messages
		return mta.Ignored(RuleAdmin)
	case housekeeping:
		return mta.Ignored(RuleDaemon)
	}
	for _, w := range tlsWords {
		if bytes.Contains(s[:min(len(s), 512)], w) {
			return mta.Ignored(RuleTLS)
		}
	}
	return mta.Unparsed
}

func match(phrases []phrase, s []byte) string {
	for i := range phrases {
		if scan.Begins(s, phrases[i].prefix) {
			return phrases[i].rule
		}
	}
	return ""
}
