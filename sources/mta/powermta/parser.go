package powermta

import (
	"bytes"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/stamp"
	"mailfate/sources/texts"
)

// Options say what the lines themselves do not.
type Options = mta.Options

// Parser reads accounting files; New makes one.
type Parser struct {
	options Options
	clock   stamp.Clock
	queued  stamp.Clock // reads timeQueued, of which there are runs too
	seen    writtenTime
	hashes  sources.LineHash
	open    open // what began before the line being read

	columns     []column
	header      []byte // as written; nil while the columns are the default ones
	headerDirty bool

	provisional int

	// Of the record being read.
	emit  func(*schemas.Event)
	line  []byte
	rec   record
	event schemas.Event
	hash  schemas.Hash
	named bool // by a Message-ID
	texts texts.Set
	buf   []byte // a text that is put together
}

var _ sources.Parser = (*Parser)(nil)

// New returns a parser for one stream.
func New(o Options) *Parser {
	p := &Parser{options: o, clock: o.Clock(), queued: o.Clock()}
	p.columns, _ = parseHeader([]byte(defaultHeader))
	return p
}

// Time is how far the stream's time has come, in ms since 1970 UTC.
func (p *Parser) Time() int64 { return p.clock.Now() }

// Provisional counts the events, since New, whose messages have a provisional
// name, because the accounting file has no Message-ID.
func (p *Parser) Provisional() int { return p.provisional }

// Line parses one line, as sources.Parser says.
func (p *Parser) Line(line sources.Line, emit func(*schemas.Event)) sources.Result {
	p.emit = emit
	if line.Offset == 0 {
		line.Data = bytes.TrimPrefix(line.Data, []byte("\ufeff"))
	}
	return p.next(line)
}

func (p *Parser) next(line sources.Line) sources.Result {
	if p.open.empty() {
		return p.alone(line)
	}
	return p.continued(line)
}

// alone reads a line with which a record begins.
func (p *Parser) alone(line sources.Line) sources.Result {
	if len(bytes.TrimSpace(line.Data)) == 0 {
		return ignored(RuleBlank)
	}
	if isHeader(line.Data) {
		return p.readHeader(line.Data)
	}
	switch p.rec.split(line.Data, p.columns) {
	case unclosed:
		p.open.add(line)
		return contextual
	case malformed:
		return unparsed(NotCSV)
	}
	return p.readRecord(line)
}

func (p *Parser) readHeader(line []byte) sources.Result {
	columns, ok := parseHeader(line)
	if !ok {
		return unparsed(BadHeader)
	}
	p.columns = columns
	if !bytes.Equal(p.header, line) {
		p.header = append(p.header[:0], line...)
		p.headerDirty = true
	}
	return contextual
}

// readRecord reads the record that was split.
func (p *Parser) readRecord(line sources.Line) sources.Result {
	if p.rec.n != len(p.columns) {
		if p.header == nil {
			return unparsed(NoHeader)
		}
		return unparsed(WrongLength)
	}
	at, ok := p.clock.Field(p.rec.values[timeLogged])
	if !ok {
		return unparsed(BadTime)
	}
	p.line = line.Data
	p.event = schemas.Event{
		Time: at, Source: schemas.SourcePowerMTA, Host: p.options.Host, File: line.File, Offset: line.Offset,
	}
	result := p.byType()
	if result.Outcome != sources.Unparsed {
		p.clock.Advance(at)
	}
	return result
}
