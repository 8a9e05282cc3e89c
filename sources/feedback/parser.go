package feedback

import (
	"bytes"
	"strings"

	"mailfate/schemas"
	"mailfate/sources"
)

// The rules, as Result.Rule names them: of ignored mails only NotAReport, the
// others say why a mail was not understood.
const (
	NotAReport     = "not_a_report"
	TooLarge       = "too_large"
	Malformed      = "malformed"        // no mail, or cut before what is needed
	TooComplex     = "too_complex"      // more parts, or deeper, than any report
	NoFeedbackPart = "no_feedback_part" // a report by its type, but without a machine's part
	NoFeedbackType = "no_feedback_type"
	NoTime         = "no_time"
)

// DefaultMaxSize is the largest mail that is read, in bytes, unless Options says otherwise.
const DefaultMaxSize = 10 << 20

// Options configures a parser.
type Options struct {
	// Host is the host whose mailbox it is.
	Host string
	// MaxSize is the largest mail that is read, in bytes; DefaultMaxSize when 0.
	MaxSize int
	// MessageID takes the platform's own id out of a Message-ID. Where it
	// returns "", and when it is nil, the Message-ID is the id.
	MessageID func(string) string
	// Keys are those that our mails' ids are signed with; nil: none are.
	Keys Keys
	// Addresses tell what our envelope addresses hold; nil: nothing.
	Addresses AddressPatterns
}

// Parser reads reports. It implements sources.Parser.
type Parser struct {
	opts   Options
	newest int64
}

var _ sources.Parser = (*Parser)(nil)

// New returns a parser.
func New(opts Options) *Parser {
	if opts.MaxSize <= 0 {
		opts.MaxSize = DefaultMaxSize
	}
	return &Parser{opts: opts}
}

// Line parses one mail.
func (p *Parser) Line(line sources.Line, emit func(*schemas.Event)) sources.Result {
	if len(line.Data) > p.opts.MaxSize {
		return unparsed(TooLarge)
	}
	data := withoutEnvelope(withLineEnds(line.Data))
	var m mail
	rule := m.read(data)
	at, dated := m.received()
	p.newest = max(p.newest, at)
	if rule != "" {
		return unparsed(rule)
	}
	evs, about, rule := p.observed(&m)
	switch {
	case rule == NotAReport:
		return sources.Result{Outcome: sources.Ignored, Rule: rule}
	case rule != "":
		return unparsed(rule)
	case !dated:
		return unparsed(NoTime)
	}
	p.emit(evs, about, &m, line, m.hash(data), at, emit)
	return sources.Result{Outcome: sources.Events}
}

func unparsed(rule string) sources.Result {
	return sources.Result{Outcome: sources.Unparsed, Rule: rule}
}

// Time is the largest time at which a mail was received so far.
func (p *Parser) Time() int64 { return p.newest }

// Changes has nothing to keep: each mail stands for itself.
func (p *Parser) Changes(func(key, value []byte) error) error { return nil }

// Load has nothing to take back.
func (p *Parser) Load(_, _ []byte) error { return nil }

// withLineEnds returns a mail whose lines end as they did on an old Macintosh, with
// a return alone, as one whose lines end.
func withLineEnds(data []byte) []byte {
	if bytes.IndexByte(data, '\n') < 0 && bytes.IndexByte(data, '\r') >= 0 {
		return bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
	}
	return data
}

// withoutEnvelope drops the line that mailboxes in one file begin mails with.
func withoutEnvelope(data []byte) []byte {
	if bytes.HasPrefix(data, []byte("From ")) {
		_, data, _ = bytes.Cut(data, []byte("\n"))
	}
	return data
}

// Recognises reports whether sample is the beginning of a mail that says that it
// is a report, a bounce or a receipt.
func Recognises(sample []byte) bool {
	header, _ := splitMail(withoutEnvelope(sample))
	if len(header) == 0 || header[0] == ' ' || header[0] == '\t' {
		return false
	}
	for _, f := range parseFields(header) {
		if f.name == "content-type" && strings.Contains(strings.ToLower(f.value), "multipart/report") {
			return true
		}
	}
	return bytes.Contains(bytes.ToLower(sample), []byte("content-type: message/feedback-report"))
}
