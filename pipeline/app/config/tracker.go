package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"mailfate/sources/tracking/token"
)

// Tracker says how tracking links are signed, and where they are answered.
type Tracker struct {
	Listen         string // host:port; "": no tracker here
	URL            string // what links begin with: scheme and host; "": none are made
	Keys           []Key  // the first signs
	Proxies        []string
	MaxHeld        int // pixels that are held open at a time
	MaxConnections int
	SpoolMB        int           // how much of what was not read yet is kept
	Keep           time.Duration // what was read
}

// Key is a key that signs links.
type Key struct {
	ID     int
	Secret Secret
}

const (
	// maxKey is the largest id that a token has room for.
	maxKey = 255
	// minSpool is a segment and some more; maxSpool is a large disk.
	minSpool, maxSpool = 128, 16 << 20
	// maxConnections is more than a process may have open files.
	maxConnections = 1_000_000
)

func (t *Tracker) fields() []field {
	return []field{
		{"listen", text{&t.Listen}},
		{"url", text{&t.URL}},
		{"keys", list[Key]{&t.Keys, func() Key { return Key{} }, keyValue}},
		{"proxies", texts(&t.Proxies)},
		{"max_held", number{&t.MaxHeld}},
		{"max_connections", number{&t.MaxConnections}},
		{"spool_mb", number{&t.SpoolMB}},
		{"keep", duration{&t.Keep}},
	}
}

func keyValue(k *Key) value {
	return section(append([]field{{"id", number{&k.ID}}}, k.Secret.fields("key")...))
}

func (t *Tracker) check(p *problems) {
	if t.Listen != "" {
		checkAddresses(p, "tracker.listen", []string{t.Listen}, "8025")
		if len(t.Keys) == 0 {
			p.report("tracker.keys", "is missing", "a tracker answers what was signed: name a key")
		}
	}
	if t.URL != "" && !isBase(t.URL) {
		p.report("tracker.url", excerpt(t.URL)+" is not what links can begin with", "write https:// and a host, such as https://click.example.com")
	}
	ids := seen{}
	for i := range t.Keys {
		t.Keys[i].check(p, fmt.Sprintf("tracker.keys[%d]", i), ids)
	}
	for i, network := range t.Proxies {
		if _, err := parseNetwork(network); err != nil {
			p.report(fmt.Sprintf("tracker.proxies[%d]", i), excerpt(network)+" is no network", "write an address or a network, such as 127.0.0.1 or 10.0.0.0/8")
		}
	}
	checkNumber(p, "tracker.max_connections", t.MaxConnections, 1, maxConnections)
	checkNumber(p, "tracker.max_held", t.MaxHeld, 0, t.MaxConnections)
	checkNumber(p, "tracker.spool_mb", t.SpoolMB, minSpool, maxSpool)
	checkRange(p, "tracker.keep", t.Keep, 0, 366*day)
}

func (k *Key) check(p *problems, key string, ids seen) {
	checkNumber(p, key+".id", k.ID, 1, maxKey)
	ids.add(p, key+".id", fmt.Sprint(k.ID), "key")
	k.Secret.require(p, key, "key")
}

// isBase reports whether links can begin with s.
func isBase(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && s == u.Scheme+"://"+u.Host
}

// parseNetwork reads a network, or an address for one of its own.
func parseNetwork(s string) (netip.Prefix, error) {
	if strings.Contains(s, "/") {
		return netip.ParsePrefix(s)
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, err
	}
	return a.Prefix(a.BitLen())
}

// Networks returns the proxies' networks.
func (t *Tracker) Networks() []netip.Prefix {
	var all []netip.Prefix
	for _, s := range t.Proxies {
		if n, err := parseNetwork(s); err == nil { // which was checked
			all = append(all, n)
		}
	}
	return all
}

// ReadKeys reads the secrets, and returns what signs and opens tokens; nil when no key
// is configured.
func (t *Tracker) ReadKeys() (*token.Keys, error) {
	if len(t.Keys) == 0 {
		return nil, nil
	}
	all := make([]token.Key, len(t.Keys))
	for i, k := range t.Keys {
		secret, err := k.Secret.Read()
		if err != nil {
			return nil, &Error{Key: fmt.Sprintf("tracker.keys[%d]", i), Problem: "cannot be used", Err: err}
		}
		all[i] = token.Key{ID: uint8(k.ID), Secret: secret}
	}
	keys, err := token.NewKeys(all...)
	if err != nil {
		return nil, &Error{Key: "tracker.keys", Problem: "cannot be used", Err: err}
	}
	return keys, nil
}
