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
	mta.State // without parts: every record stands for itself
	options   Options
	clock     stamp.Clock
	created   stamp.Clock // reads when messages were created

	// Of the record being read.
	emit       func(*schemas.Event)
	scanner    jsonline.Scanner
	rec        *jsonline.Reader
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
	p := &Parser{options: o, rec: jsonline.NewReader(fields), clock: o.Clock(), created: o.Clock()}
	p.State = mta.NewState(&p.clock)
	return p
}

// Line parses one line, as sources.Parser says.
func (p *Parser) Line(line sources.Line, emit func(*schemas.Event)) sources.Result {
	data := bytes.TrimPrefix(line.Data, []byte("\ufeff"))
	if len(bytes.TrimSpace(data)) == 0 {
		return mta.Ignored(RuleBlank)
	}
	if p.rec.Read(data) != nil {
		return mta.Malformed(NotJSON)
	}
	if string(p.rec.Value(received).Raw) == "LogRecord" {
		return mta.Ignored(RuleLogRecord)
	}
	at, ok := p.time()
	if !ok {
		return mta.Malformed(BadTime)
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
	if p.rec.Value(eventTime).Type == jsonline.String {
		return p.clock.Field(p.rec.Value(eventTime).Raw)
	}
	return p.clock.Field(p.rec.Value(timestamp).Raw)
}

// byType reads a record by its type (docs.kumomta.com/reference/log_record,
// Record Types). Any is the name of all of them in the configuration of loggers, and
// no record's.
func (p *Parser) byType() sources.Result {
	switch string(p.rec.Value(kind).Raw) {
	case "Reception", "XferIn":
		return p.transport(schemas.Queued)
	case "Delivery":
		return p.transport(schemas.Delivered)
	case "TransientFailure":
		return p.transport(schemas.Deferred)
	case "Bounce":
		return p.transport(schemas.Bounced)
	case "AdminBounce": // a person took it out of the queue; no server said a word
		return p.transport(schemas.Cancelled)
	case "Expiration":
		return p.transport(schemas.Expired)
	case "Rejection":
		return p.rejection()
	case "OOB":
		return p.outOfBand()
	case "Feedback":
		return p.feedback()
	case "AdminRebind", "DeferredInjectionRebind":
		return mta.Ignored(RuleRebind)
	case "Delayed", "Delay": // as code and documentation name it
		return mta.Ignored(RuleDelayed)
	case "XferOut":
		return mta.Ignored(RuleTransfer)
	}
	return mta.Malformed(UnknownType)
}
