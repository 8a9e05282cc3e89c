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
// Whatever the rules say, a reply is never hard
//
//   - that is for now, for it may yet be delivered: it names a code 4xx or 4.x.x
//     anywhere, or one that tells of no failure;
//   - that is for reasons of policy (x.7.x, 57x), for one blocklisting would suppress
//     every address;
//   - that answers what we said before we named a recipient, or wants us to log in
//     (53x);
//   - that answers the letter (DATA and its end) and says no more than words that
//     servers also have for letters they do not like: see allowsLate;
//   - that says a word of something else than the recipient: a veto. It then has the
//     reason that the veto names, unless a softer rule knows better: "veto:policy".
//
// By a code alone only the answer to RCPT is hard, or to nobody knows what. What
// none of the three knows is unclassified.
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
const Version = 5

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
	Rule     string // what decided: a rule's name, veto:policy, enhanced:5.1.1, code:550 or none
	Provider string // who answered, by the host, else by the rule; "" when neither knows
}

// undecided is the rule's name where a reply has neither known words nor a code.
const undecided = "none"

// Reply judges a reply by the rules. It does not allocate.
func (r *Rules) Reply(s *Said) Verdict {
	q := questions.Get().(*question)
	defer questions.Put(q)
	q.ask(s)
	q.provider = r.providerOf(q.host)
	if v := r.byWords(q); v.Rule != "" {
		return v
	}
	v := r.byCodes(q)
	v.Provider = q.provider
	return v
}

// question is a reply that is being judged.
type question struct {
	said     Said
	host     []byte // who answered, in lower case
	text     []byte // normalised
	code     uint16
	enhanced status
	provider string // whose the host is
	stage    stage
	policy   bool  // it is one of policy: never hard
	mild     bool  // it is for now, or about us: never hard
	veto     uint8 // one more than the first veto that was said

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
	q.literals, q.candidates, q.veto = literalSet{}, ruleSet{}, 0
	q.readCodes()
}

// readCodes finds the codes, and what they and the command forbid to conclude.
func (q *question) readCodes() {
	code, enhanced := q.said.codes()
	named := classesIn(q.said.Text)
	q.code, q.enhanced, q.stage = code, parseStatus(enhanced), stageOf(q.said.Command)
	told := q.enhanced
	if enhanced != q.said.Enhanced {
		told = parseStatus(q.said.Enhanced)
	}
	q.mild = code != 0 && code/100 != 5 || code/10 == 53 || named.later || q.stage == beforeRecipient ||
		q.enhanced.class != 0 && q.enhanced.class != 5 || told.class != 0 && told.class != 5
	q.policy = q.enhanced.subject == 7 || told.subject == 7 || named.policy || code/10 == 57
}

// byWords judges by the first rule that knows the words; the verdict names no rule
// when none does.
func (r *Rules) byWords(q *question) Verdict {
	r.words.scan(q)
	vetoed := false
	for i, set := range q.candidates {
		for ; set != 0; set &= set - 1 {
			rule := &r.rules[64*i+bits.TrailingZeros64(set)]
			switch {
			case !rule.meets(q):
			case rule.reason.Hard() && q.veto != 0:
				vetoed = true
			default:
				return Verdict{rule.reason, rule.name, cmp.Or(q.provider, rule.provider)}
			}
		}
	}
	if vetoed {
		return r.vetoes[q.veto-1].verdict(q.provider)
	}
	return Verdict{}
}

// byCodes judges a reply of which no rule knows the words.
func (r *Rules) byCodes(q *question) Verdict {
	for i := range r.statuses {
		if k := &r.statuses[i]; k.matches(q.enhanced) {
			return r.byCode(q, &k.known)
		}
	}
	if q.code < firstCode || q.code > lastCode {
		return Verdict{Reason: schemas.Unclassified, Rule: undecided}
	}
	return r.byCode(q, &r.codes[q.code-firstCode])
}

func (r *Rules) byCode(q *question, k *known) Verdict {
	v := k.verdict("")
	switch {
	case !k.reason.Hard():
	case q.policy:
		v.Reason = schemas.Policy
	case q.mild, q.stage != anyStage && q.stage != toRecipient:
		v.Reason = schemas.Unclassified
	case q.veto != 0:
		return r.vetoes[q.veto-1].verdict("")
	}
	return v
}

func (k *known) verdict(provider string) Verdict {
	return Verdict{Reason: k.reason, Rule: k.name, Provider: provider}
}
