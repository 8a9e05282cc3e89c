package postfix

// The rules by which lines are ignored: understood, and of no interest to what
// becomes of a message.
const (
	// RuleNotPostfix is a line that another program wrote to the same log.
	RuleNotPostfix = "not_postfix"
	// RuleConnect is a client that connected.
	RuleConnect = "connect"
	// RuleDisconnect is a client that left.
	RuleDisconnect = "disconnect"
	// RuleConnection is a connection that failed, before it was about a message;
	// what that means for a message stands in its own status= line. Or a client
	// that went away in the middle of a dialogue.
	RuleConnection = "connection"
	// RuleTLS is about encryption of a connection.
	RuleTLS = "tls"
	// RuleWarning is a warning, error or panic of a daemon about itself.
	RuleWarning = "warning"
	// RuleStatistics are counters that a daemon logs.
	RuleStatistics = "statistics"
	// RulePostscreen is what postscreen and its helpers say of clients.
	RulePostscreen = "postscreen"
	// RuleDaemon is about starting, stopping and reloading Postfix itself.
	RuleDaemon = "daemon"
	// RuleRepeated is a syslog server's note that it left out lines that it
	// does not show.
	RuleRepeated = "repeated"
	// RuleAction is an access table, header check or milter that did something
	// other than reject: warn, hold, filter, redirect, prepend and the like.
	RuleAction = "action"
	// RuleRejectWarning is a reject that was only tried out (warn_if_reject).
	RuleRejectWarning = "reject_warning"
	// RuleRejectWithoutRecipient is a client turned away before it named anyone.
	RuleRejectWithoutRecipient = "reject_without_recipient"
	// RuleNotification is mail that Postfix itself makes about other mail:
	// bounces, delay warnings, notices to the postmaster. It is no message.
	RuleNotification = "notification"
	// RuleProbe is an address verification probe, which is no message either.
	RuleProbe = "probe"
	// RuleDiscarded is mail that the discard transport threw away. Postfix says
	// "sent", but nobody has accepted it and nobody will.
	RuleDiscarded = "discarded"
	// RuleAttempt is a step of a delivery: one server of several that could not be
	// used, or an agent that passes a recipient to another. The status= line follows.
	RuleAttempt = "attempt"
	// RuleSkipped is a queue file that qmgr left alone for now.
	RuleSkipped = "skipped"
	// RuleAdmin is a person who put mail on hold, released or requeued it.
	RuleAdmin = "admin"
)

// Rules lists all rules.
func Rules() []string {
	return []string{
		RuleNotPostfix, RuleConnect, RuleDisconnect, RuleConnection, RuleTLS, RuleWarning, RuleStatistics,
		RulePostscreen, RuleDaemon, RuleRepeated, RuleAction, RuleRejectWarning, RuleRejectWithoutRecipient,
		RuleNotification, RuleProbe, RuleDiscarded, RuleAttempt, RuleSkipped, RuleAdmin,
	}
}
