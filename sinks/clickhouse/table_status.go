package clickhouse

import (
	"cmp"

	"mailfate/pipeline/classify"
	"mailfate/schemas"
)

// otherProvider is whose a message is that nobody known takes.
const otherProvider = "other"

// statusRows are rows of table message_status.
type statusRows struct {
	table
	rules                         *classify.Rules
	account                       word
	messageID, recipient          text
	id                            number[uint64]
	emailID                       text
	statuses                      [len(schemas.Vocabularies)]word
	finals                        [len(schemas.Vocabularies)]boolean
	outcome, reason, class, fault word
	code                          number[uint16]
	enhanced                      word
	remarks, relay, sender        text
	senderDomain, recipientDomain word
	provider                      word
	subject                       text
	campaign                      word
	tags                          texts
	size                          number[int64]
	url                           text
	firstAt, lastAt               when
	times                         [len(rowTimeNames)]whenever
	counts                        [len(rowCountNames)]number[uint32]
	machineRules                  texts
	atLeast                       boolean
	revision                      number[uint64]
	withdrawn                     number[uint8]
	ingestedAt                    when
}

// The columns of rowTimes and rowCounts, in their order.
var (
	rowTimeNames = [...]string{
		"queued_at", "deferred_at", "delivered_at", "bounced_at", "expired_at", "opened_at", "read_at", "clicked_at",
		"unsubscribed_at", "complained_at", "machine_opened_at", "machine_clicked_at",
	}
	rowCountNames = [...]string{"deferrals", "opens", "clicks", "machine_opens", "machine_clicks", "suspicious", "attempts"}
)

func rowTimes(r *schemas.Row) [len(rowTimeNames)]int64 {
	return [...]int64{
		r.Queued, r.Deferred, r.Delivered, r.Bounced, r.Expired, r.Opened, r.Read, r.Clicked,
		r.Unsubscribed, r.Complained, r.MachineOpened, r.MachineClicked,
	}
}

func rowCounts(r *schemas.Row) [len(rowCountNames)]uint32 {
	return [...]uint32{r.Deferrals, r.Opens, r.Clicks, r.MachineOpens, r.MachineClicks, r.Suspicious, r.Attempts}
}

func newStatusRows(rules *classify.Rules) *statusRows {
	r := &statusRows{table: table{name: "message_status"}, rules: rules}
	r.field("account", &r.account)
	r.field("message_id", &r.messageID)
	r.field("recipient", &r.recipient)
	r.field("id", &r.id)
	r.field("email_id", &r.emailID)
	for i, v := range schemas.Vocabularies {
		r.field(vocabularyColumn(v), &r.statuses[i])
	}
	for i, v := range schemas.Vocabularies {
		r.field(vocabularyColumn(v)+"_final", &r.finals[i])
	}
	r.field("outcome", &r.outcome)
	r.field("reason", &r.reason)
	r.field("class", &r.class)
	r.field("fault", &r.fault)
	r.field("code", &r.code)
	r.field("enhanced", &r.enhanced)
	r.field("remarks", &r.remarks)
	r.field("relay", &r.relay)
	r.field("sender", &r.sender)
	r.field("sender_domain", &r.senderDomain)
	r.field("recipient_domain", &r.recipientDomain)
	r.field("provider", &r.provider)
	r.field("subject", &r.subject)
	r.field("campaign", &r.campaign)
	r.field("tags", &r.tags)
	r.field("size", &r.size)
	r.field("url", &r.url)
	r.field("first_at", &r.firstAt)
	r.field("last_at", &r.lastAt)
	for i, name := range rowTimeNames {
		r.field(name, &r.times[i])
	}
	for i, name := range rowCountNames {
		r.field(name, &r.counts[i])
	}
	r.field("machine_rules", &r.machineRules)
	r.field("at_least", &r.atLeast)
	r.field("revision", &r.revision)
	r.field("withdrawn", &r.withdrawn)
	r.field("ingested_at", &r.ingestedAt)
	r.seal()
	return r
}

// add adds the row that a snapshot tells of, or its withdrawal.
func (r *statusRows) add(s *schemas.Snapshot, withdrawn bool) {
	row := &s.Row
	if withdrawn {
		row = &schemas.Row{} // a snapshot that is not shown has none
	}
	r.account.add(account(s.Identity))
	r.messageID.add(s.MessageID)
	r.recipient.add(s.Recipient)
	r.id.add(messageNumber(s.Identity))
	r.emailID.add(row.EmailID)
	for i := range r.statuses {
		r.statuses[i].name(statusNames[i][row.Statuses[i]])
		r.finals[i].add(schemas.Vocabularies[i].Row(row.Statuses[i]).Final)
	}
	r.outcome.name(outcomes[row.Statuses[0]])
	r.addFailure(row)
	r.relay.add(row.Relay)
	r.sender.add(row.Sender)
	r.senderDomain.add(schemas.Domain(row.Sender))
	domain := schemas.Domain(s.Recipient)
	r.recipientDomain.add(domain)
	r.provider.add(cmp.Or(r.rules.Provider(domain), r.rules.Provider(row.Relay), otherProvider))
	r.subject.add(row.Subject)
	r.campaign.add(row.Campaign)
	r.tags.add(row.Tags)
	r.size.add(row.Size)
	r.url.add(row.URL)
	r.firstAt.add(row.First)
	r.lastAt.add(row.Last)
	for i, t := range rowTimes(row) {
		r.times[i].add(t)
	}
	for i, n := range rowCounts(row) {
		r.counts[i].add(n)
	}
	r.machineRules.add(row.MachineRules)
	r.atLeast.add(row.AtLeast)
	r.revision.add(s.Revision)
	r.withdrawn.add(mark(withdrawn))
	r.ingestedAt.add(s.Intake)
}

func (r *statusRows) addFailure(row *schemas.Row) {
	bounce := schemas.KindNone
	if row.Bounced != 0 {
		bounce = schemas.Bounced
	}
	r.reason.name(reasonNames[row.Reason])
	r.class.name(class(bounce, row.Reason))
	r.fault.name(faultNames[row.Reason])
	r.code.add(row.Code)
	r.enhanced.add(row.Enhanced)
	r.remarks.add(row.Reply)
}

// messageNumber makes the number that stands for a message and its recipient.
// The account is no part of it: the number stays when the account is learned.
func messageNumber(id schemas.Identity) uint64 {
	return uint64(schemas.HashEvent("number", id.MessageID, id.Recipient).ID())
}

func mark(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}
