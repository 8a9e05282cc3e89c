package kumomta

import (
	"bytes"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/jsonline"
	"mailfate/sources/mta"
	"mailfate/sources/mta/stamp"
	"mailfate/sources/texts"
)

// Options say what the lines themselves do not.
type Options = mta.Options

// Parser reads log records; New makes one.
type Parser struct {
	options     Options
	clock       stamp.Clock
	created     stamp.Clock // reads when messages were created
	provisional int

	// Of the record being read.
	emit       func(*schemas.Event)
	scanner    jsonline.Scanner
	rec        record
	heads      headers
	hash       schemas.Hash
	event      schemas.Event
	texts      texts.Set
	recipients []string
	named      bool   // by a Message-ID
	user       string // by whom the account is found
	buf        []byte
}

var _ sources.Parser = (*Parser)(nil)

// New returns a parser for one stream.
func New(o Options) *Parser {
	return &Parser{options: o, clock: o.Clock(), created: o.Clock()}
}

// Time is how far the stream's time has come, in ms since 1970 UTC.
func (p *Parser) Time() int64 { return p.clock.Now() }

// Provisional counts the records, since New, whose messages have a provisional
// name, because the logger adds no Message-ID.
func (p *Parser) Provisional() int { return p.provisional }

// Changes hands out nothing: every record stands for itself.
func (p *Parser) Changes(func(key, value []byte) error) error { return nil }

// Load has nothing to take back.
func (p *Parser) Load(_, _ []byte) error { return nil }

// Line parses one line, as sources.Parser says.
func (p *Parser) Line(line sources.Line, emit func(*schemas.Event)) sources.Result {
	data := bytes.TrimPrefix(line.Data, []byte("\ufeff"))
	if len(bytes.TrimSpace(data)) == 0 {
		return ignored(RuleBlank)
	}
	if !p.rec.read(&p.scanner, data) {
		return unparsed(NotJSON)
	}
	if string(p.rec.received.Raw) == "LogRecord" {
		return ignored(RuleLogRecord)
	}
	at, ok := p.time()
	if !ok {
		return unparsed(BadTime)
	}
	p.emit = emit
	p.event = schemas.Event{
		Time: at, Source: schemas.SourceKumoMTA, Host: p.options.Host, File: line.File, Offset: line.Offset,
	}
	result := p.byType()
	if result.Outcome != sources.Unparsed {
		p.clock.Advance(at)
	}
	return result
}

// time returns when the record was made: event_time, or the timestamp of older
// versions, which has whole seconds only.
func (p *Parser) time() (ms int64, ok bool) {
	if p.rec.eventTime.Type == jsonline.String {
		return p.clock.Field(p.rec.eventTime.Raw)
	}
	return p.clock.Field(p.rec.timestamp.Raw)
}

// byType reads a record by its type (docs.kumomta.com/reference/log_record,
// Record Types).
func (p *Parser) byType() sources.Result {
	switch string(p.rec.kind.Raw) {
	case "Reception", "XferIn":
		return p.transport(schemas.Queued)
	case "Delivery":
		return p.transport(schemas.Delivered)
	case "TransientFailure":
		return p.transport(schemas.Deferred)
	case "Bounce":
		return p.transport(schemas.Bounced)
	case "AdminBounce": // whose response is KumoMTA's own, 551 5.7.1
		p.event.Reason = schemas.LocalError
		return p.transport(schemas.Bounced)
	case "Expiration":
		return p.transport(schemas.Expired)
	case "Rejection":
		return p.rejection()
	case "OOB":
		return p.outOfBand()
	case "Feedback":
		return p.feedback()
	case "AdminRebind", "DeferredInjectionRebind":
		return ignored(RuleRebind)
	case "Delayed":
		return ignored(RuleDelayed)
	case "XferOut":
		return ignored(RuleTransfer)
	}
	return unparsed(UnknownType)
}
