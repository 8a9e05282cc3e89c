package sendmail

import (
	"bytes"

	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/scan"
)

// A phrase is how lines that are ignored by a rule begin.
type phrase struct{ prefix, rule string }

// phrases are what is said beside the way of a message.
var phrases = []phrase{
	{"STARTTLS", RuleTLS},
	{"tls_", RuleTLS},
	{"TLS", RuleTLS},
	{"engine=", RuleTLS},
	{"AUTH", RuleAuthentication},
	{"error: safesasl(", RuleAuthentication},
	{"Milter", RuleMilter},
	{"milter_", RuleMilter},
	{"connect from ", RuleConnection},
	{"SMTP outgoing connect on ", RuleConnection},
	{"makeconnection ", RuleConnection},
	{"collect: ", RuleConnection},
	{"lost input channel from ", RuleConnection},
	{"timeout waiting for input from ", RuleConnection},
	{"unauthorized PIPELINING", RuleConnection},
	{"Connection rate limit ", RuleConnection},
	{"premature EOM: ", RuleConnection},
	{"tcpwrappers ", RuleConnection},
	{"--- ", RuleDialogue},
	{"<-- ", RuleDialogue},
	{"SYSERR(", RuleWarning},
	{"SYSERR: ", RuleWarning},
	{"WARNING: ", RuleWarning},
	{"Warning: ", RuleWarning},
	{"warning: ", RuleWarning},
	{"poststats: ", RuleWarning},
	{"error: ", RuleWarning},
	{"gethostbyaddr(", RuleWarning},
	{"MCI@", RuleWarning}, // the state of connections and files, when a warning asks for it
	{" ", RuleWarning},
	{"starting daemon ", RuleDaemon},
	{"started as: ", RuleDaemon},
	{"stopping daemon", RuleDaemon},
	{"restarting ", RuleDaemon},
	{"daemon ", RuleDaemon},
	{"accepting ", RuleDaemon},
	{"rejecting connections on daemon ", RuleDaemon},
	{"have been rejecting connections ", RuleDaemon},
	{"alias database ", RuleDaemon},
	{"log sendmail ", RuleDaemon},
	{"runqueue: ", RuleQueueRun},
	{"grew WorkList ", RuleQueueRun},
	{"Losing ", RuleQueueRun},
	{"locked", RuleQueueRun},
	{"queueup", RuleQueueRun},
	{"trying ", RuleQueueRun},
	{"Removed quarantine ", RuleQueueRun},
	{"unquarantine", RuleQueueRun},
	{"discarded", RuleDiscarded},
}

// within are what lines hold that begin with the name of a client or file.
var within = []struct {
	words []byte
	rule  string
}{
	{[]byte(" did not issue "), RuleConnection},
	{[]byte(": possible SMTP attack: "), RuleConnection},
	{[]byte(" aliases, longest "), RuleDaemon}, // /etc/mail/aliases: 3 aliases, longest 10 bytes, 52 bytes total
	{[]byte(" no reverse dns"), RuleConnection},
}

// aside reads a line that does not say what became of a message; id is nil when
// it names none.
func (p *Parser) aside(id, s []byte) sources.Result {
	if rest, ok := scan.After(s, "ruleset="); ok {
		return p.ruleset(id, rest)
	}
	if rest, ok := isAuthenticated(s); ok {
		return p.authenticated(rest)
	}
	if scan.Begins(s, "Milter: ") || scan.Begins(s, "milter=") {
		return p.milter(id, s)
	}
	for i := range phrases {
		if scan.Begins(s, phrases[i].prefix) {
			return mta.Ignored(phrases[i].rule)
		}
	}
	for _, w := range within {
		if bytes.Contains(s[:min(len(s), 512)], w.words) {
			return mta.Ignored(w.rule)
		}
	}
	return mta.Unparsed
}
