package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"mailfate/schemas"
	"mailfate/sinks/report"
)

const (
	defaultLimit = 100
	maxLimit     = 500
	// maxValues is how often a parameter that is a list may be repeated.
	maxValues = 64
	// maxText bounds what is compared as a whole.
	maxText = 1024
)

// filterNames are the parameters that make a Filter, and filterLists those of which any
// of several values will do.
var (
	filterNames = []string{"q", "sender", "recipient", "message_id", "campaign", "from", "to", "vocabulary", "account"}
	filterLists = []string{"status", "kind", "reason"}
)

// checkNames refuses parameters that nobody reads, and several values where one is
// read: a name that is misspelt, or a value that is not heeded, would otherwise find
// more than was asked for.
func checkNames(form url.Values, lists []string, singles ...string) error {
	for name, values := range form {
		switch {
		case slices.Contains(lists, name):
			if len(values) > maxValues {
				return invalid(name + " is repeated too often")
			}
		case name != "api_key" && !slices.Contains(singles, name):
			return invalid(fmt.Sprintf("there is no parameter %.40q here", name))
		}
	}
	return checkSingles(form, append(singles, "api_key")...)
}

// checkSingles refuses several values of what has one.
func checkSingles(form url.Values, names ...string) error {
	for _, name := range names {
		if len(form[name]) > 1 {
			return invalid(name + " is repeated, and has one value")
		}
	}
	return nil
}

// filter reads the Filter that a request asks for.
func filter(r *http.Request, who caller, more ...string) (f Filter, err error) {
	if err := checkNames(r.Form, filterLists, append(more, filterNames...)...); err != nil {
		return f, err
	}
	if f.Owner, err = who.owns(r); err != nil {
		return f, err
	}
	if f.Vocabulary, err = vocabulary(r, schemas.Canonical); err != nil {
		return f, err
	}
	for _, term := range []struct {
		name string
		into *Term
	}{{"q", &f.Any}, {"sender", &f.Sender}, {"recipient", &f.Recipient}} {
		if *term.into, err = parseTerm(term.name, r.Form.Get(term.name)); err != nil {
			return f, err
		}
	}
	f.AnyID = schemas.CleanMessageID(r.Form.Get("q"))
	f.MessageID = schemas.CleanMessageID(r.Form.Get("message_id"))
	f.Campaign = r.Form.Get("campaign")
	if len(f.Campaign) > maxText {
		return f, invalid("campaign is too long")
	}
	if err := f.names(r.Form); err != nil {
		return f, err
	}
	if f.From, err = instant(r, "from", false); err != nil {
		return f, err
	}
	f.To, err = instant(r, "to", true)
	return f, err
}

// names reads what is named of closed sets.
func (f *Filter) names(form url.Values) error {
	f.Statuses, f.Kinds, f.Reasons = filled(form["status"]), filled(form["kind"]), filled(form["reason"])
	for _, s := range f.Statuses {
		if _, ok := f.Vocabulary.Status(s); !ok {
			return invalid(fmt.Sprintf("status %.40q is none of vocabulary %s; /api/v1/vocabularies lists them", s, f.Vocabulary.Name))
		}
	}
	for _, k := range f.Kinds {
		if _, ok := schemas.ParseKind(k); !ok {
			return invalid(fmt.Sprintf("kind %.40q is not known", k))
		}
	}
	for _, reason := range f.Reasons {
		if !slices.Contains(reasons, reason) {
			return invalid(fmt.Sprintf("reason %.40q is not known", reason))
		}
	}
	return nil
}

// reasons are the names of all reasons.
var reasons = func() (names []string) {
	for r := schemas.Reason(1); r < schemas.ReasonCount; r++ {
		names = append(names, r.String())
	}
	return names
}()

func filled(values []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
}

// vocabulary reads which vocabulary is asked for.
func vocabulary(r *http.Request, unasked *schemas.Vocabulary) (*schemas.Vocabulary, error) {
	name := r.Form.Get("vocabulary")
	if name == "" {
		return unasked, nil
	}
	if v, ok := schemas.FindVocabulary(name); ok {
		return v, nil
	}
	return nil, invalid("vocabulary is not known")
}

// owns tells whose messages a request is about: the key's account's. Who may see
// every account's may name one.
func (c caller) owns(r *http.Request) (Owner, error) {
	account := strings.TrimSpace(r.Form.Get("account"))
	switch {
	case account == "" && c.every():
		return Owner{Any: true}, nil
	case account == "" || account == c.owner.Account:
		return c.owner, nil
	case !c.every():
		return Owner{}, errAccount
	}
	return Owner{Account: account}, nil
}

// lastTime is the end of the last year whose seconds the tables can hold.
var lastTime = time.Date(2106, 1, 1, 0, 0, 0, 0, time.UTC)

// instant reads a time, or a day, of which it is the beginning or the end.
func instant(r *http.Request, name string, end bool) (time.Time, error) {
	s := r.Form.Get(name)
	if s == "" {
		return time.Time{}, nil
	}
	t, ok := report.ParseTime(s, end)
	if !ok || t.Year() < 1970 || t.After(lastTime) {
		return time.Time{}, invalid(name + " is not a time as 2026-11-22T15:04:05Z or a day as 2026-11-22, of 1970 to 2105")
	}
	return t, nil
}

// limit reads how much is wanted.
func limit(r *http.Request) (int, error) { return number(r, "limit", defaultLimit, maxLimit) }

// number reads a number from 1 to most.
func number(r *http.Request, name string, unasked, most int) (int, error) {
	s := r.Form.Get(name)
	if s == "" {
		return unasked, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > most {
		return 0, invalid(fmt.Sprintf("%s is a number from 1 to %d", name, most))
	}
	return n, nil
}

// oneOf reads a parameter of a closed set; the first is what nobody has to say.
func oneOf(r *http.Request, name string, values ...string) (string, error) {
	value := r.Form.Get(name)
	switch {
	case value == "":
		return values[0], nil
	case !slices.Contains(values, value):
		return "", invalid(name + " is " + strings.Join(values, " or "))
	}
	return value, nil
}
