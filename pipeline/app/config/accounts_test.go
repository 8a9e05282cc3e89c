package config

import (
	"fmt"
	"testing"
)

const twoAccounts = `
accounts:
- {name: shop, domains: [shop.example, "*.shop.example", bücher.example], sasl_users: [Shop, both@x]}
- {name: vip, domains: ["*.vip.shop.example", www.shop.example], sasl_users: [vip]}
`

func TestAccount(t *testing.T) {
	c := mustParse(t, twoAccounts)
	for _, tt := range []struct{ sender, user, want string }{
		{"", "", ""},
		{"a@shop.example", "", "shop"},
		{"a@SHOP.Example", "", "shop"},
		{"a@b@shop.example", "", "shop"},
		{"a@bücher.example", "", "shop"},
		{"a@xn--bcher-kva.example", "", "shop"},
		{"a@www.xn--bcher-kva.example", "", ""},
		{"a@news.shop.example", "", "shop"},
		{"a@deep.news.shop.example", "", "shop"},
		{"a@www.shop.example", "", "vip"},    // exactly, rather than below
		{"a@x.www.shop.example", "", "shop"}, // below, but not exactly
		{"a@a.vip.shop.example", "", "vip"},  // the nearest
		{"a@vip.shop.example", "", "shop"},   // not its own subdomain
		{"a@notshop.example", "", ""},        // labels, not letters
		{"a@shop.example.evil.example", "", ""},
		{"a@.shop.example", "", "shop"},
		{"shop.example", "", ""},
		{"a@shop.example", "vip", "vip"}, // who logged in counts more
		{"a@shop.example", "VIP", "vip"},
		{"", "shop", "shop"},
		{"a@shop.example", "nobody", "shop"},
	} {
		if got := c.Account(tt.sender, tt.user); got != tt.want {
			t.Errorf("%+v: %q", tt, got)
		}
	}
	var none Config
	if got := none.Account("a@b", "c"); got != "" {
		t.Error(got)
	}
}

func TestAccountAllocates(t *testing.T) {
	c := mustParse(t, twoAccounts)
	if n := testing.AllocsPerRun(100, func() {
		c.Account("somebody@deep.news.shop.example", "")
		c.Account("somebody@nowhere.example", "vip")
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAccount(b *testing.B) {
	c := Default()
	for i := range 10_000 {
		c.Accounts = append(c.Accounts, Account{Name: fmt.Sprint("a", i), Domains: []string{fmt.Sprintf("d%d.example", i), fmt.Sprintf("*.d%d.example", i)}})
	}
	if err := c.Validate(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		c.Account("somebody@news.d4711.example", "")
	}
}
