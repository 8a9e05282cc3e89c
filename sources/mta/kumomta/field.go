package kumomta

import "mailfate/sources/jsonline"

// The fields of a record that say something to us. What is in an object follows it.
const (
	record = iota
	kind
	id
	nodeID
	sender
	recipient
	queue
	size
	timestamp
	eventTime
	created
	attempts
	received
	report
	response // what was answered, by the peer or by KumoMTA
	code
	content
	command
	enhanced // an enhanced status code (RFC 3463) in its parts
	class
	subject
	detail
	peer // who is at the other end
	peerName
	peerAddr
	own // our address
	ownAddr
	meta
	tenant
	authnID
	headers // those that the logger is configured to add: texts or lists of them
	messageIDHeader
	subjectHeader
)

// fields says which keys stand in which object (docs.kumomta.com/reference/log_record).
var fields = []jsonline.Field{
	{In: record, Key: "type", Is: kind},
	{In: record, Key: "id", Is: id},
	{In: record, Key: "nodeid", Is: nodeID},
	{In: record, Key: "sender", Is: sender},
	{In: record, Key: "recipient", Is: recipient},
	{In: record, Key: "queue", Is: queue},
	{In: record, Key: "size", Is: size},
	{In: record, Key: "timestamp", Is: timestamp},
	{In: record, Key: "event_time", Is: eventTime},
	{In: record, Key: "created", Is: created},
	{In: record, Key: "num_attempts", Is: attempts},
	{In: record, Key: "reception_protocol", Is: received},
	{In: record, Key: "feedback_report", Is: report},
	{In: record, Key: "response", Is: response},
	{In: response, Key: "code", Is: code},
	{In: response, Key: "content", Is: content},
	{In: response, Key: "command", Is: command},
	{In: response, Key: "enhanced_code", Is: enhanced},
	{In: enhanced, Key: "class", Is: class},
	{In: enhanced, Key: "subject", Is: subject},
	{In: enhanced, Key: "detail", Is: detail},
	{In: record, Key: "peer_address", Is: peer},
	{In: peer, Key: "name", Is: peerName},
	{In: peer, Key: "addr", Is: peerAddr},
	{In: peer, Key: "address", Is: peerAddr},
	{In: record, Key: "source_address", Is: own},
	{In: own, Key: "addr", Is: ownAddr},
	{In: own, Key: "address", Is: ownAddr},
	{In: record, Key: "meta", Is: meta},
	{In: meta, Key: "tenant", Is: tenant},
	{In: meta, Key: "authn_id", Is: authnID},
	{In: record, Key: "headers", Is: headers},
	{In: headers, Key: "Message-ID", Is: messageIDHeader, AnyCase: true},
	{In: headers, Key: "Subject", Is: subjectHeader, AnyCase: true},
}
