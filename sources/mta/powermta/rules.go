package powermta

// The rules by which lines are ignored: understood, and of no interest to what
// becomes of a message.
const (
	// RuleBlank is an empty line.
	RuleBlank = "blank"
	// RuleQueue is a failure of a whole queue (tq), which names no message.
	RuleQueue = "queue"
	// RuleDiscarded is mail that PowerMTA was told to throw away: nobody has
	// accepted it and nobody will.
	RuleDiscarded = "discarded"
)

// Rules lists all rules by which lines are ignored.
func Rules() []string { return []string{RuleBlank, RuleQueue, RuleDiscarded} }

// The rules that say why a line was not understood.
const (
	// NotCSV is a line that RFC 4180 does not allow.
	NotCSV = "not_csv"
	// TooLong is a line of a record that goes on over more lines than are taken in.
	TooLong = "too_long"
	// NoHeader is a record before any header that is not of the default columns.
	NoHeader = "no_header"
	// BadHeader is a header that does not name what every record needs.
	BadHeader = "bad_header"
	// WrongLength is a record of more or fewer columns than the header has.
	WrongLength = "wrong_length"
	// UnknownType is a record of a type that is not documented.
	UnknownType = "unknown_type"
	// BadTime is a record whose time cannot be read.
	BadTime = "bad_time"
	// NoRecipient is a record that names neither a message nor a recipient.
	NoRecipient = "no_recipient"
)
