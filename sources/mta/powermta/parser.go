package powermta

import (
	"bytes"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/stamp"
	"mailfate/sources/saved"
	"mailfate/sources/texts"
)

// Options say what the lines themselves do not.
type Options = mta.Options

// Parser reads accounting files; New makes one.
type Parser struct {
	mta.State
	options Options
	clock   stamp.Clock
	queued  stamp.Clock // reads timeQueued, of which there are runs too
	seen    writtenTime
	hashes  sources.LineHash
	open    open // what began before the line being read

	header header

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
	p.State = mta.NewState(&p.clock,
		saved.Named{Prefix: mta.ClockKey, Name: "clock", Part: saved.One(&p.clock)},
		saved.Named{Prefix: headerKey, Name: "header", Part: saved.One(&p.header)},
		saved.Named{Prefix: openKey, Name: "open record", Part: saved.One(&p.open)},
		saved.Named{Prefix: mta.LineKey, Name: "lines", Part: &p.hashes},
	)
	p.header.columns, _ = parseHeader([]byte(defaultHeader))
	return p
}

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
		return mta.Ignored(RuleBlank)
	}
	if isHeader(line.Data) {
		return p.readHeader(line.Data)
	}
	switch p.rec.split(line.Data, p.header.columns) {
	case unclosed:
		p.open.add(line)
		return mta.Context
	case malformed:
		return mta.Malformed(NotCSV)
	}
	return p.readRecord(line)
}

func (p *Parser) readHeader(line []byte) sources.Result {
	if !p.header.read(line) {
		return mta.Malformed(BadHeader)
	}
	return mta.Context
}

// readRecord reads the record that was split.
func (p *Parser) readRecord(line sources.Line) sources.Result {
	if p.rec.n != len(p.header.columns) {
		if p.header.text == nil {
			return mta.Malformed(NoHeader)
		}
		return mta.Malformed(WrongLength)
	}
	at, ok := p.clock.Field(p.rec.value(timeLogged))
	if !ok {
		return mta.Malformed(BadTime)
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
