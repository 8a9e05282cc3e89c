package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

var (
	givenNames = strings.Fields("anna ben carla david elif farid greta hugo ines jonas kofi lena marco nadia olga pavel quentin rosa samir tanja ulrike viktor wanda xenia yuki zoe amira bruno chloe dario emma felipe")
	lastNames  = strings.Fields("acker brandt costa dupont engel fischer garcia hansen ivanov jansen kovac lopez meyer novak okafor petrov quist rossi sato tanaka ueda vogel weber xu young zimmer")
)

// crowd makes up who gets mail: addresses at the providers, by their weight.
type crowd struct {
	rnd    *rand.Rand
	people []string
	known  map[string]bool
}

func newCrowd(rnd *rand.Rand, n int) *crowd {
	var domains []string
	for _, p := range providers {
		for range p.weight {
			domains = append(domains, p.domain)
		}
	}
	c := &crowd{rnd: rnd, known: map[string]bool{}}
	for len(c.people) < n {
		c.people = append(c.people, c.someone(domains[rnd.IntN(len(domains))]))
	}
	return c
}

// name is a local part, in the forms that people choose.
func (c *crowd) name() string {
	given, last := pick(c.rnd, givenNames), pick(c.rnd, lastNames)
	switch c.rnd.IntN(12) {
	case 0:
		return fmt.Sprintf("%s%d", given, 60+c.rnd.IntN(45))
	case 1:
		return given[:1] + last
	case 2:
		return fmt.Sprintf("%s.%s+news", given, last)
	case 3:
		return strings.ToUpper(given[:1]) + given[1:] + "." + strings.ToUpper(last[:1]) + last[1:]
	case 4:
		return fmt.Sprintf("%s_%s%d", last, given, c.rnd.IntN(100))
	default:
		return fmt.Sprintf("%s.%s%d", given, last, c.rnd.IntN(30))
	}
}

func (c *crowd) anyone() string { return pick(c.rnd, c.people) }

// few are n different people.
func (c *crowd) few(n int) []string {
	out := make([]string, n)
	for i, j := range c.rnd.Perm(len(c.people))[:n] {
		out[i] = c.people[j]
	}
	return out
}

// someone is a new person at this domain.
func (c *crowd) someone(domain string) string {
	for {
		addr := c.name() + "@" + domain
		if key := strings.ToLower(addr); !c.known[key] {
			c.known[key] = true
			return addr
		}
	}
}

func pick[T any](rnd *rand.Rand, from []T) T { return from[rnd.IntN(len(from))] }
