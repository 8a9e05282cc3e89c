package tracker

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

func TestClient(t *testing.T) {
	tr := New(Options{Proxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/32")}})
	for _, tc := range []struct {
		peer      string
		forwarded []string
		want      string
	}{
		{"198.51.100.1:5", []string{"203.0.113.9"}, "198.51.100.1"},
		{"192.0.2.1:5", nil, "192.0.2.1"},
		{"192.0.2.1:5", []string{"203.0.113.9"}, "203.0.113.9"},
		{"192.0.2.1:5", []string{"1.1.1.1, 203.0.113.9"}, "203.0.113.9"},
		{"192.0.2.1:5", []string{"1.1.1.1", "203.0.113.9, 192.0.2.7"}, "203.0.113.9"},
		{"192.0.2.1:5", []string{"junk, 192.0.2.7"}, "192.0.2.7"},
		{"192.0.2.1:5", []string{`"><script>`}, "192.0.2.1"},
		{"[2001:db8::1]:5", []string{"2001:4860::1"}, "2001:4860::1"},
		{"[::ffff:192.0.2.1]:5", []string{"::ffff:203.0.113.9"}, "203.0.113.9"},
		{"192.0.2.1:5", []string{strings.Repeat("192.0.2.2,", 10_000)}, "192.0.2.1"},
		{"192.0.2.1:5", []string{"203.0.113.9:5555"}, "203.0.113.9"},
		{"192.0.2.1:5", []string{"203.0.113.9, [2001:db8::5]:443"}, "203.0.113.9"},
		{"192.0.2.1:5", []string{"[2001:db8::5]"}, "2001:db8::5"},
		{"@", nil, "0.0.0.0"},
	} {
		r := &http.Request{RemoteAddr: tc.peer, Header: http.Header{"X-Forwarded-For": tc.forwarded}}
		if got := tr.client(r).String(); got != tc.want {
			t.Errorf("%+v: %s", tc, got)
		}
	}
}
