package classify

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
)

func TestNets(t *testing.T) {
	n, err := parseNetworks(file{"nets", strings.Join([]string{
		"# a comment", "", "192.0.2.0/24 a", "192.0.2.128/25   b", "192.0.2.192/26 a", "192.0.3.0/24 a", "2001:db8::/32 c",
		"255.255.255.255/32 d", "ffff::/16 e", "ffff:ffff:ffff:ffff::/64 f", "0.0.0.0/8 g", "192.0.2.0/24 h",
	}, "\n")})
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{
		"192.0.1.255": "", "192.0.2.0": "ah", "192.0.2.127": "ah", "192.0.2.128": "abh", "192.0.2.255": "abh", "192.0.3.0": "a", "192.0.4.0": "",
		"::ffff:192.0.2.1": "ah", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff": "c", "2001:db9::": "", "255.255.255.255": "d", "255.255.255.254": "",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff": "ef", "ffff::": "e", "fffe:ffff::": "", "0.0.0.0": "g", "::": "", "0.255.255.255": "g", "1.0.0.0": "",
		"": "", "x": "", "192.0.2.1:80": "", "2001:db8::1%eth0": "", "192.0.2.1 ": "", strings.Repeat("1", 600): "",
	} {
		got := ""
		for i, name := range n.names {
			if n.Of(address)&(1<<i) != 0 {
				got += name
			}
		}
		if sorted(got) != want {
			t.Errorf("%q is in %q, want %q", address, got, want)
		}
	}
}

func sorted(s string) (out string) {
	for c := 'a'; c <= 'z'; c++ {
		out += strings.Repeat(string(c), strings.Count(s, string(c)))
	}
	return out
}

// naiveNets looks at each line.
func naiveNets(n *Networks, lines []netip.Prefix, names []string, at netip.Addr) (nets Nets) {
	for i, p := range lines {
		if p.Contains(at) {
			nets |= n.named(names[i])
		}
	}
	return nets
}

// checkNets compares with the naive search at the ends of all ranges and beside them.
func checkNets(t *testing.T, lines []netip.Prefix, names []string) {
	t.Helper()
	var text strings.Builder
	for i, p := range lines {
		fmt.Fprintf(&text, "%s %s\n", p, names[i])
	}
	n, err := parseNetworks(file{"nets", text.String()})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range lines {
		last := p.Addr()
		for p.Contains(last.Next()) && p.Addr().BitLen()-p.Bits() < 10 {
			last = last.Next()
		}
		for _, at := range []netip.Addr{p.Addr(), p.Addr().Prev(), last, last.Next()} {
			if at.IsValid() && !at.Is4In6() {
				if got, want := n.Of(at.String()), naiveNets(n, lines, names, at); got != want {
					t.Fatalf("%s is in %b, want %b of\n%s", at, got, want, text.String())
				}
			}
		}
	}
}

func TestNetsEqualNaive(t *testing.T) {
	for seed := range uint64(2000) {
		random := rand.New(rand.NewPCG(seed, 1))
		var lines []netip.Prefix
		var names []string
		for range random.IntN(20) {
			b := [4]byte{[]byte{0, 192, 255}[random.IntN(3)], []byte{0, 255}[random.IntN(2)], byte(random.IntN(2)), byte(random.IntN(256))}
			lines = append(lines, netip.PrefixFrom(netip.AddrFrom4(b), 8+random.IntN(25)).Masked())
			names = append(names, string(rune('a'+random.IntN(4))))
		}
		checkNets(t, lines, names)
	}
}

func TestWrongNetworks(t *testing.T) {
	var many strings.Builder
	for i := range maxNetworkNames + 1 {
		fmt.Fprintf(&many, "192.0.2.%d/32 n%d\n", i, i)
	}
	for text, want := range map[string]string{
		"192.0.2.0 a":                       "nets:1: \"192.0.2.0\" is no network",
		"# x\n192.0.2.1/24 a":               "nets:2: 192.0.2.1/24 has bits behind its 24: want 192.0.2.0/24",
		"192.0.2.0/24":                      "no name of a network",
		"192.0.2.0/24 a b":                  "no name of a network",
		"192.0.2.0/33 a":                    "is no network",
		many.String():                       "room for",
		strings.Repeat("\n", MaxNetworks+1): "larger than",
	} {
		if _, err := parseNetworks(file{"nets", text}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %s", text, err, want)
		}
	}
}

// FuzzNetworks: any file is read or refused, its ranges are in order and apart, and
// any text is an address in some of them or not.
func FuzzNetworks(f *testing.F) {
	f.Add(NetworkText(), "67.231.150.1")
	f.Add("::/0 a\nffff::/16 b\n0.0.0.0/0 c\n", "::ffff:1.2.3.4")
	f.Add("::ffff:0:0/96 a\n255.255.255.255/32 b", "fe80::1%lo")
	f.Fuzz(func(t *testing.T, text, address string) {
		n, err := parseNetworks(file{"nets", text})
		if err != nil {
			return
		}
		for i, r := range n.ranges {
			if r.first.compare(r.last) > 0 || i > 0 && n.ranges[i-1].last.compare(r.first) >= 0 || r.nets == 0 {
				t.Fatalf("%v behind %v", r, n.ranges[max(i-1, 0)])
			}
		}
		got := n.Of(address)
		at, err := netip.ParseAddr(address)
		if err != nil || at.Zone() != "" {
			if got != 0 {
				t.Fatalf("%q is in %b", address, got)
			}
			return
		}
		var want Nets
		for line := range strings.Lines(text) {
			prefix, name, _ := strings.Cut(strings.TrimSpace(line), " ")
			if p, err := netip.ParsePrefix(prefix); err == nil {
				first, last := ends(p)
				if a := wideOf(at); first.compare(a) <= 0 && a.compare(last) <= 0 {
					want |= n.named(strings.TrimSpace(name))
				}
			}
		}
		if got != want {
			t.Fatalf("%s is in %b, want %b", address, got, want)
		}
	})
}
