package schemas

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestCleanRecipient(t *testing.T) {
	for in, want := range map[string]string{
		"":                             "",
		"a@example.net":                "a@example.net",
		" <A.B@Example.NET>\t":         "a.b@example.net",
		"Reader@BÜCHER.example":        "reader@xn--bcher-kva.example",
		"reader@xn--BCHER-kva.EXAMPLE": "reader@xn--bcher-kva.example",
		"ÄPFEL@bücher.example":         "äpfel@xn--bcher-kva.example",
		"a@b@Bücher.example":           "a@b@xn--bcher-kva.example",
		`"A <b>"@example.net`:          `"a <b>"@example.net`,
		"<>":                           "",
		"Postmaster":                   "postmaster",
		"A\xff@B.example":              "a\xff@b.example",
		"Ä\xff@B.example":              "Ä\xff@b.example",
		"a\x00@example.net":            "a\x00@example.net",
		"reader@[192.0.2.1]":           "reader@[192.0.2.1]",
		"reader@[IPv6:2001:DB8::1]":    "reader@[ipv6:2001:db8::1]",
		"reader@例え.テスト":                "reader@xn--r8jz45g.xn--zckzah",
	} {
		if got := CleanRecipient(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if CleanRecipient("a\xfe@b") == CleanRecipient("a\xff@b") {
		t.Error("different bytes became the same recipient")
	}
}

func TestCleanMessageID(t *testing.T) {
	for in, want := range map[string]string{
		"":                    "",
		"<>":                  "",
		" <1.A@Example.com> ": "1.A@Example.com", // case counts
		"1.A@example.com":     "1.A@example.com",
		"<1@example.com":      "1@example.com",
		"1@example.com>":      "1@example.com",
		"\r\n\t<1@x>\r\n":     "1@x",
		"1\xff\x00@x":         "1\xff\x00@x",
	} {
		if got := CleanMessageID(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestCleanAccount(t *testing.T) {
	for in, want := range map[string]string{"": "", " acme ": "acme", "default": "", " default\n": "", "Default": "Default"} {
		if got := CleanAccount(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// What is too long is cut; two that differ stay two, and one that was cut is
// not cut again.
func TestOverlongIdentities(t *testing.T) {
	for name, c := range map[string]struct {
		clean func(string) string
		limit int
	}{
		"message id": {CleanMessageID, MaxMessageID},
		"recipient":  {CleanRecipient, MaxRecipient},
		"account":    {CleanAccount, MaxAccount},
	} {
		exact := strings.Repeat("a", c.limit)
		if c.clean(exact) != exact {
			t.Errorf("%s of %d bytes is cut", name, c.limit)
		}
		seen := map[string]bool{exact: true}
		for _, long := range []string{exact + "b", exact + "c", exact + "bb", exact + strings.Repeat("@", 1<<16), exact + "Ä@Ü"} {
			got := c.clean(long)
			if len(got) != c.limit || seen[got] {
				t.Errorf("%s of %d bytes became %q", name, len(long), got)
			}
			seen[got] = true
			if c.clean(got) != got {
				t.Errorf("%s is cut twice: %q", name, got)
			}
		}
	}
}

func TestDomain(t *testing.T) {
	for in, want := range map[string]string{"": "", "a": "", "a@b": "b", "a@b@c": "c", "a@": ""} {
		if got := Domain(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// FuzzCleanRecipient checks that an address, once clean, stays as it is: it
// comes from several sources, each of which cleans it.
func FuzzCleanRecipient(f *testing.F) {
	for _, s := range []string{"A@B", "<ä@Ü.example>", "\xff@\xff", strings.Repeat("ä", 600) + "@b", "a@xn--\u00fc", "a@İ", "a@\u00adx.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := CleanRecipient(s)
		if len(once) > MaxRecipient {
			t.Fatalf("%d bytes", len(once))
		}
		if strings.ContainsAny(once, "<>") || once != strings.TrimSpace(once) {
			return // one pair of brackets is taken off, not all
		}
		if twice := CleanRecipient(once); len(s) <= MaxRecipient/4 && twice != once {
			t.Fatalf("%q, then %q", once, twice)
		}
		for _, c := range []byte(once) {
			if c >= 'A' && c <= 'Z' {
				t.Fatalf("capitals are left in %q", once)
			}
		}
		if at := strings.LastIndexByte(once, '@'); at >= 0 && utf8.ValidString(s) && len(s) < 60 {
			for _, c := range []byte(once[at:]) {
				if c >= 0x80 && !strings.Contains(s, "xn--") {
					t.Fatalf("the domain of %q is not in A-labels", once)
				}
			}
		}
	})
}

// Keys of a message stand together, its own record of each account in front,
// then recipient by recipient.
func TestKeyOrder(t *testing.T) {
	part := rapid.SampledFrom([]string{"", "a", "b", "aa", "\x00", "\x01a", "\xff", strings.Repeat("a", 130)})
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Identity {
			return Identity{Account: part.Draw(t, "account"), MessageID: "m" + part.Draw(t, "message"), Recipient: part.Draw(t, "recipient")}
		}), 1, 20).Draw(t, "ids")
		slices.SortFunc(ids, func(a, b Identity) int { return bytes.Compare(a.AppendKey(nil), b.AppendKey(nil)) })
		messages, recipients := map[string]bool{}, map[[2]string]bool{}
		for i, id := range ids {
			if i > 0 && ids[i-1].MessageID == id.MessageID {
				if ids[i-1].Recipient != "" && id.Recipient == "" {
					t.Fatalf("an own record behind %v", ids[i-1])
				}
			} else if messages[id.MessageID] {
				t.Fatalf("the keys of %q are apart", id.MessageID)
			}
			pair := [2]string{id.MessageID, id.Recipient}
			if i > 0 && (ids[i-1].MessageID != pair[0] || ids[i-1].Recipient != pair[1]) && recipients[pair] {
				t.Fatalf("the keys of %q are apart", pair)
			}
			messages[id.MessageID], recipients[pair] = true, true
		}
	})
}

func TestBookkeepingKeys(t *testing.T) {
	for _, name := range []string{"", "postfix:mx1", "\x00", "o"} {
		clock, fan := ClockKey(name), FanOutKey(name)
		if got, ok := CutClockKey(clock); !ok || got != name {
			t.Errorf("clock of %q: %q %v", name, got, ok)
		}
		if got, ok := CutFanOutKey(fan); !ok || got != name {
			t.Errorf("fan-out of %q: %q %v", name, got, ok)
		}
		for _, key := range [][]byte{clock, fan, BookmarkKey} {
			if !IsBookkeeping(key) {
				t.Errorf("%q is not bookkeeping", key)
			}
			if _, err := ParseKey(key); err == nil {
				t.Errorf("%q is an identity", key)
			}
		}
		if _, ok := CutClockKey(fan); ok {
			t.Errorf("%q is a clock's", fan)
		}
		if _, ok := CutFanOutKey(clock); ok {
			t.Errorf("%q is a fan-out's", clock)
		}
	}
	if IsBookkeeping(nil) {
		t.Error("nothing is bookkeeping")
	}
}
