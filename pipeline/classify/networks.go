package classify

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"
)

// Limits on networks. The published lists of the great clouds together have some
// 100,000 lines.
const (
	MaxNetworks     = 16 << 20 // of a file, in bytes
	maxNetworkNames = 64
)

// Nets is a set of networks' names.
type Nets uint64

// Networks tells which networks an address is in. They do not change.
type Networks struct {
	names  []string
	ranges []netRange // ascending; they do not overlap
}

// netRange is a range of addresses that are in the same networks; those of IPv4
// are mapped into IPv6.
type netRange struct {
	first, last wide
	nets        Nets
}

// wide is an address as a number.
type wide struct{ hi, lo uint64 }

func (a wide) compare(b wide) int { return cmp.Or(cmp.Compare(a.hi, b.hi), cmp.Compare(a.lo, b.lo)) }

func (a wide) next() wide {
	a.lo++
	if a.lo == 0 {
		a.hi++
	}
	return a
}

func (a wide) previous() wide {
	if a.lo == 0 {
		a.hi--
	}
	a.lo--
	return a
}

func wideOf(addr netip.Addr) wide {
	b := addr.As16()
	return wide{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

// maxAddress is longer than any address is written.
const maxAddress = len("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255")

// Of returns the networks that an address is in; none of what is no address. Text
// that cannot be one is known without the memory that an error takes.
func (n *Networks) Of(address string) Nets {
	if len(n.ranges) == 0 || address == "" || len(address) > maxAddress || strings.Trim(address, "0123456789abcdefABCDEF:.") != "" {
		return 0
	}
	addr, err := netip.ParseAddr(address)
	if err != nil {
		return 0
	}
	at := wideOf(addr)
	i, found := slices.BinarySearchFunc(n.ranges, at, func(r netRange, a wide) int { return r.first.compare(a) })
	if !found {
		i--
	}
	if i < 0 || n.ranges[i].last.compare(at) < 0 {
		return 0
	}
	return n.ranges[i].nets
}

// named is the network of that name, 0 where there is none.
func (n *Networks) named(name string) Nets {
	if i := slices.Index(n.names, name); i >= 0 {
		return 1 << i
	}
	return 0
}

// parseNetworks reads lines of a prefix and the name of its network.
func parseNetworks(f file) (*Networks, error) {
	n := &Networks{}
	var written []netRange
	err := f.lines(MaxNetworks, func(at int, line string) error {
		if line == "" || line[0] == '#' {
			return nil
		}
		prefix, name, _ := strings.Cut(line, " ")
		name = strings.TrimSpace(name)
		p, err := netip.ParsePrefix(prefix)
		switch {
		case err != nil:
			return f.problem(at, "%q is no network: want a prefix and a name, as 192.0.2.0/24 scanner", excerpt(prefix))
		case p != p.Masked():
			return f.problem(at, "%s has bits behind its %d: want %s", p, p.Bits(), p.Masked())
		case !isRuleName(name):
			return f.problem(at, "%q is no name of a network: want one of small letters, digits, hyphens and dots behind the prefix", excerpt(name))
		}
		if n.named(name) == 0 {
			if len(n.names) == maxNetworkNames {
				return f.problem(at, "%s is one more name than the %d that there is room for: take out what no rule names", name, maxNetworkNames)
			}
			n.names = append(n.names, strings.Clone(name))
		}
		first, last := ends(p)
		written = append(written, netRange{first, last, n.named(name)})
		return nil
	})
	if err != nil {
		return nil, err
	}
	n.ranges = flatten(written)
	return n, nil
}

// ends are the first and the last address of a prefix.
func ends(p netip.Prefix) (first, last wide) {
	first = wideOf(p.Addr())
	host := 128 - p.Bits()
	if p.Addr().Is4() {
		host = 32 - p.Bits()
	}
	last = first
	if host >= 64 {
		last.lo = ^uint64(0)
		last.hi |= 1<<(host-64) - 1
	} else {
		last.lo |= 1<<host - 1
	}
	return first, last
}

// flatten makes ranges that do not overlap of ranges of which each two are apart or
// one within the other.
func flatten(written []netRange) (flat []netRange) {
	slices.SortFunc(written, func(a, b netRange) int {
		return cmp.Or(a.first.compare(b.first), b.last.compare(a.last), cmp.Compare(a.nets, b.nets))
	})
	put := func(first, last wide, nets Nets) {
		if first.compare(last) > 0 {
			return
		}
		if n := len(flat); n > 0 && flat[n-1].nets == nets && flat[n-1].last.next() == first {
			flat[n-1].last = last
			return
		}
		flat = append(flat, netRange{first, last, nets})
	}
	var around []netRange // those that the present one is within, the outermost first
	var at wide           // what is before it has been put
	leave := func() {
		top := around[len(around)-1]
		put(at, top.last, top.nets)
		around = around[:len(around)-1]
		if at = top.last.next(); at == (wide{}) { // nothing is behind it, so all around it ends there
			around = around[:0]
		}
	}
	for _, r := range written {
		for len(around) > 0 && around[len(around)-1].last.compare(r.first) < 0 {
			leave()
		}
		if len(around) > 0 {
			top := around[len(around)-1]
			r.nets |= top.nets
			if at.compare(r.first) < 0 {
				put(at, r.first.previous(), top.nets)
			}
		}
		at = r.first
		around = append(around, r)
	}
	for len(around) > 0 {
		leave()
	}
	return flat
}
