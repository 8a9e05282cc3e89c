package postfix

import (
	"bytes"

	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/scan"
)

// asides are what is said of a message beside its way.
var asides = []phrase{
	{"skipped, still being delivered", RuleSkipped},
	{"warning: ", RuleAction}, // warning: header Subject: … from …
	{"reject_warning: ", RuleRejectWarning},
	{"warn: ", RuleAction},
	{"info: ", RuleAction},
	{"hold: ", RuleAction},
	{"discard: ", RuleAction},
	{"redirect: ", RuleAction},
	{"filter: ", RuleAction},
	{"replace: ", RuleAction},
	{"prepend: ", RuleAction},
	{"permit: ", RuleAction},
	{"strip: ", RuleAction},
	{"delay: ", RuleAction},
	{"bcc: ", RuleAction},
	{"pass: ", RuleAction},
	{"hangup: ", RuleAction},
	{"trigger: ", RuleAction},
	{"milter-hold: ", RuleAction},
	{"milter-discard: ", RuleAction},
	{"milter-header-", RuleAction},
	{"milter-body-", RuleAction},
	{"milter-quarantine: ", RuleAction},
	{"proxy-accept: ", RuleAction},
	{"placed on hold", RuleAdmin},
	{"released from hold", RuleAdmin},
	{"requeued", RuleAdmin},
	{"expired", RuleAdmin},
	{"force-expired", RuleAdmin},
	{"status=deferred (", RuleNotification}, // status=deferred (bounce failed)
	{"not sending trace/success notification ", RuleNotification},
	{"no trace file -- not sending a notification", RuleNotification},
	{"lost connection after ", RuleConnection}, // of a client, from 3.11 on with the queue id
	{"timeout after ", RuleConnection},
	{"too many errors after ", RuleConnection},
}

// attempts are what delivery agents say of one server of several.
var attempts = []phrase{
	{"host ", RuleAttempt},
	{"lost connection with ", RuleAttempt},
	{"conversation with ", RuleAttempt},
	{"connect to ", RuleAttempt},
	{"enabling PIX ", RuleAttempt},
	{"Cannot start TLS", RuleAttempt},
	{"TLS is required", RuleAttempt},
	{"Server certificate not ", RuleAttempt},
	{"SASL authentication failed", RuleAttempt},
	{"Sender requested REQUIRETLS", RuleAttempt},
	{"Host or domain name not found", RuleAttempt},
	{"unable to look up host ", RuleAttempt},
	{"unable to find primary relay ", RuleAttempt},
	{"mail for ", RuleAttempt}, // mail for b.test loops back to myself
	{"message size ", RuleAttempt},
	{"server unavailable ", RuleAttempt},
	{"client TLS configuration problem", RuleAttempt},
	{"TLSA lookup error ", RuleAttempt},
	{"local data error ", RuleAttempt},
	{"passing <", RuleAttempt}, // passing <recipient> to transport=NAME
	{"breaking line ", RuleAttempt},
	{"server certificate verification failed", RuleTLS},
	{"no shared cipher", RuleTLS},
	{"TLSRPT: ", RuleTLS}, // TLSRPT: status=…, domain=…
}

func (p *Parser) aside(id, s []byte) sources.Result {
	if p.rec.daemon == cleanup && len(id) > 0 {
		if text, ok := loggedSubject(s); ok {
			return p.subject(id, text)
		}
	}
	if rule := match(asides, s); rule != "" {
		return mta.Ignored(rule)
	}
	// qmqpd: host[address]: lost connection while receiving …
	if _, ending, ok := bytes.Cut(s, []byte("]: ")); ok && p.rec.daemon == smtpd && scan.Begins(ending, "lost connection while ") {
		return mta.Ignored(RuleConnection)
	}
	if p.rec.daemon == delivering {
		if rule := match(attempts, s); rule != "" {
			return mta.Ignored(rule)
		}
	}
	return mta.Unparsed
}
