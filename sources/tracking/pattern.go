package tracking

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"

	"mailfate/schemas"
)

// A Pattern says which requests are hits, and of what kind.
//
// Its expression is matched against path and query as they were sent, still
// percent-encoded, so that an encoded slash is no slash. The named groups
// message_id (required), recipient, link and account are decoded once, those
// behind the question mark with + as a space.
type Pattern struct {
	Kind   schemas.Kind
	Regexp *regexp.Regexp
}

// kinds are those that a hit can be of.
var kinds = []schemas.Kind{schemas.Opened, schemas.Read, schemas.Clicked, schemas.Unsubscribed}

// ParsePattern returns the pattern of a configuration's entry.
func ParsePattern(kind, expression string) (Pattern, error) {
	k, ok := schemas.ParseKind(kind)
	if !ok || !slices.Contains(kinds, k) {
		return Pattern{}, fmt.Errorf("parse path pattern: kind %q: want one of %v", kind, kinds)
	}
	re, err := regexp.Compile(expression)
	if err != nil {
		return Pattern{}, fmt.Errorf("parse path pattern of %s: %w", kind, err)
	}
	if re.SubexpIndex("message_id") < 0 {
		return Pattern{}, fmt.Errorf("parse path pattern of %s: %q has no group (?P<message_id>…)", kind, expression)
	}
	return Pattern{Kind: k, Regexp: re}, nil
}

// A match is what a pattern found, still percent-encoded.
type match struct {
	kind      schemas.Kind
	messageID []byte
	recipient []byte
	account   []byte
	link      []byte
	linkQuery bool // the link stood in the query

	signed bool // the texts are of Parser.token
}

// maxTarget bounds what expressions are matched against, which are slower than
// the rest; web servers allow 8 KiB.
const maxTarget = 64 << 10

// find returns what the target of a request is, or the rule by which it is none.
func (p *Parser) find(target []byte) (match, string) {
	if p.opts.Keys != nil {
		if m, rule := p.findSigned(target); rule != NotTracked || len(p.opts.Patterns) == 0 {
			return m, rule
		}
	}
	if m, ok := findPattern(p.opts.Patterns, target); ok {
		return m, ""
	}
	return match{}, NotTracked
}

func findPattern(patterns []Pattern, target []byte) (match, bool) {
	if len(patterns) == 0 {
		return findDefault(target)
	}
	if len(target) > maxTarget {
		return match{}, false
	}
	for i := range patterns {
		if m, ok := patterns[i].find(target); ok {
			return m, true
		}
	}
	return match{}, false
}

func (p *Pattern) find(target []byte) (match, bool) {
	at := p.Regexp.FindSubmatchIndex(target)
	if at == nil {
		return match{}, false
	}
	m := match{kind: p.Kind}
	for i, name := range p.Regexp.SubexpNames() {
		start, end := at[2*i], at[2*i+1]
		if start < 0 {
			continue
		}
		switch part := target[start:end]; name {
		case "message_id":
			m.messageID = part
		case "recipient":
			m.recipient = part
		case "account":
			m.account = part
		case "link":
			m.link = part
			m.linkQuery = bytes.IndexByte(target[:start], '?') >= 0
		}
	}
	return m, true
}

// findDefault matches the paths that the package comment names.
func findDefault(target []byte) (match, bool) {
	path, query, _ := bytes.Cut(target, []byte("?"))
	if len(path) < 4 || path[0] != '/' || path[2] != '/' {
		return match{}, false
	}
	var m match
	rest := bytes.TrimSuffix(path[3:], []byte("/"))
	switch path[1] {
	case 'o':
		m.kind = schemas.Opened
		rest = bytes.TrimSuffix(rest, []byte(".gif"))
	case 'c':
		m.kind = schemas.Clicked
		m.link, m.linkQuery = parameter(query, "u="), true
	case 'u':
		m.kind = schemas.Unsubscribed
	default:
		return match{}, false
	}
	m.messageID, m.recipient, _ = bytes.Cut(rest, []byte("/"))
	if bytes.IndexByte(m.recipient, '/') >= 0 {
		return match{}, false
	}
	return m, true
}

// parameter returns the value of a query's first parameter of that name.
func parameter(query []byte, name string) []byte {
	for len(query) > 0 {
		var one []byte
		one, query, _ = bytes.Cut(query, []byte("&"))
		if v, found := bytes.CutPrefix(one, []byte(name)); found {
			return v
		}
	}
	return nil
}

// originForm returns path and query of a target that names its scheme and host.
func originForm(target []byte) []byte {
	if target[0] == '/' {
		return target
	}
	_, rest, found := bytes.Cut(target, []byte("://"))
	if !found {
		return target
	}
	if i := bytes.IndexByte(rest, '/'); i >= 0 {
		return rest[i:]
	}
	return target
}
