package feedback

// Returned is what a mail that a report is about says of itself.
type Returned struct {
	MessageID, Subject, Recipient string // each may be empty
}

// ReadReturned reads such a mail, or its header alone.
func ReadReturned(data []byte) Returned {
	header, _ := splitMail(data)
	m := mail{returned: parseFields(header[:min(len(header), maxHeader)])}
	r := Returned{MessageID: m.messageID(), Subject: decoded(m.returned.first("subject"))}
	if to := m.recipients(); len(to) > 0 {
		r.Recipient = to[0]
	}
	return r
}
