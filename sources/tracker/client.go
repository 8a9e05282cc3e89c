package tracker

import (
	"net/http"
	"net/netip"
	"strings"
)

// maxForwarded is how many addresses are looked at, from the last: proxies in a row
// are few, and what stands before them anybody may have written.
const maxForwarded = 16

// client returns the address that a request comes from: of a proxy's, the last address
// that proxies of ours have not added themselves.
func (t *Tracker) client(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.IPv4Unspecified() // it listens on something without addresses
	}
	client := peer.Addr().Unmap().WithZone("")
	if len(t.opts.Proxies) == 0 {
		return client
	}
	chain := strings.Join(r.Header["X-Forwarded-For"], ",")
	for range maxForwarded {
		if !t.ours(client) {
			break
		}
		at := strings.LastIndexByte(chain, ',')
		before, ok := parseForwarded(strings.TrimSpace(chain[at+1:]))
		if !ok {
			break
		}
		client = before.Unmap().WithZone("")
		chain = chain[:max(at, 0)]
	}
	return client
}

// parseForwarded reads an address as proxies write it, some with its port.
func parseForwarded(s string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return a, true
	}
	a, err := netip.ParseAddrPort(s)
	return a.Addr(), err == nil
}

func (t *Tracker) ours(a netip.Addr) bool {
	for _, p := range t.opts.Proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
