package exim

// The rules by which lines are ignored: understood, and of no interest to what
// becomes of a message.
const (
	// RuleNotExim is a line that another program wrote to the same syslog.
	RuleNotExim = "not_exim"
	// RuleCopy is a line that syslog got twice, since it goes to two of Exim's logs.
	RuleCopy = "copy"
	// RuleContinued is what syslog has of a line behind a line feed: the headers of
	// a refused message, or the rest of a warning.
	RuleContinued = "continued"
	// RuleConnection is a client that came, left or was sent away before it
	// named a recipient.
	RuleConnection = "connection"
	// RuleProtocol is a client that broke the rules of SMTP.
	RuleProtocol = "protocol"
	// RuleTLS is about encryption of a connection.
	RuleTLS = "tls"
	// RuleLogin is a client that failed to log in.
	RuleLogin = "login"
	// RuleVerify is an address or a client's name that was looked up; a
	// rejection that follows from it has its own line.
	RuleVerify = "verify"
	// RuleCheck is what DKIM, SPF, DMARC and scanners found.
	RuleCheck = "check"
	// RuleWarning is a warning or an error about Exim itself.
	RuleWarning = "warning"
	// RuleAction is an access control list that did something other than reject.
	RuleAction = "action"
	// RuleDaemon is about starting, stopping and running the queue.
	RuleDaemon = "daemon"
	// RuleQueued is why a message waits: nothing was tried yet.
	RuleQueued = "queued"
	// RuleRejectWithoutRecipient is a client turned away before it named anyone.
	RuleRejectWithoutRecipient = "reject_without_recipient"
	// RuleNotification is mail that Exim itself makes about other mail: bounces,
	// delay warnings, notices to the postmaster. It is no message.
	RuleNotification = "notification"
	// RuleReply is an answer that an alias or filter sends for an address.
	RuleReply = "reply"
	// RuleDiscarded is a recipient whose mail was thrown away. Exim logs it like
	// a delivery, but nobody has accepted it and nobody will.
	RuleDiscarded = "discarded"
	// RuleAttempt is one server of several that could not be used; what it means
	// for a recipient stands in its own line.
	RuleAttempt = "attempt"
	// RuleSkipped is a message that a queue run left alone.
	RuleSkipped = "skipped"
	// RuleFrozen is a message that waits for a person, or waits no longer.
	RuleFrozen = "frozen"
	// RuleAdmin is a person who changed a message's envelope.
	RuleAdmin = "admin"
)

// Rules lists all rules.
func Rules() []string {
	return []string{
		RuleNotExim, RuleCopy, RuleContinued, RuleConnection, RuleProtocol, RuleTLS, RuleLogin, RuleVerify, RuleCheck, RuleWarning, RuleAction, RuleDaemon,
		RuleQueued, RuleRejectWithoutRecipient, RuleNotification, RuleReply, RuleDiscarded, RuleAttempt, RuleSkipped,
		RuleFrozen, RuleAdmin,
	}
}
