package classify

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"mailfate/schemas"
)

// file is a file of rules.
type file struct{ name, text string }

// problem is an error that says where it is.
func (f file) problem(line int, format string, args ...any) error {
	return fmt.Errorf("read rules %s:%d: %w", f.name, line, fmt.Errorf(format, args...))
}

// lines reads a file of so many bytes at most line by line.
func (f file) lines(most int, read func(n int, line string) error) error {
	if len(f.text) > most {
		return f.problem(1, "it is larger than %d bytes: is it the right file?", most)
	}
	n := 0
	for line := range strings.Lines(f.text) {
		n++
		line = strings.TrimSpace(line)
		switch {
		case len(line) > maxLine:
			return f.problem(n, "the line is longer than %d bytes: break it", maxLine)
		case !utf8.ValidString(line):
			return f.problem(n, "it is no UTF-8: convert the file")
		}
		if err := read(n, line); err != nil {
			return err
		}
	}
	return nil
}

// stanza is a rule as it is written.
type stanza struct {
	place // of its head
	rule  rule
	texts [][]phrase // one of each
	not   []phrase
}

// veto is what else a reply may be about than the recipient, as it is written.
type veto struct {
	reason schemas.Reason
	file   file
	words  []phrase
}

// phrase is one text of a rule or a veto.
type phrase struct {
	text string
	line int
}

// parser reads one file.
type parser struct {
	place
	rules   *Rules
	names   *register
	stanzas []stanza
	vetoes  []veto
	open    *stanza   // the rule whose lines are read
	more    *[]phrase // what a line that begins with | goes on with
	told    map[string]bool
}

func (p *parser) parse() error {
	p.told = map[string]bool{}
	p.names.begin()
	err := p.file.lines(MaxFile, func(n int, line string) error {
		p.line = n
		return p.read(line)
	})
	if err != nil {
		return err
	}
	return p.close()
}

func (p *parser) read(line string) error {
	switch {
	case line == "" || line[0] == '#':
		return nil
	case line[0] == '[':
		return p.begin(line[1:])
	case line[0] == '|':
		if p.more == nil {
			return p.problem("nothing goes on here: a line with | follows one of text, not or veto")
		}
		return p.phrases(line[1:])
	}
	key, value, ok := strings.Cut(line, ":")
	if key, value = strings.TrimSpace(key), strings.TrimSpace(value); !ok || value == "" {
		return p.problem("%q is no line of rules: want [name] reason, or key: value", excerpt(line))
	}
	p.more = nil
	if word, what, ok := strings.Cut(key, " "); ok {
		return p.statement(word, strings.TrimSpace(what), value)
	}
	if p.open == nil {
		return p.problem("%s belongs to a rule: begin it with [name] reason", excerpt(key))
	}
	return p.condition(key, value)
}

// begin reads "[name] reason" without the first bracket.
func (p *parser) begin(line string) error {
	if err := p.close(); err != nil {
		return err
	}
	name, reason, err := p.head(line, "reason")
	if err != nil {
		return err
	}
	why, err := p.reason(reason)
	if err != nil {
		return err
	}
	p.open = &stanza{place: p.place, rule: rule{name: name, reason: why}}
	return nil
}

// close ends the rule whose lines have been read.
func (p *parser) close() error {
	s := p.open
	p.open, p.more = nil, nil
	if s == nil {
		return nil
	}
	if len(s.texts) == 0 {
		return s.problem("rule %s has no text: add a line text: words | other words", s.rule.name)
	}
	counts, err := p.names.enter(s.rule.name, s.place)
	if counts {
		p.stanzas = append(p.stanzas, *s)
	}
	return err
}

func (p *parser) reason(name string) (schemas.Reason, error) {
	r, ok := schemas.ParseReason(schemas.Bounced, name)
	if !ok || r == schemas.ReasonNone {
		return r, p.problem("%q is no reason of a bounce: want one of %s", excerpt(name), reasonNames())
	}
	return r, nil
}

func reasonNames() string {
	var names []string
	for _, r := range schemas.Bounced.Reasons() {
		names = append(names, r.String())
	}
	return strings.Join(names, ", ")
}

