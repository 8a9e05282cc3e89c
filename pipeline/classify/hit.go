package classify

import (
	"math/bits"

	"mailfate/schemas"
)

// usualRequest is how most ask.
const usualRequest = "GET"

// Hit is somebody's fetch: an open, a read, a click or a link to unsubscribe.
type Hit struct {
	Kind    schemas.Kind
	Request string // the method, and prefetch behind it where the request said so
	URL     string // the link that was followed
	Nets    Nets   // of the client's address
}

// Around is what the other events of the message tell about a hit. It is asked
// only when all else of a rule is met.
type Around interface {
	// DeliveredWithin reports whether the message was delivered at most so many
	// seconds before the hit, or after it: scanners fetch before they accept, and
	// the clocks of hosts differ.
	DeliveredWithin(seconds int64) bool
	// Unopened reports whether nobody, man or machine, fetched the pixel before.
	Unopened() bool
	// Links is how many links, up to enough, the client followed in a time of so
	// many seconds that the hit is in.
	Links(enough int, seconds int64) int
	// Followed reports whether the client followed a link with one of these texts in
	// it not long before or after the hit, or with the hit itself.
	Followed(texts []string) bool
}

// Alone is what is known around a hit of which only itself is known.
var Alone Around = alone{}

type alone struct{}

func (alone) DeliveredWithin(int64) bool { return false }
func (alone) Unopened() bool             { return false }
func (alone) Links(int, int64) int       { return 0 }
func (alone) Followed([]string) bool     { return false }

// Fetcher is who fetched, and the rule that says so; nil where no rule does, and
// it is taken for a person.
type Fetcher struct{ rule *machineRule }

// Machine reports whether nobody asked for the hit.
func (f Fetcher) Machine() bool { return f.rule != nil && f.rule.machine }

// ByName reports whether the user agent alone decided: ByName would say the same.
func (f Fetcher) ByName() bool { return f.rule == nil || f.rule.named() }

// Rule is the name of the rule that decided, "" where none did.
func (f Fetcher) Rule() string {
	if f.rule == nil {
		return ""
	}
	return f.rule.name
}

// Means is what the rule says of whom it knows, for people to read.
func (f Fetcher) Means() string {
	if f.rule == nil {
		return ""
	}
	return f.rule.means
}

// Label is what a machine's hit of that kind is read as, and the rule's name:
// "machine_opened apple.mpp".
func (f Fetcher) Label(k schemas.Kind) string {
	if f.rule == nil || k < firstHit || k > lastHit {
		return ""
	}
	return f.rule.labels[k-firstHit]
}

// Agent is what the name that a program gives itself says: the rules that a hit of
// its may meet. It may be remembered, for few names are seen again and again.
type Agent struct{ rules machineSet }

// Agent looks at a user agent; "" is one that is not known.
func (m *Machines) Agent(name string) (a Agent) {
	var room [schemas.MaxText]byte
	lower := appendLower(room[:0], name)
	for i := range m.rules {
		if m.rules[i].agent.fits(lower) {
			a.rules.add(i)
		}
	}
	return a
}

// ByName judges a hit by its user agent alone.
func (m *Machines) ByName(a Agent, k schemas.Kind) Fetcher {
	if k < firstHit || k > lastHit {
		return Fetcher{}
	}
	for w, set := range a.rules {
		if set &= m.kinds[k-firstHit][w] & m.named[w]; set != 0 {
			return Fetcher{&m.rules[64*w+bits.TrailingZeros64(set)]}
		}
	}
	return Fetcher{}
}

// Judge says who fetched: the first rule of the file that the hit meets decides.
// It does not allocate.
func (m *Machines) Judge(a Agent, h *Hit, around Around) Fetcher {
	if h.Kind < firstHit || h.Kind > lastHit {
		return Fetcher{}
	}
	may := a.rules
	may.only(&m.kinds[h.Kind-firstHit])
	if h.Request == usualRequest { // of most hits, and few come from a network that has a name
		may.only(&m.usual)
	}
	if h.Nets == 0 {
		may.only(&m.anywhere)
	}
	for w, set := range may {
		for ; set != 0; set &= set - 1 {
			if r := &m.rules[64*w+bits.TrailingZeros64(set)]; r.meets(h, around) {
				return Fetcher{r}
			}
		}
	}
	return Fetcher{}
}

// appendLower appends what of a text there is room for, in lower case.
func appendLower(dst []byte, s string) []byte {
	for i := 0; i < len(s) && len(dst) < cap(dst); i++ {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		dst = append(dst, c)
	}
	return dst
}
