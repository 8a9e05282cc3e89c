package schemas

import (
	"fmt"
	"slices"
	"strings"
)

// Rule is one clause of a row of a vocabulary: any of these events leads from
// any of these statuses to the row's.
type Rule struct {
	To     Status
	From   []Status
	Events string // as the row writes them
	Text   string // the whole clause, as the row writes it

	named, general []eventPair // general: those of A, which a named kind beats
}

type eventPair struct {
	kind   Kind
	reason Reason
}

func (r *Rule) pairs(general bool) []eventPair {
	if general {
		return r.general
	}
	return r.named
}

func (r *Rule) covers(s Status, k Kind, reason Reason, general bool) bool {
	return slices.Contains(r.From, s) && slices.Contains(r.pairs(general), eventPair{k, reason})
}

// Compile checks the rows and makes the table of them.
//
// A row's Reached is clauses separated by semicolons, each `events < statuses`:
// these events lead here from these statuses only. Events are separated by
// commas, statuses by spaces; a name in Groups stands for its list.
//
//	kind                   any reason
//	kind{reason,reason}    these reasons
//	kind{-reason,-reason}  any reason but these
//	kind{none}             no reason
//	kind{hard}, {soft}     by the class of the reason in this vocabulary
//	A                      any platform kind that proves that the message exists;
//	                       a kind that a row names beats it
//	B                      bounced and bounced_later
func (v *Vocabulary) Compile() error {
	v.byID = make(map[string]Status, len(v.Rows))
	for i, r := range v.Rows {
		if _, twice := v.byID[r.ID]; twice || r.ID == "" {
			return fmt.Errorf("vocabulary %s: status %q is not unique", v.Name, r.ID)
		}
		v.byID[r.ID] = Status(i)
		if named, ok := labels[v.Name][r.ID]; ok {
			v.Rows[i].Labels = named
		}
	}
	v.rules = nil
	for to, r := range v.Rows {
		if r.Reached == "" {
			continue
		}
		for clause := range strings.SplitSeq(r.Reached, ";") {
			rule, err := v.parseRule(Status(to), clause)
			if err != nil {
				return v.wrong(to, err)
			}
			v.rules = append(v.rules, rule)
		}
	}
	return v.tabulate()
}

func (v *Vocabulary) wrong(row int, err error) error {
	return fmt.Errorf("vocabulary %s, status %s: %w", v.Name, v.Rows[row].ID, err)
}

// tabulate decides every case by the rules. Most kinds and reasons lead
// wherever another one does, so the table keeps each such column once: all
// tables together then stay in a processor's nearest cache.
func (v *Vocabulary) tabulate() error {
	const cases = int(KindCount) * int(ReasonCount)
	wide := make([][]Status, cases)
	decided := make([][]bool, cases)
	for c := range cases {
		decided[c] = make([]bool, len(v.Rows))
		for s := range v.Rows {
			wide[c] = append(wide[c], Status(s))
		}
	}
	for _, general := range []bool{false, true} { // named kinds first: they beat A
		for _, rule := range v.rules {
			for _, p := range rule.pairs(general) {
				c := int(p.kind)*int(ReasonCount) + int(p.reason)
				for _, s := range rule.From {
					if decided[c][s] && general {
						continue
					}
					if decided[c][s] && wide[c][s] != rule.To {
						return v.wrong(int(rule.To), fmt.Errorf("%s{%s} from %s leads to %s too", p.kind, p.reason, v.Rows[s].ID, v.Rows[wide[c][s]].ID))
					}
					decided[c][s], wide[c][s] = true, rule.To
				}
			}
		}
	}
	v.narrow(wide)
	return nil
}

func (v *Vocabulary) narrow(wide [][]Status) {
	var columns [][]Status
	v.column = make([]uint8, len(wide))
	for c, column := range wide {
		at := slices.IndexFunc(columns, func(o []Status) bool { return slices.Equal(o, column) })
		if at < 0 {
			at = len(columns)
			columns = append(columns, column)
		}
		v.column[c] = uint8(at)
	}
	v.width = len(columns)
	v.next = make([]Status, 0, len(v.Rows)*v.width)
	for s := range v.Rows {
		for _, column := range columns {
			v.next = append(v.next, column[s])
		}
	}
}

