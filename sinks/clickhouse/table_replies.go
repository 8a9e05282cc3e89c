package clickhouse

import (
	"strings"
	"sync/atomic"
	"time"

	"mailfate/pipeline/classify"
	"mailfate/schemas"
)

// maxTemplates is how many templates a batch remembers to be in the table. Where
// there are more, which hostile servers alone bring about, some are written again.
const maxTemplates = 1 << 13

// maxNewTemplates is how many templates of a provider a batch takes for new in a day:
// more than all that honest servers use, for after a start all of them are new to it.
const maxNewTemplates = maxTemplates / 2

// otherTemplates is the fingerprint, and the template, of what is beyond. No hash is
// so short.
const otherTemplates = "other"

// newTemplates is how many of a provider were new on a day.
type newTemplates struct{ day, n int64 }

// replyRows are rows of table reply_templates: one for each template of what a
// provider answers, when a batch meets it for the first time.
type replyRows struct {
	table
	rules *classify.Rules
	key   []byte                   // provider and template of the event that is noted
	known map[string]any           // their fingerprints
	fresh []string                 // keys of known that may not be in the table yet
	today map[string]*newTemplates // by provider
	other *atomic.Uint64           // events whose template was beyond

	fingerprint, provider, template text
	reason, rule                    word
	code                            number[uint16]
	enhanced, command               word
	relay, example                  text
	rulesVersion, version           number[uint64]
}

func newReplyRows(rules *classify.Rules) *replyRows {
	r := &replyRows{table: table{name: "reply_templates"}, rules: rules, known: map[string]any{}, today: map[string]*newTemplates{}, other: new(atomic.Uint64)}
	r.field("fingerprint", &r.fingerprint)
	r.field("provider", &r.provider)
	r.field("template", &r.template)
	r.field("reason", &r.reason)
	r.field("rule", &r.rule)
	r.field("code", &r.code)
	r.field("enhanced", &r.enhanced)
	r.field("command", &r.command)
	r.field("relay", &r.relay)
	r.field("example", &r.example)
	r.field("rules_version", &r.rulesVersion)
	r.field("version", &r.version)
	r.seal()
	return r
}

// note returns the fingerprint of the reply that an event tells of, and whose it
// is. What is no failure, or was not answered, has neither. Of a provider that words
// each reply in another way, the words beyond maxNewTemplates are one template.
func (r *replyRows) note(ev *schemas.Event, published int64) (fingerprint any, provider string) {
	if !ev.Kind.Fails() {
		return empty, ""
	}
	said := classify.SaidIn(ev)
	provider = r.rules.Provider(said.Host)
	r.key = append(append(r.key[:0], provider...), 0)
	start := len(r.key)
	r.key = said.AppendTemplate(r.key)
	template := r.key[start:]
	if len(template) == 0 {
		return empty, ""
	}
	if f, ok := r.known[string(r.key)]; ok {
		return f, provider
	}
	if !r.takes(provider, published) {
		r.other.Add(1)
		return r.noteOther(provider, published), provider
	}
	t := replyTemplate{
		Fingerprint: classify.FingerprintOf(template).String(), Provider: provider, Template: string(template),
		Code: said.Code, Enhanced: said.Enhanced, Command: said.Command, Relay: said.Host, Example: said.Text,
	}
	return r.remember(string(r.key), &t, published), provider
}

// noteOther is note of what is beyond. Its key is that of no template, for none has a NUL.
func (r *replyRows) noteOther(provider string, published int64) any {
	key := provider + "\x00\x00"
	if f, ok := r.known[key]; ok {
		return f
	}
	return r.remember(key, &replyTemplate{Fingerprint: otherTemplates, Provider: provider, Template: otherTemplates}, published)
}

// remember adds the row of a template and returns its fingerprint.
func (r *replyRows) remember(key string, t *replyTemplate, published int64) any {
	t.judge(r.rules)
	r.add(t, r.rules.Version(), uint64(instant(published))*1000)
	if len(r.known) >= maxTemplates {
		clear(r.known)
	}
	r.known[key] = t.Fingerprint
	r.fresh = append(r.fresh, key)
	return r.known[key]
}

// takes reports whether a provider may have one more template on the day of an event,
// and counts it.
func (r *replyRows) takes(provider string, published int64) bool {
	day := published / (24 * time.Hour).Milliseconds()
	c := r.today[provider]
	if c == nil {
		c = &newTemplates{day: day}
		r.today[provider] = c
	}
	if day > c.day {
		*c = newTemplates{day: day}
	}
	if c.n >= maxNewTemplates {
		return false
	}
	c.n++
	return true
}

func (r *replyRows) add(t *replyTemplate, rules, version uint64) {
	r.fingerprint.add(t.Fingerprint)
	r.provider.add(t.Provider)
	r.template.add(t.Template)
	r.reason.add(t.Reason)
	r.rule.add(t.Rule)
	r.code.add(t.Code)
	r.enhanced.add(t.Enhanced)
	r.command.add(t.Command)
	r.relay.add(t.Relay)
	r.example.add(t.Example)
	r.rulesVersion.add(rules)
	r.version.add(version)
}

// learn takes over what another batch noted, with its rows.
func (r *replyRows) learn(other *replyRows) {
	for _, key := range other.fresh {
		fingerprint, there := other.known[key]
		if _, known := r.known[key]; there && !known {
			r.known[key] = fingerprint
			r.fresh = append(r.fresh, key)
		}
	}
}

// written says that what was noted is in the table.
func (r *replyRows) written() {
	clear(r.fresh)
	r.fresh = r.fresh[:0]
}

// forget has the templates noted again whose rows were not written.
func (r *replyRows) forget() {
	for _, key := range r.fresh {
		delete(r.known, key)
		provider, template, _ := strings.Cut(key, "\x00")
		if c := r.today[provider]; template != "\x00" && c.n > 0 { // it is counted when it is noted again
			c.n--
		}
	}
	r.written()
}
