// Package classify says why a delivery failed, from what the remote server
// answered, and whether a machine or a person fetched. It is pure: the same
// reply always has the same reason, and the same hit among the same others is the
// same one's.
//
// A reply is judged by rules, which are data (rules.txt, whose head says how they
// are written). In this order, and the verdict names what decided:
//
//  1. its words: the first rule of the file that they and its conditions meet;
//  2. its enhanced status code (RFC 3463): "enhanced:5.1.1";
//  3. its reply code (RFC 5321, 4.2): "code:550".
//
// Whatever the rules say, a reply is never hard that is for now (4xx, 4.x.x), for
// it may yet be delivered; that is for reasons of policy (x.7.x), for one
// blocklisting would suppress every address; or that answers what we said before we
// named a recipient, or wants us to log in (53x). Where a reply names two enhanced
// codes, either is enough. Nor is what none of the three knows: it is unclassified.
//
// What it leaves out: a bounce and a deferral with the same words have the same
// reason; whether it was for good is the event's kind. Only the first kilobyte of
// a reply counts.
//
// Hits are judged by other rules (machines.txt, with networks.txt), see Machines.
// The caller says what the other events of a message tell about a hit (Around), for
// a rule may need to know when it was delivered, or what else its client followed.
package classify

import (
	"cmp"
	"math/bits"
	"sync"

	"mailfate/schemas"
)

// Version changes whenever the code here gives the same reply another reason by
// the same rules. See Rules.Version.
const Version = 4

// Said is what a server answered. Any of it may be missing; the codes are then
// looked for in the text.
type Said struct {
	Code     uint16 // SMTP reply code
	Enhanced string // enhanced status code, as 5.1.1
	Command  string // the command that was answered, as RCPT TO
	Host     string // who answered, as name[address]:port
	Text     string // in its words, with or without the codes
}

// SaidIn returns what the server answered that an event tells of.
func SaidIn(ev *schemas.Event) Said {
	return Said{Code: ev.Code, Enhanced: ev.Enhanced, Command: ev.Command, Host: ev.Relay, Text: ev.Reply}
}

// Verdict is why a delivery failed. Whether that is hard, whose fault it is and
// whether it suppresses the address follows from the reason.
type Verdict struct {
	Reason   schemas.Reason
	Rule     string // what decided: a rule's name, enhanced:5.1.1, code:550 or none
	Provider string // who answered, by the rule or by the host; "" when no rule knows
}

// undecided is the rule's name where a reply has neither known words nor a code.
const undecided = "none"

// Reply judges a reply by the rules. It does not allocate.
func (r *Rules) Reply(s *Said) Verdict {
	q := questions.Get().(*question)
	defer questions.Put(q)
	q.ask(s)
	if v := r.byWords(q); v.Rule != "" {
		return v
	}
	v := r.byCodes(q)
	v.Provider = r.providerOf(q.host)
	return v
}

// question is a reply that is being judged.
type question struct {
	said     Said
	host     []byte // who answered, in lower case
	text     []byte // normalised
	code     uint16
	enhanced status
	policy   bool // it is one of policy: never hard
	mild     bool // it is for now, or about us: never hard

	room       [maxText + 8]byte // for text
	hostRoom   [255]byte         // for host
	literals   literalSet        // those that were said
	candidates ruleSet           // the rules that they may meet
}

// questions are used again, because a regexp would have each on the heap.
var questions = sync.Pool{New: func() any { return new(question) }}

func (q *question) ask(s *Said) {
	q.said, q.host = *s, hostOf(q.hostRoom[:0], s.Host)
	q.text = normalise(q.room[:0], s.Text)
	q.literals, q.candidates = literalSet{}, ruleSet{}
	q.readCodes()
}

// readCodes finds the codes, and what they forbid to conclude.
func (q *question) readCodes() {
	code, enhanced := q.said.codes()
	q.code, q.enhanced = code, parseStatus(enhanced)
	told := parseStatus(q.said.Enhanced)
	q.mild = code/100 == 4 || code/10 == 53 || q.enhanced.class == 4 || told.class == 4 || beforeRecipient(q.said.Command)
	q.policy = q.enhanced.subject == 7 || told.subject == 7 || namesPolicy(q.said.Text)
}

// beforeRecipient reports whether a command comes before those that name recipients.
func beforeRecipient(command string) bool {
	for _, c := range [...]string{"MAIL", "EHLO", "HELO", "STARTTLS", "AUTH", "greeting", "initial"} {
		if hasPrefixFold(command, c) {
			return true
		}
	}
	return false
}

// byWords judges by the first rule that knows the words; the verdict names no rule
// when none does.
func (r *Rules) byWords(q *question) Verdict {
	r.words.scan(q)
	for i, set := range q.candidates {
		for ; set != 0; set &= set - 1 {
			rule := &r.rules[64*i+bits.TrailingZeros64(set)]
			if rule.meets(q) {
				return Verdict{rule.reason, rule.name, cmp.Or(rule.provider, r.providerOf(q.host))}
			}
		}
	}
	return Verdict{}
}

// byCodes judges a reply of which no rule knows the words.
func (r *Rules) byCodes(q *question) Verdict {
	for i := range r.statuses {
		if k := &r.statuses[i]; k.matches(q.enhanced) {
			return k.verdict(q)
		}
	}
	if q.code < firstCode || q.code > lastCode {
		return Verdict{Reason: schemas.Unclassified, Rule: undecided}
	}
	return r.codes[q.code-firstCode].verdict(q)
}

func (k *known) verdict(q *question) Verdict {
	v := Verdict{Reason: k.reason, Rule: k.name}
	switch {
	case k.reason.Hard() && q.policy:
		v.Reason = schemas.Policy
	case k.reason.Hard() && q.mild:
		v.Reason = schemas.Unclassified
	}
	return v
}
