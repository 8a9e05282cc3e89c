package config

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	// Zones are the same wherever mailfate runs, also where no package has them.
	_ "time/tzdata"

	"go.yaml.in/yaml/v3"

	"mailfate/sources/feedback"
	"mailfate/sources/tracking"
)

const (
	// maxText is the longest value, expressions included: those take memory and
	// time in proportion to their length.
	maxText = 4096
	// messageIDGroup is the group of an expression that is the message's id.
	messageIDGroup = "message_id"
)

type (
	text       struct{ to *string }
	number     struct{ to *int }
	flag       struct{ to *bool }
	duration   struct{ to *time.Duration }
	zone       struct{ to **time.Location }
	expression struct{ to **regexp.Regexp }
	domain     struct{ to *string }
	name       struct{ to *string } // of an environment variable; never quoted in an error
	forbidden  struct{ problem, hint string }
)

func (t text) read(p *problems, key string, n *yaml.Node) {
	if s, ok := readText(p, key, n); ok {
		*t.to = s
	}
}

func (t text) write() *yaml.Node { return optionalScalar(*t.to) }

func (v number) read(p *problems, key string, n *yaml.Node) {
	if !expect(p, key, n, yaml.ScalarNode) {
		return
	}
	i, err := strconv.ParseInt(n.Value, 10, 32)
	if n.ShortTag() != "!!int" || err != nil {
		p.report(key, excerpt(n.Value)+" is no whole number", "")
		return
	}
	*v.to = int(i)
}

func (v number) write() *yaml.Node { return scalar(*v.to) }

func (f flag) read(p *problems, key string, n *yaml.Node) {
	if !expect(p, key, n, yaml.ScalarNode) {
		return
	}
	if n.ShortTag() != "!!bool" {
		p.report(key, excerpt(n.Value)+" is neither true nor false", "")
		return
	}
	*f.to = strings.EqualFold(n.Value, "true")
}

func (f flag) write() *yaml.Node { return scalar(*f.to) }

func (d duration) read(p *problems, key string, n *yaml.Node) {
	if !expect(p, key, n, yaml.ScalarNode) {
		return
	}
	v, err := parseDuration(n.Value)
	if err != nil {
		p.report(key, excerpt(n.Value)+" is no duration", err.Error())
		return
	}
	*d.to = v
}

func (d duration) write() *yaml.Node { return scalar(formatDuration(*d.to)) }

func (z zone) read(p *problems, key string, n *yaml.Node) {
	s, ok := readText(p, key, n)
	if !ok {
		return
	}
	loc, err := time.LoadLocation(s)
	if err != nil || s == "" || loc == time.Local {
		p.report(key, excerpt(s)+" is no time zone", "use a name of the IANA database, such as Europe/Berlin or UTC")
		return
	}
	*z.to = loc
}

func (z zone) write() *yaml.Node {
	if *z.to == nil {
		return nil
	}
	return scalar((*z.to).String())
}

func (e expression) read(p *problems, key string, n *yaml.Node) {
	s, ok := readText(p, key, n)
	if !ok {
		return
	}
	re, err := regexp.Compile(s)
	switch {
	case err != nil:
		p.add(&Error{Key: key, Problem: "compile expression", Err: err})
	case re.SubexpIndex(messageIDGroup) < 0:
		p.report(key, excerpt(s)+" has no group of that name", "put (?P<message_id>…) around the id")
	default:
		*e.to = re
	}
}

func (e expression) write() *yaml.Node {
	if *e.to == nil {
		return nil
	}
	return scalar((*e.to).String())
}

func (d domain) read(p *problems, key string, n *yaml.Node) {
	s, ok := readText(p, key, n)
	if !ok {
		return
	}
	clean := cleanDomain(s)
	if !isDomainPattern(clean) {
		p.report(key, excerpt(s)+" is no domain", "write example.com, or *.example.com for all its subdomains")
		return
	}
	*d.to = clean
}

func (d domain) write() *yaml.Node { return scalar(*d.to) }

