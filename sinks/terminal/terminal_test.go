package terminal

import "testing"

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "",
		"plain, süß and 日本":         "plain, süß and 日本",
		"\x1b[31mred\x07\x7f":       `\x1b[31mred\a\x7f`,
		"a\nb\tc\r":                 `a\nb\tc\r`,
		"\u202egpj.exe\u200b\u0085": `\u202egpj.exe\u200b\u0085`,
		"\xff\xfeé":                 `\xff\xfeé`,
		"\ufffd":                    `\ufffd`,
	} {
		if got := Visible(in); got != want {
			t.Errorf("Visible(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestPaint(t *testing.T) {
	if got := Colour(true).Paint(Bold, "x"); got != "\x1b[1mx\x1b[0m" {
		t.Errorf("got %q", got)
	}
	for _, c := range []Colour{true, false} {
		if got := c.Paint(Bold, ""); got != "" {
			t.Errorf("nothing is painted %q", got)
		}
	}
	if got := Colour(false).Paint(Bold, "x"); got != "x" {
		t.Errorf("without colour: %q", got)
	}
}
