package api

import (
	"slices"
	"strings"
	"time"

	"mailfate/schemas"
)

// Filter says which changes of status are wanted: those that are changes in its
// vocabulary and fit all that it names.
type Filter struct {
	Owner      Owner
	Vocabulary *schemas.Vocabulary
	Any        Term   // in the sender, in the recipient, or AnyID
	AnyID      string // a message id
	Sender     Term
	Recipient  Term
	MessageID  string
	Statuses   []string // identifiers of the vocabulary; the status after the change
	Kinds      []string
	Reasons    []string
	Campaign   string
	From, To   time.Time // in event time, To excluded; zero: no end
}

// A Term is what is looked for in an address.
type Term struct {
	How   How
	Text  string   // in lower case
	Words []string // all of which the address has: what text indexes are made of
}

// How an address is compared with a Term.
type How uint8

// The ways.
const (
	Whatever How = iota // every address will do
	Part                // whole words of it, in their order and with what is between them
	Words               // whole words of it
	Exact               // all of it
	Domain              // what follows its last @
)

// maxWords is how many words of a term are looked up in an index: more than that
// says no more.
const maxWords = 32

// parseTerm reads what somebody typed: "@domain", a whole address, or words of one.
func parseTerm(name, typed string) (Term, error) {
	typed = strings.TrimSpace(typed)
	switch {
	case typed == "":
		return Term{}, nil
	case len(typed) > schemas.MaxRecipient:
		return Term{}, invalid(name + " is too long")
	case typed == "<>":
		return Term{How: Exact, Text: typed}, nil // the null sender
	}
	t := Term{How: Part, Text: schemas.CleanRecipient(typed)}
	switch at := strings.LastIndexByte(t.Text, '@'); {
	case strings.ContainsAny(t.Text, " \t"):
		t.How = Words
	case at == 0:
		t.How, t.Text = Domain, t.Text[1:]
	case at > 0 && at < len(t.Text)-1:
		t.How = Exact
	}
	t.Words = WordsOf(t.Text)
	if len(t.Words) == 0 {
		return Term{}, invalid(name + " has neither a letter nor a digit to search for")
	}
	return t, nil
}

// WordsOf are the words of a text that are looked up for it.
func WordsOf(text string) []string {
	all := words(text)
	return all[:min(len(all), maxWords)]
}

// words splits a text as ClickHouse's splitByNonAlpha does.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool {
		return r < 0x80 && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}

// lower lowers ASCII letters, as ClickHouse's lower does.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// In reports whether an address is meant.
func (t *Term) In(address string) bool {
	if t.How == Whatever {
		return true
	}
	address = lower(address)
	switch t.How {
	case Exact:
		return address == t.Text
	case Domain:
		return strings.Contains(address, "@") && schemas.Domain(address) == t.Text
	case Part:
		if !strings.Contains(address, t.Text) {
			return false
		}
	}
	has := words(address)
	return !slices.ContainsFunc(t.Words, func(w string) bool { return !slices.Contains(has, w) })
}

// Fits reports whether a change is wanted, as it is told in the filter's vocabulary.
func (f *Filter) Fits(c *Change) bool {
	return f.Owner.Is(c.Account) && c.Before != c.Status &&
		(f.Any.How == Whatever || f.Any.In(c.Sender) || f.Any.In(c.Recipient) || f.AnyID == c.MessageID) &&
		f.Sender.In(c.Sender) && f.Recipient.In(c.Recipient) &&
		(f.MessageID == "" || f.MessageID == c.MessageID) && (f.Campaign == "" || f.Campaign == c.Campaign) &&
		among(f.Statuses, c.Status) && among(f.Kinds, c.Kind) && among(f.Reasons, c.Reason) &&
		(f.From.IsZero() || c.Time.UnixMilli() >= f.From.UnixMilli()) && (f.To.IsZero() || c.Time.UnixMilli() < f.To.UnixMilli())
}

func among(list []string, s string) bool { return len(list) == 0 || slices.Contains(list, s) }
