package feedback

// Returned is what a mail that a report is about says of itself.
type Returned struct {
	MessageID, Subject, Recipient string // each may be empty
}

// ReadReturned reads such a mail, or its header alone.
func ReadReturned(data []byte) Returned {
	r := report{returned: returnedFields(data, true)}
	return Returned{MessageID: r.messageID(), Subject: readable(r.returned.first("subject")), Recipient: r.onlyTo()}
}
