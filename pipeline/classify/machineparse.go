package classify

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"mailfate/schemas"
)

// maxWithin is the longest time that a condition may name, in seconds.
const maxWithin = 3600

// noMeaning is what a rule means that does not say it.
const noMeaning = "a machine that nobody asked"

// machineStanza is a rule as it is written.
type machineStanza struct {
	place // of its head
	rule  machineRule
	off   bool // it only keeps an embedded rule of its name out
	bare  bool // it has no condition yet
}

// machineParser reads files of rules about hits, an earlier one before a later.
type machineParser struct {
	place
	networks *Networks
	names    *register
	stanzas  []machineStanza
	open     *machineStanza
}

func (p *machineParser) parse(f file) error {
	p.file = f
	p.names.begin()
	err := f.lines(MaxFile, func(n int, line string) error {
		p.line = n
		return p.read(line)
	})
	if err != nil {
		return err
	}
	return p.close()
}

func (p *machineParser) read(line string) error {
	switch {
	case line == "" || line[0] == '#':
		return nil
	case line[0] == '[':
		return p.begin(line[1:])
	}
	key, value, ok := strings.Cut(line, ":")
	if key, value = strings.TrimSpace(key), strings.TrimSpace(value); !ok || value == "" {
		return p.problem("%q is no line of rules: want [name] machine, or key: value", excerpt(line))
	}
	if p.open == nil {
		return p.problem("%s belongs to a rule: begin it with [name] machine or [name] person", excerpt(key))
	}
	if p.open.off {
		return p.problem("rule %s is off, so it has no conditions: take them out", p.open.rule.name)
	}
	switch key {
	case "see":
		return nil
	case "means":
		p.open.rule.means = strings.Clone(value)
		return nil
	}
	p.open.bare = false
	return p.condition(key, value)
}

// begin reads "[name] machine" without the first bracket.
func (p *machineParser) begin(line string) error {
	if err := p.close(); err != nil {
		return err
	}
	name, who, err := p.head(line, "machine")
	if err != nil {
		return err
	}
	s := &machineStanza{place: p.place, bare: true, rule: machineRule{name: name}}
	switch who {
	case "machine":
		s.rule.machine = true
	case "person":
	case "off":
		s.off, s.bare = true, false
	default:
		return p.problem("%q is nobody: want machine, person, or off to do without the built-in rule of that name", excerpt(who))
	}
	p.open = s
	return nil
}

// close ends the rule whose lines have been read.
func (p *machineParser) close() error {
	s := p.open
	p.open = nil
	if s == nil {
		return nil
	}
	if s.rule.means = cmp.Or(s.rule.means, noMeaning); s.bare {
		return s.problem("rule %s has no condition, so everybody would meet it: add one", s.rule.name)
	}
	counts, err := p.names.enter(s.rule.name, s.place)
	if counts {
		p.stanzas = append(p.stanzas, *s)
	}
	return err
}

// condition reads a line of a rule.
func (p *machineParser) condition(key, value string) (err error) {
	r := &p.open.rule
	switch key {
	case "agent is":
		return p.agents(&r.agent.is, value)
	case "agent begins":
		return p.agents(&r.agent.begins, value)
	case "agent has":
		return p.agents(&r.agent.has, value)
	case "request":
		return p.texts(&r.requests, value)
	case "kind":
		return p.kinds(value)
	case "network":
		return p.nets(value)
	case "link":
		return p.texts(&r.links, value)
	case "trap":
		return p.texts(&r.traps, value)
	case "opened":
		r.unopened = true
		return p.unless(value == "no", "%q says nothing of an open: want opened: no", excerpt(value))
	case "delivered":
		r.delivered = true
		r.deliveredWithin, err = p.within(value)
		return err
	case "links":
		many, within, _ := strings.Cut(value, " ")
		if r.many, err = strconv.Atoi(many); err != nil || r.many < 2 || r.many > 16 {
			return p.problem("%q are not so many links: want 2 to 16, as 3 within 1s", excerpt(many))
		}
		r.manyWithin, err = p.within(within)
		return err
	}
	return p.problem("%q is no condition: want agent is, agent begins, agent has, request, kind, network, link, trap, links, delivered, opened, means or see", excerpt(key))
}

// texts reads texts with | between them.
func (p *machineParser) texts(to *[]string, value string) error {
	for text := range strings.SplitSeq(value, "|") {
		if text = strings.TrimSpace(text); text == "" {
			return p.problem("a text is empty: write words between and behind |")
		}
		*to = append(*to, strings.Clone(text))
	}
	return nil
}

func (p *machineParser) agents(to *[][]byte, value string) error {
	var texts []string
	if err := p.texts(&texts, value); err != nil {
		return err
	}
	for _, text := range texts {
		if len(text) > schemas.MaxText {
			return p.problem("%q is longer than any agent that is kept: shorten it to %d bytes", excerpt(text), schemas.MaxText)
		}
		*to = append(*to, appendLower(make([]byte, 0, len(text)), text))
	}
	return nil
}

// items reads what stands between commas.
func (p *machineParser) items(value string, take func(string) error) error {
	for item := range strings.SplitSeq(value, ",") {
		if err := take(strings.TrimSpace(item)); err != nil {
			return p.problem("%w", err)
		}
	}
	return nil
}

func (p *machineParser) kinds(value string) error {
	return p.items(value, func(name string) error {
		k, ok := schemas.ParseKind(name)
		if !ok || k < firstHit || k > lastHit {
			return fmt.Errorf("%q is no hit: want opened, read, clicked or unsubscribed", excerpt(name))
		}
		p.open.rule.kinds = append(p.open.rule.kinds, k)
		return nil
	})
}

// nets reads names of networks. The embedded rules may name some that another file
// of networks does without.
func (p *machineParser) nets(value string) error {
	return p.items(value, func(name string) error {
		if p.file.text != embeddedMachines && p.networks.named(name) == 0 {
			return fmt.Errorf("%q is no network: want one of %s, or another file of networks (classify.networks)", excerpt(name), strings.Join(p.networks.names, ", "))
		}
		p.open.rule.networks = append(p.open.rule.networks, strings.Clone(name))
		return nil
	})
}

// within reads "within 5s" or "within 1m".
func (p *machineParser) within(value string) (seconds int64, err error) {
	text, ok := strings.CutPrefix(strings.TrimSpace(value), "within ")
	number, unit := strings.TrimSuffix(text, "s"), int64(1)
	if strings.HasSuffix(text, "m") {
		number, unit = strings.TrimSuffix(text, "m"), 60
	}
	n, err := strconv.ParseUint(number, 10, 16)
	if seconds = int64(n) * unit; !ok || err != nil || number == text || seconds > maxWithin {
		return 0, p.problem("%q is no time: want within and whole seconds or minutes, up to an hour, as within 5s", excerpt(value))
	}
	return seconds, nil
}
