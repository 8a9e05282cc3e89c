package clickhouse

import "mailfate/schemas"

// eventRows are rows of table events.
type eventRows struct {
	table
	messageID                      text
	eventID                        number[uint64]
	time                           when
	kind, reason, account          word
	recipient, emailID, sender     text
	subject                        text
	campaign                       word
	tags                           texts
	size                           number[int64]
	code                           number[uint16]
	enhanced, command              word
	remarks, relay                 text
	queueID, nextQueueID           text
	url, userAgent, ip             text
	match, confidence              word
	fingerprint, provider          word
	source, stream, host, instance word
	file                           text
	offset                         number[int64]
	ingestedAt                     moment
}

func newEventRows() *eventRows {
	r := &eventRows{table: table{name: "events"}}
	r.field("message_id", &r.messageID)
	r.field("event_id", &r.eventID)
	r.field("time", &r.time)
	r.field("kind", &r.kind)
	r.field("reason", &r.reason)
	r.field("account", &r.account)
	r.field("recipient", &r.recipient)
	r.field("email_id", &r.emailID)
	r.field("sender", &r.sender)
	r.field("subject", &r.subject)
	r.field("campaign", &r.campaign)
	r.field("tags", &r.tags)
	r.field("size", &r.size)
	r.field("code", &r.code)
	r.field("enhanced", &r.enhanced)
	r.field("command", &r.command)
	r.field("remarks", &r.remarks)
	r.field("relay", &r.relay)
	r.field("queue_id", &r.queueID)
	r.field("next_queue_id", &r.nextQueueID)
	r.field("url", &r.url)
	r.field("user_agent", &r.userAgent)
	r.field("ip", &r.ip)
	r.field("match", &r.match)
	r.field("confidence", &r.confidence)
	r.field("fingerprint", &r.fingerprint)
	r.field("provider", &r.provider)
	r.field("source", &r.source)
	r.field("stream", &r.stream)
	r.field("host", &r.host)
	r.field("instance", &r.instance)
	r.field("file", &r.file)
	r.field("offset", &r.offset)
	r.field("ingested_at", &r.ingestedAt)
	r.seal()
	return r
}

// add adds an event that was published at the given time, with the fingerprint of
// its reply and whose it is.
func (r *eventRows) add(ev *schemas.Event, published int64, fingerprint any, provider string) {
	r.messageID.add(ev.MessageID)
	r.eventID.add(uint64(ev.ID))
	r.time.add(ev.Time)
	r.kind.name(kindNames[ev.Kind])
	r.reason.name(reasonNames[ev.Reason])
	r.account.add(account(ev.Identity))
	r.recipient.add(ev.Recipient)
	r.emailID.add(ev.EmailID)
	r.sender.add(ev.Sender)
	r.subject.add(ev.Subject)
	r.campaign.add(ev.Campaign)
	r.tags.add(ev.Tags)
	r.size.add(ev.Size)
	r.code.add(ev.Code)
	r.enhanced.add(ev.Enhanced)
	r.command.add(ev.Command)
	r.remarks.add(ev.Reply)
	r.relay.add(ev.Relay)
	r.queueID.add(ev.QueueID)
	r.nextQueueID.add(ev.NextQueueID)
	r.url.add(ev.URL)
	r.userAgent.add(ev.UserAgent)
	r.ip.add(ev.IP)
	r.match.add(ev.Match.String())
	r.confidence.add(ev.Confidence.String())
	r.fingerprint.name(fingerprint)
	r.provider.add(provider)
	r.source.add(ev.Source.String())
	r.stream.add(ev.Stream)
	r.host.add(ev.Host)
	r.instance.add(ev.Instance)
	r.file.add(ev.File)
	r.offset.add(ev.Offset)
	r.ingestedAt.add(published)
}
