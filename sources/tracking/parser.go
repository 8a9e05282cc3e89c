package tracking

import (
	"bytes"
	"time"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/jsonline"
	"mailfate/sources/saved"
	"mailfate/sources/tracking/token"
)

// The rules, as Result.Rule names them: first those by which lines are
// ignored, then why lines were not understood.
const (
	Blank        = "blank"
	BadRequest   = "bad_request"   // what was asked is no HTTP request
	NotTracked   = "not_tracked"   // its path is none of ours
	Method       = "method"        // a method that does not count there
	FailedStatus = "failed_status" // it was not answered with 2xx or 3xx
	BadToken     = "bad_token"     // what stands for id or recipient cannot be one
	ForgedToken  = "forged_token"  // a signed path whose signature does not fit
	UnknownKey   = "unknown_key"   // one that was signed with a key that is not configured
	CutToken     = "cut_token"     // one that is none, or not whole
	LandingPage  = "landing_page"  // of a signed path to unsubscribe, which only a POST does
	PixelRest    = "pixel_rest"    // of a pixel that was not looked at for long

	Malformed = "malformed"
	BadTime   = "bad_time"
)

// ReadAfter is how long a pixel must have been loading to count as read, in seconds.
const ReadAfter = 5

// Options configures a parser.
type Options struct {
	// Host is the host whose log it is; part of the events' ids.
	Host string
	// Location is the zone of stamps that name none; UTC when nil.
	Location *time.Location
	// Patterns replaces the default paths, unless it is empty. The first that
	// matches counts.
	Patterns []Pattern
	// Keys open the tokens of signed paths, which are looked for before the patterns.
	// With them the default paths, which anybody can make up, are not read.
	Keys *token.Keys
	// MessageID takes the platform's own id out of a Message-ID. Where it
	// returns "", and when it is nil, the Message-ID is the id.
	MessageID func(string) string
}

// Parser reads access logs. It implements sources.Parser.
type Parser struct {
	saved.Parts
	opts    Options
	lines   sources.LineHash
	newest  int64
	stamps  stamps
	scanner jsonline.Scanner
	inner   jsonline.Scanner // of an object in a line's
	deep    jsonline.Scanner // of one in that
	hit     hit
	token   token.Token // of a signed path
	plain   []byte      // unescaped parts of the line
	texts   []byte      // the event's texts, before they are allocated together
	ev      schemas.Event
}

var _ sources.Parser = (*Parser)(nil)

// New returns a parser.
func New(opts Options) *Parser {
	if opts.Location == nil {
		opts.Location = time.UTC
	}
	p := &Parser{
		opts:    opts,
		stamps:  stamps{location: opts.Location},
		scanner: jsonline.Scanner{Lenient: true},
		inner:   jsonline.Scanner{Lenient: true},
		deep:    jsonline.Scanner{Lenient: true},
	}
	p.Parts = saved.Parts{{Prefix: 'l', Name: "lines", Part: &p.lines}}
	return p
}

// A hit is what a line says. Its bytes are views of the line or of Parser.plain.
type hit struct {
	stamp   []byte // as written
	time    int64
	method  []byte
	target  []byte // path and query as they were sent
	status  []byte
	addr    []byte
	agent   []byte
	host    []byte
	seconds []byte // how long the answer took, as written

	prefetch bool // a browser fetched it before anybody has asked
	rest     bool // it is what became of a pixel of which another line told
}

// Line parses one line.
func (p *Parser) Line(line sources.Line, emit func(*schemas.Event)) sources.Result {
	data := bytes.TrimRight(line.Data, "\r\n")
	if len(bytes.TrimSpace(data)) == 0 {
		return ignored(Blank)
	}
	if rule := p.read(data); rule != "" {
		return sources.Result{Outcome: sources.Unparsed, Rule: rule}
	}
	p.newest = max(p.newest, p.hit.time)
	m, rule := p.match()
	if rule == "" {
		rule = p.fill(&m)
	}
	if rule != "" {
		return ignored(rule)
	}
	p.ev.File, p.ev.Offset = line.File, line.Offset
	hash := p.lines.Of(p.opts.Host, "", p.hit.stamp, data)
	p.ev.ID = hash.ID()
	p.ev.Bound()
	n := 0
	if !p.hit.rest {
		emit(&p.ev)
		n = 1
	}
	if p.ev.Kind == schemas.Opened && slow(p.hit.seconds) {
		p.ev.Kind = schemas.Read
		p.ev.ID = sources.Nth(hash, n).ID()
		emit(&p.ev)
		n++
	}
	if n == 0 {
		return ignored(PixelRest)
	}
	return sources.Result{Outcome: sources.Events}
}

func ignored(rule string) sources.Result {
	return sources.Result{Outcome: sources.Ignored, Rule: rule}
}

// Time is the largest stamp so far.
func (p *Parser) Time() int64 { return p.newest }

// read fills p.hit from a line of either format, or says why it cannot.
func (p *Parser) read(data []byte) (rule string) {
	p.hit = hit{}
	p.plain = p.plain[:0]
	if first := bytes.TrimLeft(data, " \t"); len(first) > 0 && first[0] == '{' {
		return p.readJSON(first)
	}
	if isALB(data) {
		return p.readALB(data)
	}
	return p.readCombined(data)
}

// match finds out what was hit, and whether the hit counts.
func (p *Parser) match() (match, string) {
	target := p.hit.target
	if len(p.hit.method) == 0 || len(target) == 0 {
		return match{}, BadRequest
	}
	m, rule := p.find(originForm(target))
	switch {
	case rule != "":
		return m, rule
	case m.signed && m.kind == schemas.Unsubscribed && string(p.hit.method) != "POST":
		return m, LandingPage
	case !counts(p.hit.method, m.kind):
		return m, Method
	case len(p.hit.status) != 3 || (p.hit.status[0] != '2' && p.hit.status[0] != '3'):
		return m, FailedStatus
	}
	return m, ""
}

// counts reports whether a request with this method is a hit of that kind.
func counts(method []byte, kind schemas.Kind) bool {
	switch string(method) {
	case "GET", "HEAD":
		return true
	case "POST":
		return kind == schemas.Unsubscribed // RFC 8058
	}
	return false
}

// Recognises reports whether a file that begins with sample is an access log.
func Recognises(sample []byte) bool {
	sample = bytes.TrimLeft(sample, "\r\n")
	line, _, whole := bytes.Cut(sample, []byte("\n"))
	line = bytes.TrimRight(line, "\r")
	if len(line) == 0 {
		return false
	}
	p := New(Options{})
	if p.read(line) == "" {
		return true
	}
	return !whole && len(p.hit.stamp) > 0 && p.hit.time > 0
}
