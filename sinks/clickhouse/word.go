package clickhouse

import (
	"mailfate/schemas"
)

// word is a LowCardinality(String) column. The driver keeps its dictionary in a
// map[any]int and makes a new interface value, with an allocation, of each row
// of a []string. So the values are handed over as interfaces, made once for each
// different string of a batch, or once for all for the closed sets below.
type word struct {
	list []any
	made map[string]any
}

func (c *word) add(v string) {
	boxed, ok := c.made[v]
	if !ok {
		if c.made == nil {
			c.made = map[string]any{}
		}
		boxed = v
		c.made[v] = boxed
	}
	c.list = append(c.list, boxed)
}

// name adds a string of a closed set.
func (c *word) name(boxed any) { c.list = append(c.list, boxed) }

func (c *word) len() int                { return len(c.list) }
func (c *word) values(from, to int) any { return c.list[from:to] }
func (c *word) merge(other column)      { c.list = append(c.list, other.(*word).list...) }

func (c *word) reset() {
	clear(c.list)
	c.list = c.list[:0]
	clear(c.made)
}

// The closed sets, as interface values of strings.
var (
	kindNames   = boxAll(int(schemas.KindCount), kindName)
	reasonNames = boxAll(int(schemas.ReasonCount), func(i int) string { return schemas.Reason(i).String() })
	faultNames  = boxAll(int(schemas.ReasonCount), func(i int) string { return schemas.Reason(i).Fault().String() })
	statusNames = boxStatuses()

	empty    any = ""
	hard     any = "hard"
	soft     any = "soft"
	outcomes     = boxAll(len(schemas.Canonical.Rows), func(i int) string { return string(schemas.Canonical.Rows[i].Outcome) })
)

// kindName leaves the kind of a withdrawn change empty.
func kindName(i int) string {
	if k := schemas.Kind(i); k != schemas.KindNone {
		return k.String()
	}
	return ""
}

func boxAll(n int, name func(int) string) []any {
	boxed := make([]any, n)
	for i := range boxed {
		boxed[i] = name(i)
	}
	return boxed
}

func boxStatuses() (boxed [len(schemas.Vocabularies)][]any) {
	for i, v := range schemas.Vocabularies {
		boxed[i] = boxAll(len(v.Rows), func(s int) string { return v.Rows[s].ID })
	}
	return boxed
}

// class says whether a failure of kind k tells that the address is bad.
func class(k schemas.Kind, r schemas.Reason) any {
	switch {
	case k != schemas.Bounced && k != schemas.BouncedLater:
		return empty
	case r.Hard():
		return hard
	}
	return soft
}

// account is how the tables spell the account of an identity.
func account(id schemas.Identity) string {
	if id.Account == "" {
		return schemas.DefaultAccount
	}
	return id.Account
}