func (v name) read(p *problems, key string, n *yaml.Node) {
	s, ok := readText(p, key, n)
	if !ok {
		return
	}
	if !isWord(s) {
		p.report(key, "is no name of an environment variable", "write its name, such as MAILFATE_PASSWORD, and not the password")
		return
	}
	*v.to = s
}

func (v name) write() *yaml.Node { return optionalScalar(*v.to) }

func (f forbidden) read(p *problems, key string, _ *yaml.Node) { p.report(key, f.problem, f.hint) }
func (f forbidden) write() *yaml.Node                          { return nil }

// pathPattern is an expression with the kind of what it matches; both must be
// known before either means anything.
type pathPattern struct {
	to            *tracking.Pattern
	kind, pattern string
}

func (v *pathPattern) read(p *problems, key string, n *yaml.Node) {
	before := len(p.all) + p.left
	readFields(p, key, n, []field{{"kind", text{&v.kind}}, {"pattern", text{&v.pattern}}})
	if len(p.all)+p.left > before {
		return
	}
	pattern, err := tracking.ParsePattern(v.kind, v.pattern)
	if err != nil {
		p.add(&Error{Key: key, Problem: "use pattern", Err: err})
		return
	}
	*v.to = pattern
}

func (v *pathPattern) write() *yaml.Node {
	return writeFields([]field{{"kind", text{ptr(v.to.Kind.String())}}, {"pattern", text{ptr(v.to.Regexp.String())}}})
}

// addressPattern is an expression that envelope addresses are read with.
type addressPattern struct{ to **regexp.Regexp }

func (v addressPattern) read(p *problems, key string, n *yaml.Node) {
	s, ok := readText(p, key, n)
	if !ok {
		return
	}
	re, err := feedback.ParseAddressPattern(s)
	if err != nil {
		p.add(&Error{Key: key, Problem: "use pattern", Err: err})
		return
	}
	*v.to = re
}

func (v addressPattern) write() *yaml.Node { return scalar((*v.to).String()) }

func ptr[T any](v T) *T { return &v }

// expect reports whether a node is of a kind that can be read.
func expect(p *problems, key string, n *yaml.Node, kind yaml.Kind) bool {
	e := &Error{Line: cmp.Or(p.lineOf(key), n.Line), Key: key}
	switch {
	case n.Kind == yaml.AliasNode:
		e.Problem, e.Hint = "aliases are not supported", "write the value out"
	case isNull(n):
		e.Problem, e.Hint = "has no value", "leave the key out for its default"
	case n.Kind == kind:
		return true
	case kind == yaml.MappingNode:
		e.Problem, e.Hint = "is of another type", "want keys with values"
	case kind == yaml.SequenceNode:
		e.Problem, e.Hint = "is of another type", "want a list: - one, or [one, another]"
	default:
		e.Problem, e.Hint = "is of another type", "want one value"
	}
	p.add(e)
	return false
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// readText reads a value that is text, or was quoted to be text.
func readText(p *problems, key string, n *yaml.Node) (string, bool) {
	if !expect(p, key, n, yaml.ScalarNode) {
		return "", false
	}
	switch {
	case n.ShortTag() != "!!str":
		p.report(key, "is no text", "put quotes around it")
	case len(n.Value) > maxText:
		p.report(key, fmt.Sprintf("is longer than %d bytes", maxText), "")
	case strings.ContainsFunc(n.Value, unicode.IsControl):
		p.report(key, "has line feeds or other control characters in it", "")
	default:
		return n.Value, true
	}
	return "", false
}

// excerpt quotes a value for an error, at a bearable length.
func excerpt(s string) string {
	if len(s) > 60 {
		s = strings.ToValidUTF8(s[:60], "") + "…"
	}
	return strconv.Quote(s)
}

func optionalScalar(s string) *yaml.Node {
	if s == "" {
		return nil
	}
	return scalar(s)
}

// scalar writes a value, text in quotes where any version of YAML needs them.
func scalar[T string | int | bool](v T) *yaml.Node {
	n := new(yaml.Node)
	_ = n.Encode(v) // these types can always be encoded
	return n
}
