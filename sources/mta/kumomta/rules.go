package kumomta

// The rules by which lines are ignored: understood, and of no interest to what
// becomes of a message.
const (
	// RuleBlank is an empty line.
	RuleBlank = "blank"
	// RuleLogRecord is a log record on its way to a webhook or the like, which
	// KumoMTA itself logs as if it were mail.
	RuleLogRecord = "log_record"
	// RuleRebind is a message that moved from one queue to another, of this node.
	RuleRebind = "rebind"
	// RuleDelayed says why a message waits that no server was tried for: it is to be
	// sent later, or a limit or a full queue holds it back. It is in the queue, as its
	// Reception has said.
	RuleDelayed = "delayed"
	// RuleTransfer is a message that moved to another node, under a new id.
	RuleTransfer = "transfer"
	// RuleRejectWithoutRecipient is a client turned away before it named anyone.
	RuleRejectWithoutRecipient = "reject_without_recipient"
)

// Rules lists all rules by which lines are ignored.
func Rules() []string {
	return []string{RuleBlank, RuleLogRecord, RuleRebind, RuleDelayed, RuleTransfer, RuleRejectWithoutRecipient}
}

// The rules that say why a line was not understood.
const (
	// NotJSON is a line that is not one JSON object, such as a template's.
	NotJSON = "not_json"
	// UnknownType is a record without a type, or of one that is not documented.
	UnknownType = "unknown_type"
	// BadTime is a record whose time cannot be read.
	BadTime = "bad_time"
	// BadValue is a record with a value of the wrong type.
	BadValue = "bad_value"
	// NoRecipient is a record that names neither a message nor a recipient.
	NoRecipient = "no_recipient"
)
