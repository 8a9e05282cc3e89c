package config

import (
	"strings"

	"mailfate/schemas"
)

// accountIndex finds accounts by what a log says of a sender.
type accountIndex struct {
	users   map[string]string // by SASL user, in lower case
	domains map[string]string
	parents map[string]string // d of *.d
}

// index makes what Account looks in. Accounts have been checked.
func (c *Config) index() {
	x := &accountIndex{users: map[string]string{}, domains: map[string]string{}, parents: map[string]string{}}
	for _, a := range c.Accounts {
		for _, u := range a.SASLUsers {
			x.users[strings.ToLower(u)] = a.Name
		}
		for _, d := range a.Domains {
			if parent, ok := strings.CutPrefix(d, "*."); ok {
				x.parents[parent] = a.Name
			} else {
				x.domains[d] = a.Name
			}
		}
	}
	c.accounts = x
}

// Account returns the account of a message from its envelope sender, as
// Event.Sender has it, and the user who logged in to send it; each may be empty.
// The user is the better evidence. It is "" when neither belongs to an account.
//
// Users are compared without case. A domain is that of one account exactly, or
// is below the nearest *.domain; *.example.com does not mean example.com.
// It does not allocate for names in lower case.
func (c *Config) Account(sender, saslUser string) string {
	x := c.accounts
	if x == nil {
		return ""
	}
	if saslUser != "" {
		if a, ok := x.users[strings.ToLower(saslUser)]; ok {
			return a
		}
	}
	d := schemas.Domain(schemas.CleanRecipient(sender))
	if a, ok := x.domains[d]; ok || len(x.parents) == 0 {
		return a
	}
	for {
		_, parent, ok := strings.Cut(d, ".")
		if !ok {
			return ""
		}
		if a, ok := x.parents[parent]; ok {
			return a
		}
		d = parent
	}
}
