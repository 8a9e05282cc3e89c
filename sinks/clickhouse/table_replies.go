package clickhouse

import (
	"mailfate/pipeline/classify"
	"mailfate/schemas"
)

// maxTemplates is how many templates a batch remembers to be in the table. Where
// there are more, which hostile servers alone bring about, some are written again.
const maxTemplates = 1 << 13

// replyRows are rows of table reply_templates: one for each template of what a
// provider answers, when a batch meets it for the first time.
type replyRows struct {
	table
	rules *classify.Rules
	key   []byte         // provider and template of the event that is noted
	known map[string]any // their fingerprints
	fresh []string       // keys of known that may not be in the table yet

	fingerprint, provider, template text
	reason, rule                    word
	code                            number[uint16]
	enhanced, command               word
	relay, example                  text
	rulesVersion, version           number[uint64]
}

func newReplyRows(rules *classify.Rules) *replyRows {
	r := &replyRows{table: table{name: "reply_templates"}, rules: rules, known: map[string]any{}}
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
// is. What is no failure, or was not answered, has neither.
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
	t := replyTemplate{
		Fingerprint: classify.FingerprintOf(template).String(), Provider: provider, Template: string(template),
		Code: said.Code, Enhanced: said.Enhanced, Command: said.Command, Relay: said.Host, Example: said.Text,
	}
	t.judge(r.rules)
	r.add(&t, r.rules.Version(), uint64(instant(published))*1000)
	if len(r.known) >= maxTemplates {
		clear(r.known)
	}
	key := string(r.key)
	r.known[key] = t.Fingerprint
	r.fresh = append(r.fresh, key)
	return r.known[key], provider
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
	}
	r.written()
}
