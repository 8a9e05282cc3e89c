package sendmail

// The rules by which lines are ignored: understood, and of no interest to what
// becomes of a message.
const (
	// RuleNotSendmail is a line that another program wrote to the same log.
	RuleNotSendmail = "not_sendmail"
	// RuleConnection is about a client or server, before it was about a message.
	RuleConnection = "connection"
	// RuleTLS is about encryption of a connection.
	RuleTLS = "tls"
	// RuleAuthentication is about who a client or we are, but no user of ours.
	RuleAuthentication = "authentication"
	// RuleWarning is a warning or error of sendmail about itself.
	RuleWarning = "warning"
	// RuleDaemon is about starting, stopping and maintaining sendmail itself.
	RuleDaemon = "daemon"
	// RuleQueueRun is about the work on the queue, such as files in use.
	RuleQueueRun = "queue_run"
	// RuleDialogue is a dialogue written down word by word, at high log levels.
	RuleDialogue = "dialogue"
	// RuleRepeated is a syslog server's note that it left out lines that it
	// does not show.
	RuleRepeated = "repeated"
	// RuleMilter is a mail filter that did something other than reject.
	RuleMilter = "milter"
	// RuleRejectWithoutRecipient is a client turned away before it named anyone,
	// or with a whole letter, whose to= lines follow.
	RuleRejectWithoutRecipient = "reject_without_recipient"
	// RuleNotification is mail that sendmail itself makes about other mail:
	// bounces, delay warnings, receipts. It is no message.
	RuleNotification = "notification"
	// RuleDiscarded is mail that was thrown away on purpose.
	RuleDiscarded = "discarded"
	// RuleWaiting is a recipient that nothing was tried for yet.
	RuleWaiting = "waiting"
)

// Rules lists all rules.
func Rules() []string {
	return []string{
		RuleNotSendmail, RuleConnection, RuleTLS, RuleAuthentication, RuleWarning, RuleDaemon, RuleQueueRun, RuleDialogue,
		RuleRepeated, RuleMilter, RuleRejectWithoutRecipient, RuleNotification, RuleDiscarded, RuleWaiting,
	}
}
