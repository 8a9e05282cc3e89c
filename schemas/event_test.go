package schemas

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestHashEventFrames(t *testing.T) {
	seen := map[Hash][]string{}
	for _, parts := range [][]string{
		nil,
		{""},
		{"", ""},
		{"a"},
		{"a", ""},
		{"", "a"},
		{"a", "b"},
		{"ab"},
		{"ab", ""},
		{"\x01a"},
		{"\x01a\x01b"},
		{"a\x01b"},
		{strings.Repeat("a", 600)},
		{strings.Repeat("a", 300), strings.Repeat("a", 300)},
		{strings.Repeat("a", 127), "a"},
		{strings.Repeat("a", 128)},
	} {
		h := HashEvent(parts...)
		if other, ok := seen[h]; ok {
			t.Errorf("%q and %q have the same hash", parts, other)
		}
		seen[h] = parts
	}
}

// Ids are stored for ever: the same observation must get the same one.
func TestHashEventIsStored(t *testing.T) {
	h := HashEvent("mx1", "postfix", "Nov 22 00:00:01", "line", "0", "1")
	if got := h.Hex(); got != "3ba08ac6933acc282c14265e02b2b2bb" {
		t.Errorf("the hash was another: %s", got)
	}
	if got := h.ID().String(); got != h.Hex()[:16] {
		t.Errorf("the id %s is not the hash's beginning", got)
	}
	if got := EventID(0x0123456789abcdef).Derive(Expired).String(); got != "4acb3c4596dfd9b8" {
		t.Errorf("the derived id was another: %s", got)
	}
}

func TestEventIDRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := drawID.Draw(t, "id")
		if got, err := ParseEventID(id.String()); err != nil || got != id {
			t.Fatalf("%s: %s %v", id, got, err)
		}
	})
	for _, s := range []string{"", "0", "0123456789abcde", "0123456789abcdef0", "0123456789abcdeg", "+123456789abcdef", "0x23456789abcdef", "0123_56789abcdef"} {
		if id, err := ParseEventID(s); err == nil {
			t.Errorf("%q is %s", s, id)
		}
	}
}

func TestDerivedIDsAreDistinct(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.OneOf(drawID, rapid.SampledFrom([]EventID{0, 1, 1<<64 - 1})).Draw(t, "id")
		seen := map[EventID]Kind{}
		for k := KindNone + 1; k < KindCount; k++ {
			d := id.Derive(k)
			if other, ok := seen[d]; ok {
				t.Fatalf("%s derives %s for %s and %s", id, d, k, other)
			}
			if d == id && id != 0 {
				t.Fatalf("%s derives itself for %s", id, k)
			}
			seen[d] = k
		}
	})
}

// Every text that there is, or that is added, is cut.
func TestBoundCutsEveryText(t *testing.T) {
	long := strings.Repeat("x", 4*MaxText)
	var ev Event
	fillTexts(reflect.ValueOf(&ev).Elem(), long)
	for range 2 * MaxTags {
		ev.Tags = append(ev.Tags, long)
	}
	ev.Bound()
	for path, n := range textLengths(reflect.ValueOf(ev)) {
		limit := MaxText
		if strings.HasSuffix(path, "Reply") {
			limit = MaxReply
		}
		if n > limit {
			t.Errorf("%s has %d bytes", path, n)
		}
	}
	if len(ev.Reply) != MaxReply {
		t.Errorf("a reply of %d bytes", len(ev.Reply))
	}
	if len(ev.Tags) != 1 || len(ev.Tags[0]) != MaxText || len(ev.Account) != MaxAccount {
		t.Errorf("%d tags, the first of %d bytes, account of %d", len(ev.Tags), len(ev.Tags[0]), len(ev.Account))
	}
	short := sampleEvent()
	short.Bound()
	if render(short) != render(sampleEvent()) {
		t.Error("what is short is changed")
	}
}

func fillTexts(v reflect.Value, s string) {
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString(s)
		case reflect.Struct:
			fillTexts(f, s)
		}
	}
}

func textLengths(v reflect.Value) map[string]int {
	lengths := map[string]int{}
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			lengths[name] = f.Len()
		case reflect.Struct:
			for inner, n := range textLengths(f) {
				lengths[name+"."+inner] = n
			}
		}
	}
	return lengths
}

func TestWhoCreatesRecipients(t *testing.T) {
	for k := KindNone + 1; k < KindCount; k++ {
		for _, source := range []SourceType{SourcePostfix, SourcePlatform, SourceTracking, SourceARF} {
			ev := Event{Kind: k, Source: source}
			whole := source != SourceARF && (k.Stage() == StagePlatform || k.Stage() == StageTransport)
			if ev.ForWholeMessage() != whole {
				t.Errorf("%s without a recipient is about all: %v", k, !whole)
			}
			if ev.CreatesRecipient() {
				t.Errorf("%s creates a recipient without a name", k)
			}
			ev.Recipient = "a@example.net"
			if want := whole || source == SourcePlatform; ev.CreatesRecipient() != want {
				t.Errorf("%s of %s creates a recipient: %v", k, source, !want)
			}
		}
	}
}
