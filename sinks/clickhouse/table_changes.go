package clickhouse

import "mailfate/schemas"

// changeRows are rows of table status_changes.
type changeRows struct {
	table
	time                          when
	account                       word
	messageID, recipient          text
	cause                         number[uint64]
	kind, reason, class, fault    word
	derived                       boolean
	before, after                 [len(schemas.Vocabularies)]word
	finals                        [len(schemas.Vocabularies)]boolean
	code                          number[uint16]
	enhanced                      word
	remarks, url, sender          text
	senderDomain, recipientDomain word
	campaign                      word
	subject                       text
	revision                      number[uint64]
	withdrawn                     number[uint8]
	ingestedAt                    when
}

func newChangeRows() *changeRows {
	r := &changeRows{table: table{name: "status_changes"}}
	r.field("time", &r.time)
	r.field("account", &r.account)
	r.field("message_id", &r.messageID)
	r.field("recipient", &r.recipient)
	r.field("cause", &r.cause)
	r.field("kind", &r.kind)
	r.field("reason", &r.reason)
	r.field("class", &r.class)
	r.field("fault", &r.fault)
	r.field("derived", &r.derived)
	for i, v := range schemas.Vocabularies {
		name := vocabularyColumn(v)
		r.field(name+"_before", &r.before[i])
		r.field(name, &r.after[i])
	}
	for i, v := range schemas.Vocabularies {
		r.field(vocabularyColumn(v)+"_final", &r.finals[i])
	}
	r.field("code", &r.code)
	r.field("enhanced", &r.enhanced)
	r.field("remarks", &r.remarks)
	r.field("url", &r.url)
	r.field("sender", &r.sender)
	r.field("sender_domain", &r.senderDomain)
	r.field("recipient_domain", &r.recipientDomain)
	r.field("campaign", &r.campaign)
	r.field("subject", &r.subject)
	r.field("revision", &r.revision)
	r.field("withdrawn", &r.withdrawn)
	r.field("ingested_at", &r.ingestedAt)
	r.seal()
	return r
}

// add adds one change of a snapshot's history.
func (r *changeRows) add(s *schemas.Snapshot, c *schemas.Change) {
	r.write(s, c, &s.Row, false)
}

// withdraw adds the news that a change is not true.
func (r *changeRows) withdraw(s *schemas.Snapshot, w schemas.Withdrawal) {
	r.write(s, &schemas.Change{Cause: w.Cause, Time: w.Time}, &schemas.Row{}, true)
}

func (r *changeRows) write(s *schemas.Snapshot, c *schemas.Change, row *schemas.Row, withdrawn bool) {
	r.time.add(c.Time)
	r.account.add(account(s.Identity))
	r.messageID.add(s.MessageID)
	r.recipient.add(s.Recipient)
	r.cause.add(uint64(c.Cause))
	r.kind.name(kindNames[c.Kind])
	r.reason.name(reasonNames[c.Reason])
	r.class.name(class(c.Kind, c.Reason))
	r.fault.name(faultNames[c.Reason])
	r.derived.add(c.Derived)
	for i := range r.after {
		r.before[i].name(statusNames[i][c.Before[i]])
		r.after[i].name(statusNames[i][c.After[i]])
		r.finals[i].add(schemas.Vocabularies[i].Row(c.After[i]).Final)
	}
	r.code.add(c.Code)
	r.enhanced.add(c.Enhanced)
	r.remarks.add(c.Reply)
	r.url.add(c.URL)
	r.sender.add(row.Sender)
	r.senderDomain.add(schemas.Domain(row.Sender))
	r.recipientDomain.add(schemas.Domain(s.Recipient))
	r.campaign.add(row.Campaign)
	r.subject.add(row.Subject)
	r.revision.add(s.Revision)
	r.withdrawn.add(mark(withdrawn))
	r.ingestedAt.add(s.Intake)
}