func (v *Vocabulary) parseRule(to Status, clause string) (Rule, error) {
	events, from, ok := strings.Cut(clause, "<")
	if !ok {
		return Rule{}, fmt.Errorf("clause %q has no <", clause)
	}
	r := Rule{To: to, Events: strings.TrimSpace(events), Text: strings.TrimSpace(clause)}
	var err error
	if r.From, err = v.statuses(from, len(v.Groups)); err != nil {
		return Rule{}, err
	}
	for _, word := range splitEvents(events) {
		pairs, err := v.eventPairs(word)
		if err != nil {
			return Rule{}, err
		}
		if word == "A" {
			r.general = append(r.general, pairs...)
		} else {
			r.named = append(r.named, pairs...)
		}
	}
	return r, nil
}

// statuses resolves a list of statuses and groups, which are at most depth deep.
func (v *Vocabulary) statuses(list string, depth int) ([]Status, error) {
	var out []Status
	for _, name := range strings.Fields(list) {
		if g, ok := v.Groups[name]; ok {
			if depth == 0 {
				return nil, fmt.Errorf("group %s contains itself", name)
			}
			sub, err := v.statuses(g, depth-1)
			if err != nil {
				return nil, fmt.Errorf("group %s: %w", name, err)
			}
			out = append(out, sub...)
			continue
		}
		s, ok := v.byID[name]
		if !ok {
			return nil, fmt.Errorf("no status %q", name)
		}
		out = append(out, s)
	}
	return out, nil
}

// eventPairs resolves one event word to all kinds and reasons that it covers.
func (v *Vocabulary) eventPairs(word string) ([]eventPair, error) {
	name, reasons, braced := strings.Cut(word, "{")
	if braced {
		var closed bool
		if reasons, closed = strings.CutSuffix(reasons, "}"); !closed {
			return nil, fmt.Errorf("%q has no }", word)
		}
	}
	var kinds []Kind
	switch name {
	case "A":
		for k := Received; k <= Discarded; k++ {
			if k != Refused && k != Resend && k != Discarded {
				kinds = append(kinds, k)
			}
		}
	case "B":
		kinds = []Kind{Bounced, BouncedLater}
	default:
		k, ok := ParseKind(name)
		if !ok {
			return nil, fmt.Errorf("no kind %q", name)
		}
		kinds = []Kind{k}
	}
	var pairs []eventPair
	for _, k := range kinds {
		covered, err := v.coveredReasons(k, reasons, braced)
		if err != nil {
			return nil, err
		}
		for _, r := range covered {
			pairs = append(pairs, eventPair{k, r})
		}
	}
	return pairs, nil
}

// coveredReasons resolves what stands in the braces behind a kind.
func (v *Vocabulary) coveredReasons(k Kind, list string, braced bool) ([]Reason, error) {
	all := append([]Reason{ReasonNone}, k.Reasons()...)
	if !braced {
		return all, nil
	}
	names, except := strings.Split(list, ","), strings.HasPrefix(list, "-")
	named := make(map[Reason]bool)
	for _, name := range names {
		rest, minus := strings.CutPrefix(name, "-")
		if minus != except {
			return nil, fmt.Errorf("%s{%s} mixes reasons and exceptions", k, list)
		}
		n := len(named)
		for _, r := range all {
			if v.matches(r, rest) {
				named[r] = true
			}
		}
		if len(named) == n {
			return nil, fmt.Errorf("%s has no reason %q", k, rest)
		}
	}
	return slices.DeleteFunc(all, func(r Reason) bool { return named[r] == except }), nil
}

// matches reports whether a reason is what a name in braces means.
func (v *Vocabulary) matches(r Reason, name string) bool {
	hard := r.Hard() || slices.Contains(v.Hard, r)
	switch name {
	case "hard":
		return hard
	case "soft":
		return !hard
	case "none":
		return r == ReasonNone
	}
	return r != ReasonNone && r.String() == name
}

// splitEvents splits at commas outside of braces.
func splitEvents(s string) []string {
	var words []string
	depth, start := 0, 0
	for i, c := range s {
		switch c {
		case '{':
			depth++
		case '}':
			depth--
		case ',':
			if depth == 0 {
				words = append(words, strings.TrimSpace(s[start:i]))
				start = i + 1
			}
		}
	}
	return append(words, strings.TrimSpace(s[start:]))
}

// mustCompile is for the tables of this package, which are constants: one that
// is wrong is found by the first test.
func mustCompile(v *Vocabulary) *Vocabulary {
	if err := v.Compile(); err != nil {
		panic(err)
	}
	return v
}
