package classify

import (
	"bytes"
	"regexp"

	"mailfate/schemas"
)

// rule is one rule of the file, compiled.
type rule struct {
	name, provider string
	reason         schemas.Reason
	codes          []codeRange
	statuses       []statusPattern
	commands       []string // in lower case; how the command begins
	ours           bool     // our own MTA speaks, and no server
	hosts          []string // in lower case; the host or a domain above it
	clauses        [][]uint16
	not            []uint16
	regexps        []*regexp.Regexp
}

// meets reports whether the reply meets all conditions; that one word of the
// rule's first clause was said is known.
func (r *rule) meets(q *question) bool {
	hard := r.reason.Hard()
	if hard && (q.mild || q.policy) {
		return false
	}
	for _, clause := range r.clauses[1:] {
		if !q.literals.any(clause) {
			return false
		}
	}
	if q.literals.any(r.not) || !r.meetsCodes(q) || !r.meetsCommand(q.said.Command) || !isBelowAny(q.host, r.hosts) {
		return false
	}
	if r.isOfAnother(q.provider) || r.ours && !q.ours() || hard && q.stage == toLetter && !q.allowsLate(r) {
		return false
	}
	for _, re := range r.regexps {
		if !re.Match(q.text) {
			return false
		}
	}
	return true
}

// isOfAnother reports whether the rule is a provider's, and another's host answered.
func (r *rule) isOfAnother(provider string) bool {
	return r.provider != "" && provider != "" && r.provider != provider
}

// ours reports whether no server answered: these are the words of our own MTA.
func (q *question) ours() bool { return q.code == 0 && len(q.host) == 0 }

func (r *rule) meetsCodes(q *question) bool {
	ok := len(r.codes) == 0
	for _, c := range r.codes {
		ok = ok || q.code >= c.first && q.code <= c.last
	}
	if !ok || len(r.statuses) == 0 {
		return ok
	}
	for _, s := range r.statuses {
		if s.matches(q.enhanced) {
			return true
		}
	}
	return false
}

func (r *rule) meetsCommand(command string) bool {
	for _, c := range r.commands {
		if hasPrefixFold(command, c) {
			return true
		}
	}
	return len(r.commands) == 0
}

// hostOf appends the name of name[address]:port in lower case.
func hostOf(dst []byte, relay string) []byte {
	for i := 0; i < len(relay) && len(dst) < cap(dst); i++ {
		c := relay[i]
		if c == '[' || c == ':' || c == ' ' {
			break
		}
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		dst = append(dst, c)
	}
	return bytes.TrimSuffix(dst, []byte("."))
}

// isBelowAny reports whether the host is one of the domains or below one; always,
// when there are none.
func isBelowAny(host []byte, domains []string) bool {
	for _, d := range domains {
		n := len(host) - len(d)
		if n >= 0 && string(host[n:]) == d && (n == 0 || host[n-1] == '.') {
			return true
		}
	}
	return len(domains) == 0
}

// Provider tells whose host answered, given as name[address]:port; "" when nobody
// knows. It does not allocate.
func (r *Rules) Provider(relay string) string {
	var room [255]byte
	return r.providerOf(hostOf(room[:0], relay))
}

// providerOf tells whose host it is, by the nearest domain that has a provider.
func (r *Rules) providerOf(host []byte) string {
	for len(host) > 0 {
		if p, ok := r.hosts[string(host)]; ok {
			return p
		}
		dot := bytes.IndexByte(host, '.')
		if dot < 0 {
			break
		}
		host = host[dot+1:]
	}
	return ""
}

type (
	literalSet [maxLiterals / 64]uint64
	ruleSet    [maxRules / 64]uint64
)

func (s *literalSet) has(id uint16) bool { return s[id/64]&(1<<(id%64)) != 0 }
func (s *literalSet) add(id uint16)      { s[id/64] |= 1 << (id % 64) }

func (s *literalSet) any(ids []uint16) bool {
	for _, id := range ids {
		if s.has(id) {
			return true
		}
	}
	return false
}

func (s *ruleSet) add(id uint16) { s[id/64] |= 1 << (id % 64) }
