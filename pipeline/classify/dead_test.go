package classify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestEveryLiteralDecides: for each text of a rule's first clause there is a reply
// that the rule decides by it; else it can be taken out, or another rule hides it.
func TestEveryLiteralDecides(t *testing.T) {
	rules := Default()
	dead := 0
	for i := range rules.rules {
		r := &rules.rules[i]
		for _, id := range r.clauses[0] {
			if !rules.canDecide(r, id) {
				dead++
				t.Errorf("%s: %q never decides", r.name, rules.words.literals[id].key.text)
			}
		}
	}
	if dead > 0 {
		t.Errorf("%d texts never decide", dead)
	}
}

// canDecide tries replies that say the literal and one of each other clause, in
// either order, and meet the rule's conditions.
func (r *Rules) canDecide(rule *rule, id uint16) bool {
	texts := []string{r.words.literals[id].key.text}
	for _, clause := range rule.clauses[1:] {
		var next []string
		for _, other := range clause {
			for _, text := range texts {
				word := r.words.literals[other].key.text
				if other == id {
					word = "" // said already
				}
				next = append(next, strings.TrimSpace(text+" "+word), strings.TrimSpace(word+" "+text), text+" anna "+word)
			}
		}
		texts = next
	}
	if len(rule.regexps) > 0 {
		for _, text := range slices.Clone(texts) {
			texts = append(texts, "your domain x.example "+text, "your domain x.example is "+text, "the "+text)
		}
	}
	for _, text := range slices.Clone(texts) {
		texts = append(texts, text+" on this server", text+" for this mailbox", text+" url")
	}
	for _, text := range texts {
		for _, said := range rule.saidWith(text) {
			if r.Reply(&said).Rule == rule.name {
				return true
			}
		}
	}
	return false
}

// saidWith are replies with that text that meet the rule's other conditions.
func (r *rule) saidWith(text string) (all []Said) {
	codes := []codeRange{{}, {550, 550}}
	if len(r.codes) > 0 {
		codes = r.codes
	}
	statuses := []string{""}
	for _, s := range r.statuses {
		statuses = append(statuses, fmt.Sprintf("%d.%d.%d", cmp.Or(s.class, 5), s.subject, s.first))
	}
	commands := append([]string{""}, r.commands...)
	hosts := append([]string{"", "mx.google.com", "mx.t-online.de"}, r.hosts...)
	for _, code := range codes {
		for _, status := range statuses {
			for _, command := range commands {
				for _, host := range hosts {
					all = append(all, Said{code.first, status, command, host, text})
				}
			}
		}
	}
	return all
}
