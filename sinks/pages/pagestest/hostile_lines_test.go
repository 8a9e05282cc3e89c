package pagestest

import (
	"encoding/json"
	"fmt"
	"strings"
)

// foe is the account of those who write what no reader should come to harm by.
const foe = "foe"

// hostile are values of a kind, each for every field that somebody else writes. A
// program that runs calls owned.
var hostile = []struct{ name, text, recipient string }{
	{"script", "<script>owned(1)</script>", "<script>owned(2)</script>@foe.example"},
	{"picture", `"'><img src=x onerror=owned(3)><svg onload=owned(4)>`, `"'><img src=x onerror=owned(5)>@foe.example`},
	{"address", "javascript:owned(6)//", "javascript:owned(7)@foe.example"},
	{"elsewhere", "https://elsewhere.example/pixel.png <base href=//elsewhere.example>", "//elsewhere.example/@foe.example"},
	{"template", "{{constructor.constructor('owned(8)')()}}${owned(9)}`%{}", "{{7*7}}@foe.example"},
	{"backwards", "\u202egnp.exe\u2066\u2067\u200f\u200b hidden\ufeff", "sd\u202eecivres@foe.example"},
	{"control", "nul\x00 esc\x1b[31m bell\a del\x7f nel\u0085 line\u2028 \r\n end", "bell\a@foe.example"},
	{"word", strings.Repeat("W", 10<<10), strings.Repeat("l", 64) + "@" + strings.Repeat("d", 60) + ".example"},
	{"words", strings.Repeat("lorem ipsum ", 850), "words@foe.example"},
	{"tower", "Z" + strings.Repeat("\u0301", 1000), "tower@foe.example"},
	{"nothing", "", "nothing@foe.example"},
}

// hostileLines tell of two messages of each kind, one that went well and one that bounced,
// and end with lines that nobody understands.
func hostileLines() []string {
	var lines []string
	tell := func(i int, id, event string, more map[string]any) {
		h := hostile[i]
		line := map[string]any{
			"time": fmt.Sprintf("2026-11-22T03:50:%02d.%03dZ", i, len(lines)), "event": event, "account": foe,
			"message_id": id + h.name, "email_id": "em_" + id + h.name, "recipient": h.recipient,
			"sender": "sender@foe.example", "subject": h.text, "campaign": head(h.text, 200), "tags": []string{head(h.text, 100)},
		}
		for key, value := range more {
			line[key] = value
		}
		b, err := json.Marshal(line)
		if err != nil {
			panic(err) // texts and numbers have JSON
		}
		lines = append(lines, string(b))
	}
	for i, h := range hostile {
		tell(i, "good-", "received", nil)
		tell(i, "good-", "delivered", map[string]any{"reply": "250 " + h.text, "relay": head(h.text, 200)})
		tell(i, "good-", "opened", map[string]any{"user_agent": h.text, "ip": "192.0.2.1"})
		tell(i, "good-", "clicked", map[string]any{"user_agent": h.text, "ip": "192.0.2.1", "url": h.text})
		tell(i, "bad-", "received", nil)
		tell(i, "bad-", "bounced", map[string]any{"reply": "550 5.1.1 " + h.text, "code": 550, "enhanced": "5.1.1", "reason": "user_unknown"})
	}
	return append(lines, "<script>owned(10)</script> \u202e"+strings.Repeat("x", 3000),
		`{"time":"2026-11-22T03:51:00Z","event":"<img src=x onerror=owned(11)>"}`)
}

// head is the beginning of a text.
func head(text string, n int) string {
	return string([]rune(text)[:min(n, len([]rune(text)))])
}
