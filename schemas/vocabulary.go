package schemas

import (
	"fmt"
	"strings"
)

// Status is a status of one vocabulary, as the ordinal of its row. 0 is None:
// the vocabulary does not know the message (yet). Stored: rows are appended.
type Status uint8

// None is the status of a message that a vocabulary does not know.
const None Status = 0

// noneName is how data spells None.
const noneName = "none"

// Outcome says what a status means for whoever sent the message.
type Outcome string

// The outcomes of a status.
const (
	Pending Outcome = "pending" // not decided yet
	Success Outcome = "success" // it arrived, as far as anyone can tell
	Failure Outcome = "failure" // it did not arrive
)

// StatusRow describes one status of a vocabulary.
type StatusRow struct {
	ID      string  // the identifier, unique in its vocabulary
	Text    string  // the spelling of the text that it comes from
	Meaning string  // one sentence
	Reached string  // what leads here, in the notation of Compile
	Step    string  // 1 taken, 2 handled, 3 sent, 4 reader
	Final   bool    // only a new attempt leaves it
	Outcome Outcome // what it means for the sender
}

// Vocabulary is one provider's words for what became of a message: its
// statuses, and a table (status, kind, reason) → status. What no row lists
// changes nothing.
type Vocabulary struct {
	Name   string
	Source string            // the text it is true to
	Groups map[string]string // names for lists of statuses, used in Reached
	Rows   []StatusRow       // Rows[0] is none

	byID map[string]Status
	next []Status // by status, kind, reason
}

// Compile checks the rows and makes the table of them.
//
// A row's Reached is clauses separated by semicolons, each `events < statuses`:
// these events lead here from these statuses only. Events are separated by
// commas, statuses by spaces; a name in Groups stands for its list.
//
//	kind                 any reason
//	kind{reason,reason}  these reasons
//	kind{-reason}        any reason but this one
//	kind{hard}, {soft}   by the class of the reason
//	A                    any platform kind that proves that the message exists;
//	                     a kind that a row names beats it
//	B                    bounced and bounced_later
func (v *Vocabulary) Compile() error {
	v.byID = make(map[string]Status, len(v.Rows))
	for i, r := range v.Rows {
		if _, twice := v.byID[r.ID]; twice || r.ID == "" {
			return fmt.Errorf("vocabulary %s: status %q is not unique", v.Name, r.ID)
		}
		v.byID[r.ID] = Status(i)
	}
	v.next = make([]Status, len(v.Rows)*int(KindCount)*int(ReasonCount))
	decided := make([]bool, len(v.next))
	for s := range v.Rows {
		for i := range v.stride(Status(s)) {
			v.next[i] = Status(s)
		}
	}
	for _, general := range []bool{false, true} { // named kinds first: they beat A
		for to, r := range v.Rows {
			if err := v.compileRow(Status(to), r.Reached, general, decided); err != nil {
				return fmt.Errorf("vocabulary %s, status %s: %w", v.Name, r.ID, err)
			}
		}
	}
	return nil
}

func (v *Vocabulary) compileRow(to Status, reached string, general bool, decided []bool) error {
	if reached == "" {
		return nil
	}
	for clause := range strings.SplitSeq(reached, ";") {
		events, from, ok := strings.Cut(clause, "<")
		if !ok {
			return fmt.Errorf("clause %q has no <", clause)
		}
		states, err := v.statuses(from)
		if err != nil {
			return err
		}
		for _, word := range splitEvents(events) {
			if (word == "A") != general {
				continue
			}
			pairs, err := eventPairs(word)
			if err != nil {
				return err
			}
			for _, s := range states {
				for _, p := range pairs {
					i := v.index(s, p.kind, p.reason)
					if decided[i] && general {
						continue
					}
					if decided[i] && v.next[i] != to {
						return fmt.Errorf("%s{%s} from %s leads to %s too", p.kind, p.reason, v.Rows[s].ID, v.Rows[v.next[i]].ID)
					}
					decided[i], v.next[i] = true, to
				}
			}
		}
	}
	return nil
}

// statuses resolves a list of statuses and groups.
func (v *Vocabulary) statuses(list string) ([]Status, error) {
	var out []Status
	for _, name := range strings.Fields(list) {
		if g, ok := v.Groups[name]; ok {
			sub, err := v.statuses(g)
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

type eventPair struct {
	kind   Kind
	reason Reason
}

// eventPairs resolves one event word to all kinds and reasons that it covers.
func eventPairs(word string) ([]eventPair, error) {
	name, reasons, braced := strings.Cut(word, "{")
	reasons = strings.TrimSuffix(reasons, "}")
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
		covered, err := coveredReasons(k, reasons, braced)
		if err != nil {
			return nil, err
		}
		for _, r := range covered {
			pairs = append(pairs, eventPair{k, r})
		}
	}
	return pairs, nil
}

func coveredReasons(k Kind, list string, braced bool) ([]Reason, error) {
	all := append([]Reason{ReasonNone}, k.Reasons()...)
	if !braced {
		return all, nil
	}
	var covered []Reason
	for name := range strings.SplitSeq(list, ",") {
		except := strings.HasPrefix(name, "-")
		match := func(r Reason) bool { return r != ReasonNone && r.String() == strings.TrimPrefix(name, "-") }
		switch name {
		case "hard":
			match = Reason.Hard
		case "soft":
			match = func(r Reason) bool { return !r.Hard() }
		}
		n := len(covered)
		for _, r := range all {
			if match(r) != except {
				covered = append(covered, r)
			}
		}
		if len(covered) == n || except && len(covered) == n+len(all) {
			return nil, fmt.Errorf("%s has no reason %q", k, name)
		}
	}
	return covered, nil
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

func (v *Vocabulary) index(s Status, k Kind, r Reason) int {
	return (int(s)*int(KindCount)+int(k))*int(ReasonCount) + int(r)
}

// stride yields the table's indexes that belong to a status.
func (v *Vocabulary) stride(s Status) func(func(int) bool) {
	n := int(KindCount) * int(ReasonCount)
	return func(yield func(int) bool) {
		for i := int(s) * n; i < (int(s)+1)*n; i++ {
			if !yield(i) {
				return
			}
		}
	}
}

// Next returns the status that an event of kind k for reason r leads to from s.
func (v *Vocabulary) Next(s Status, k Kind, r Reason) Status { return v.next[v.index(s, k, r)] }

// Status returns the status with that identifier.
func (v *Vocabulary) Status(id string) (Status, bool) {
	s, ok := v.byID[id]
	return s, ok
}

// Row describes a status; of an unknown one, None's row.
func (v *Vocabulary) Row(s Status) *StatusRow {
	if int(s) >= len(v.Rows) {
		s = None
	}
	return &v.Rows[s]
}
