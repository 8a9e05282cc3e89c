package platform

import (
	"bytes"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/jsonline"
	"mailfate/sources/texts"
)

// MaxLine is the longest line that is read, in bytes.
const MaxLine = 1 << 20

// The rules, as Result.Rule names them: of ignored lines only Blank, the others
// say why a line was not understood.
const (
	Blank        = "blank"
	TooLong      = "too_long"
	NotJSON      = "not_json"
	NoTime       = "no_time"
	BadTime      = "bad_time"
	UnknownEvent = "unknown_event"
	DerivedEvent = "derived_event"
	NoMessageID  = "no_message_id"
	UnknownCause = "unknown_reason"
	BadValue     = "bad_value"
)

// Options configures a parser.
type Options struct {
	// MessageID takes the platform's own id out of a Message-ID. Where it
	// returns "", and when it is nil, the Message-ID is the id.
	MessageID func(string) string
}

// Parser reads platform lines. It implements sources.Parser.
type Parser struct {
	opts    Options
	newest  int64
	scanner jsonline.Scanner
	members []jsonline.Member
	fields  [fieldCount]jsonline.Value
	texts   texts.Set
	form    []byte // the canonical form that is hashed
	tags    []string
	ev      schemas.Event
}

var _ sources.Parser = (*Parser)(nil)

// New returns a parser.
func New(opts Options) *Parser { return &Parser{opts: opts} }

// Line parses one line.
func (p *Parser) Line(line sources.Line, emit func(*schemas.Event)) sources.Result {
	data := bytes.TrimPrefix(line.Data, []byte("\ufeff"))
	if len(bytes.TrimSpace(data)) == 0 {
		return sources.Result{Outcome: sources.Ignored, Rule: Blank}
	}
	if rule := p.parse(data); rule != "" {
		return sources.Result{Outcome: sources.Unparsed, Rule: rule}
	}
	p.ev.File, p.ev.Offset = line.File, line.Offset
	p.newest = max(p.newest, p.ev.Time)
	p.ev.Bound()
	emit(&p.ev)
	return sources.Result{Outcome: sources.Events}
}

// Time is the largest time of an event so far.
func (p *Parser) Time() int64 { return p.newest }

// Changes has nothing to keep: each line stands for itself.
func (p *Parser) Changes(func(key, value []byte) error) error { return nil }

// Load has nothing to take back.
func (p *Parser) Load(_, _ []byte) error { return nil }

// parse fills p.ev, or says by which rule it cannot.
func (p *Parser) parse(data []byte) (rule string) {
	if len(data) > MaxLine {
		return TooLong
	}
	if !p.split(data) {
		return NotJSON
	}
	p.ev = schemas.Event{Source: schemas.SourcePlatform}
	for _, step := range steps {
		if rule := step(p); rule != "" {
			return rule
		}
	}
	return ""
}

// steps fill the event, in this order: an id needs everything else.
var steps = [...]func(*Parser) string{
	(*Parser).setTime, (*Parser).setKind, (*Parser).setNumbers, (*Parser).setTexts, (*Parser).setID,
}

// split sorts the object's members into p.members and p.fields.
func (p *Parser) split(data []byte) bool {
	p.members = p.members[:0]
	p.fields = [fieldCount]jsonline.Value{}
	for p.scanner.Object(data); p.scanner.Next(); {
		key, v := p.scanner.Key(), p.scanner.Value()
		p.members = append(p.members, jsonline.Member{Key: key, Value: v})
		if f, ok := fieldOf(key); ok {
			if v.Type == jsonline.Null {
				v = jsonline.Value{}
			}
			p.fields[f] = v
		}
	}
	return p.scanner.Err() == nil
}

// Recognises reports whether a file that begins with sample is platform lines:
// its first line is an object with a time, an event and a message id.
func Recognises(sample []byte) bool {
	sample = bytes.TrimLeft(bytes.TrimPrefix(sample, []byte("\ufeff")), " \t\r\n")
	line, _, _ := bytes.Cut(sample, []byte("\n"))
	var p Parser
	whole := len(line) <= MaxLine && p.split(line)
	if !whole && len(line) < len(sample) {
		return false
	}
	return p.fields[fieldTime].Type == jsonline.String && p.fields[fieldEvent].Type == jsonline.String &&
		(p.fields[fieldMessageID].Type != jsonline.None || !whole)
}
