package terminal

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode"
)

func TestJSON(t *testing.T) {
	for in, want := range map[string]string{
		"{\n\t\"a\": \"süß 日本 😀 \\n\\u001b\"\r\n}": "{\n\t\"a\": \"süß 日本 😀 \\n\\u001b\"\r\n}",
		"\"a\x7f\u009b\u202e\u00ad\u00a0\"":        `"a\u007f\u009b\u202e\u00ad\u00a0"`,
		"\"\U000e0001\U0010ffff\"":                 `"\udb40\udc01\udbff\udfff"`,
		"\"\xff\xe2\x80\"":                         `"\ufffd\ufffd\ufffd"`,
		"":                                         "",
	} {
		if got := string(JSON([]byte(in))); got != want {
			t.Errorf("JSON(%q) = %s, want %s", in, got, want)
		}
	}
}

// Whatever the strings hold, JSON says the same and shows nothing raw.
func TestJSONSaysTheSame(t *testing.T) {
	all := make([]rune, 0, unicode.MaxRune)
	for r := rune(0); r <= unicode.MaxRune; r++ {
		all = append(all, r)
	}
	want := string(all) // surrogates become U+FFFD
	var doc bytes.Buffer
	enc := json.NewEncoder(&doc)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(map[string]string{"all": want, "\\\u007f": "\\\u007f"}); err != nil {
		t.Fatal(err)
	}
	text := JSON(doc.Bytes())
	for _, r := range string(text) {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Fatalf("%U is raw", r)
		}
	}
	var got map[string]string
	if err := json.Unmarshal(text, &got); err != nil || got["all"] != want || got["\\\u007f"] != "\\\u007f" {
		t.Errorf("JSON says something else (%v)", err)
	}
}