// condition reads a line of a rule.
func (p *parser) condition(key, value string) (err error) {
	r := &p.open.rule
	switch key {
	case "text":
		p.open.texts = append(p.open.texts, nil)
		p.more = &p.open.texts[len(p.open.texts)-1]
		return p.phrases(value)
	case "not":
		p.more = &p.open.not
		return p.phrases(value)
	case "regexp":
		re, err := regexp.Compile(value)
		if err != nil {
			return p.problem("%w; it is matched with the reply in lower case, without accents and codes", err)
		}
		r.regexps = append(r.regexps, re)
	case "code":
		r.codes, err = each(p, value, parseCodes)
		for _, c := range r.codes {
			err = cmp.Or(err, p.unless(!r.reason.Hard() || c.mayBeHard(), "%s is never hard, and %s is: choose a reason that is soft, or leave the code out", value, r.reason))
		}
	case "enhanced":
		r.statuses, err = each(p, value, parseStatusPattern)
		for _, s := range r.statuses {
			err = cmp.Or(err, p.unless(!r.reason.Hard() || s.mayBeHard(), "%s is never hard, and %s is: choose a reason that is soft, or leave the code out", value, r.reason))
		}
	case "speaker":
		r.ours = value == "us"
		err = p.unless(r.ours, "%q is no speaker: want us", excerpt(value))
	case "command":
		r.commands, err = each(p, value, func(s string) (string, error) { return strings.ToLower(s), nil })
	case "host":
		r.hosts, err = each(p, value, parseDomain)
	case "see":
	default:
		return p.problem("%q is no condition: want text, not, code, enhanced, command, host, speaker, regexp or see", excerpt(key))
	}
	return err
}

// phrases reads texts with | between them.
func (p *parser) phrases(line string) error {
	for text := range strings.SplitSeq(line, "|") {
		if text = strings.TrimSpace(text); text == "" {
			return p.problem("a text is empty: write words between and behind |")
		}
		*p.more = append(*p.more, phrase{strings.Clone(text), p.line})
	}
	return nil
}

// statement reads a line that stands for itself.
func (p *parser) statement(word, what, value string) error {
	if err := p.close(); err != nil {
		return err
	}
	if p.told[word+" "+what] {
		return p.problem("%s %s is there already: put it together", word, excerpt(what))
	}
	p.told[word+" "+what] = true
	switch word {
	case "provider":
		hosts, err := each(p, value, parseDomain)
		if err != nil || !isRuleName(what) {
			return errors.Join(err, p.unless(isRuleName(what), "%q is no name of a provider: want small letters, digits and hyphens", excerpt(what)))
		}
		p.provide(strings.Clone(what), hosts)
		return nil
	case "veto":
		return p.forbid(what, value)
	case "enhanced", "code":
		reason, err := p.reason(value)
		if err != nil {
			return err
		}
		if word == "code" {
			return p.knowCode(what, reason)
		}
		return p.knowStatus(what, reason)
	}
	return p.problem("%q is no statement: want provider NAME, veto REASON, enhanced CODE or code CODE", excerpt(word))
}

// forbid reads what makes nothing hard.
func (p *parser) forbid(what, value string) error {
	reason, err := p.reason(what)
	if err != nil {
		return err
	}
	if reason.Hard() {
		return p.problem("a veto says what is not hard, and %s is: choose a reason that is soft", reason)
	}
	if len(p.vetoes) == maxVetoes {
		return p.problem("there is room for %d vetoes: put them together", maxVetoes)
	}
	p.vetoes = append(p.vetoes, veto{reason: reason, file: p.file})
	p.more = &p.vetoes[len(p.vetoes)-1].words
	return p.phrases(value)
}

// provide tells whose hosts these are, unless a file before has.
func (p *parser) provide(name string, hosts []string) {
	p.rules.providers[name] = true
	for _, h := range hosts {
		if _, told := p.rules.hosts[h]; !told {
			p.rules.hosts[h] = name
		}
	}
}

func (p *parser) knowStatus(what string, reason schemas.Reason) error {
	s, err := parseStatusPattern(what)
	if err == nil && reason.Hard() && s.maySoft() {
		err = fmt.Errorf("%s is never hard, and %s is: choose a reason that is soft", what, reason)
	}
	if err != nil {
		return p.problem("%w", err)
	}
	p.rules.statuses = append(p.rules.statuses, knownStatus{s, known{reason, "enhanced:" + what}})
	return nil
}

func (p *parser) knowCode(what string, reason schemas.Reason) error {
	c, err := parseCodes(what)
	if err == nil && c.first != c.last {
		err = fmt.Errorf("%q is more than one code: write a line for each", what)
	}
	if err == nil && reason.Hard() && c.first < 500 {
		err = fmt.Errorf("%s is never hard, and %s is: choose a reason that is soft", what, reason)
	}
	if err != nil {
		return p.problem("%w", err)
	}
	if k := &p.rules.codes[c.first-firstCode]; k.reason == schemas.ReasonNone {
		*k = known{reason, "code:" + what}
	}
	return nil
}

// each reads the values that stand between commas.
func each[T any](p *parser, list string, read func(string) (T, error)) (all []T, err error) {
	for item := range strings.SplitSeq(list, ",") {
		v, err := read(strings.TrimSpace(item))
		if err != nil {
			return nil, p.problem("%w", err)
		}
		all = append(all, v)
	}
	return slices.Clip(all), nil
}

// family is the part of a rule's name in front of its first dot.
func family(name string) string {
	f, _, _ := strings.Cut(name, ".")
	return f
}

func isRuleName(s string) bool {
	return s != "" && len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.'
	})
}

// excerpt is what an error says of a text that may be long.
func excerpt(s string) string {
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:40], "") + "…"
	}
	return s
}
