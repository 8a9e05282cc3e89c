package exim

import (
	"bytes"

	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/scan"
)

// A phrase is how lines that are ignored by a rule begin.
type phrase struct{ prefix, rule string }

// phrases are sorted by their first byte.
type phrases [256][]phrase

func newPhrases(all ...phrase) (p phrases) {
	for _, is := range all {
		p[is.prefix[0]] = append(p[is.prefix[0]], is)
	}
	return p
}

// match returns the rule of the first phrase that s begins with, "" for none.
func (p *phrases) match(s []byte) string {
	if len(s) == 0 {
		return ""
	}
	for _, is := range p[s[0]] {
		if scan.Begins(s, is.prefix) {
			return is.rule
		}
	}
	return ""
}

// plain reads a line about no message.
func (p *Parser) plain(s []byte) sources.Result {
	if scan.Begins(s, "H=") || scan.Begins(s, "U=") || scan.Begins(s, "F=") {
		return p.client(s)
	}
	if rest, ok := scan.After(s, "unqualified "); ok {
		return p.unqualified(rest)
	}
	if rule := clients.match(s); rule != "" {
		return mta.Ignored(rule)
	}
	if rule := anywhere.match(s); rule != "" {
		return mta.Ignored(rule)
	}
	if i := bytes.Index(s[:min(len(s), 64)], []byte(" authenticator failed ")); i > 0 {
		return mta.Ignored(RuleLogin)
	}
	if scan.Begins(s, "exim ") && bytes.Contains(s, []byte(" daemon started: ")) {
		return mta.Ignored(RuleDaemon)
	}
	return mta.Unparsed
}

// clients are phrases about clients and their connections.
var clients = newPhrases([]phrase{
	{"SMTP connection ", RuleConnection},
	{"no MAIL in ", RuleConnection},
	{"unexpected disconnection while ", RuleConnection},
	{"unexpected SMTP ", RuleConnection},
	{"Connection from ", RuleConnection},
	{"connection from ", RuleConnection},
	{"refused connection from ", RuleConnection},
	{"SMTP command timeout ", RuleConnection},
	{"SMTP data timeout ", RuleConnection},
	{"SMTP call from ", RuleConnection},
	{"SMTP syntax error ", RuleProtocol},
	{"SMTP protocol ", RuleProtocol},
	{"SMTP message ", RuleProtocol},
	{"SMTP timeout ", RuleConnection},
	{"rejected EHLO from ", RuleRejectWithoutRecipient},
	{"rejected HELO from ", RuleRejectWithoutRecipient},
	{"rejected ", RuleRejectWithoutRecipient},
	{"temporarily rejected ", RuleRejectWithoutRecipient},
	{"sender verify ", RuleVerify},
	{"no host name found for ", RuleVerify},
	{"no IP address found for ", RuleVerify},
	{"too many ", RuleConnection},
	{"auth_", RuleLogin},
	{"AUTH ", RuleLogin},
	{"ETRN ", RuleProtocol},
	{"VRFY ", RuleProtocol},
	{"EXPN ", RuleProtocol},
	{"dropping connection ", RuleConnection},
	{"Start queue run: ", RuleDaemon},
	{"End queue run: ", RuleDaemon},
	{"cwd=", RuleDaemon}, // cwd=/ 3 args: exim -bp
	{"pid ", RuleDaemon}, // pid 12: SIGHUP received: re-exec daemon
	{"daemon ", RuleDaemon},
	{"Exim configuration ", RuleDaemon},
	{"SIGHUP ", RuleDaemon},
	{"permission denied", RuleWarning},
	{"exim user lost privilege ", RuleWarning}, // exim user lost privilege for using -C option
	{"DKIM: ", RuleCheck},
	{"PDKIM: ", RuleCheck},
	{"DMARC", RuleCheck},
	{"SPF", RuleCheck},
}...)

// anywhere are phrases that lines about messages and others share.
var anywhere = newPhrases([]phrase{
	{"Warning: ", RuleWarning},
	{"WARNING: ", RuleWarning},
	{"TLS error ", RuleTLS},
	{"TLS session", RuleTLS},
	{"TLS ", RuleTLS},
	{"SMTP connection ", RuleConnection},
	{"failed to ", RuleWarning},
	{"Failed to ", RuleWarning},
	{"Failed writing ", RuleWarning},
	{"cannot ", RuleWarning},
	{"Cannot ", RuleWarning},
	{"unable to ", RuleWarning},
	{"Unable to ", RuleWarning},
	{"error ", RuleWarning},
	{"Error ", RuleWarning},
	{"Remote host ", RuleAttempt},
	{"Connection refused", RuleAttempt},
	{"lowest numbered MX record points to local host", RuleAttempt},
	{"all hosts for ", RuleAttempt},
	{"SMTP error from remote ", RuleAttempt},
	{"LMTP error from remote ", RuleAttempt},
}...)
