package explain

import (
	"cmp"
	"math"
	"slices"

	"mailfate/pipeline/classify"
	"mailfate/pipeline/status"
	"mailfate/schemas"
)

// Tell makes the story of what was found.
func Tell(f *Found, o Options) Story {
	s := Story{
		MessageID: f.MessageID, Recipients: slices.Clone(f.Recipients), MoreRecipients: f.More,
		Held: heldEvents(f), Cut: f.Cut,
	}
	for _, v := range o.Vocabularies {
		s.Vocabularies = append(s.Vocabularies, v.Name)
	}
	r := newRecords(f)
	if o.Replies == nil {
		o.Replies = classify.Default()
	}
	eval := status.NewEvaluator(o.Timers).JudgeBy(o.Replies)
	for i := range s.Recipients {
		to := &s.Recipients[i]
		if i < f.Tell {
			t := teller{Found: f, Options: o, records: r, to: to}
			t.id = schemas.Identity{Account: schemas.CleanAccount(to.Account), MessageID: f.MessageID, Recipient: to.Recipient}
			t.tell(eval)
		}
		to.Statuses = only(to.Statuses, s.Vocabularies)
	}
	return s
}

func only(all map[string]Standing, vocabularies []string) map[string]Standing {
	some := make(map[string]Standing, len(vocabularies))
	for _, name := range vocabularies {
		if now, ok := all[name]; ok {
			some[name] = now
		}
	}
	return some
}

// teller tells the story of one recipient.
type teller struct {
	*Found
	Options
	*records
	to   *Recipient
	id   schemas.Identity
	told []*Told // that are true as the database has it
}

func (t *teller) tell(eval *status.Evaluator) {
	var back []*Told
	for i := range t.Changes {
		c := &t.Changes[i]
		switch {
		case c.Recipient != t.id.Recipient:
		case c.Withdrawn && (c.Account == t.id.Account || !t.has(c.Account)):
			back = append(back, c)
		case !c.Withdrawn && c.Account == t.id.Account:
			t.told = append(t.told, c)
		}
	}
	view := eval.Evaluate(t.message(t.id, t.clock))
	t.to.Timeline = []Moment{}
	for i := range view.Points {
		t.to.Timeline = append(t.to.Timeline, t.moment(&view, i))
	}
	t.to.Differs = t.differences(view.History)
	for _, c := range t.told {
		if !slices.ContainsFunc(view.History, func(h schemas.Change) bool { return h.Cause == c.Cause && h.Time == c.Time }) {
			t.insert(t.onlyTold(c))
		}
	}
	t.to.TakenBack = len(back)
	if t.All {
		for _, c := range back {
			t.insert(t.takenBack(c))
		}
	}
}

// has reports whether the recipient has a story under another account, where
// that account's changes are told.
func (t *teller) has(account string) bool {
	return slices.ContainsFunc(t.Recipients[:t.Tell], func(r Recipient) bool {
		return r.Recipient == t.id.Recipient && schemas.CleanAccount(r.Account) == account
	})
}

// clock stands where the latest change was told that time alone brought about in
// a stream: how far it has come beyond that nobody here knows.
func (t *teller) clock(stream string) int64 {
	at := int64(math.MinInt64)
	for _, c := range t.told {
		if !c.Derived || c.Kind != schemas.Expired && c.Kind != schemas.Discarded {
			continue
		}
		if ev, _ := t.causeOf(c.Cause); ev != nil && ev.Stream == stream {
			at = max(at, c.Time)
		}
	}
	return at
}

func (t *teller) moment(view *status.View, i int) Moment {
	p := &view.Points[i]
	m := Moment{
		Time: Time(p.Time), Kind: p.Kind.String(), Reason: p.Reason.String(), Attempt: p.Attempt + 1,
		Inferred: p.Derived, Suspicious: p.Suspicious,
		Event: eventOf(t.full(p.Event)), Notes: t.notes(view.Points, i),
	}
	if !p.Derived {
		m.Unlisted = t.unlisted[p.ID]
	}
	at := slices.IndexFunc(view.History, func(c schemas.Change) bool { return c.Cause == p.ID })
	if at < 0 {
		return m
	}
	c := &view.History[at]
	for n, v := range schemas.Vocabularies {
		if before, after := c.Before[n], c.After[n]; before != after && slices.Contains(t.Vocabularies, v) {
			m.Changes = append(m.Changes, change(v, v.Row(before).ID, v.Row(after).ID, p.Kind, p.Reason))
		}
	}
	return m
}

func change(v *schemas.Vocabulary, before, after string, k schemas.Kind, r schemas.Reason) Change {
	c := Change{Vocabulary: v.Name, Before: before, After: after}
	to, known := v.Status(after)
	c.Final = known && v.Row(to).Final
	if from, ok := v.Status(before); ok && known {
		if rule := v.Rule(from, k, r); rule != nil && rule.To == to {
			c.Rule = rule.Text
		}
	}
	return c
}

// differences counts the changes that the database and the timeline do not
// tell alike.
func (t *teller) differences(history []schemas.Change) int {
	missed := len(t.told)
	n := 0
	for i := range history {
		h := &history[i]
		at := slices.IndexFunc(t.told, func(c *Told) bool { return c.Cause == h.Cause && c.Time == h.Time })
		if at < 0 {
			n++
			continue
		}
		missed--
		if !slices.Equal(t.told[at].Before, names(h.Before)) || !slices.Equal(t.told[at].After, names(h.After)) {
			n++
		}
	}
	return n + missed
}

func names(s schemas.Statuses) []string {
	ids := make([]string, len(s))
	for i, v := range schemas.Vocabularies {
		ids[i] = v.Row(s[i]).ID
	}
	return ids
}

// onlyTold is the moment of a change to which the events that are there do not lead.
func (t *teller) onlyTold(c *Told) Moment {
	m := Moment{Time: Time(c.Time), Kind: c.Kind.String(), Reason: c.Reason.String(), Inferred: c.Derived, Attempt: 1}
	if ev, _ := t.causeOf(c.Cause); ev != nil {
		m.Event = eventOf(ev)
	}
	m.Notes = append(m.Notes, "as ClickHouse tells it; the events that are there do not lead to it")
	m.Changes = t.changed(c, c.Kind)
	return m
}

// takenBack is the moment of a change that is told no longer.
func (t *teller) takenBack(c *Told) Moment {
	m := Moment{Time: Time(c.Time), Reason: c.Reason.String(), Inferred: c.Derived, Withdrawn: true, Attempt: 1}
	kind := c.Kind
	if ev, derived := t.causeOf(c.Cause); ev != nil {
		m.Event = eventOf(ev)
		m.Inferred = derived != schemas.KindNone
		if kind == schemas.KindNone {
			kind = cmp.Or(derived, ev.Kind)
		}
	}
	if kind == schemas.KindNone {
		m.Notes = append(m.Notes, "taken back; what it was is not on record any more")
		return m
	}
	m.Kind = kind.String()
	m.Notes = append(m.Notes, "told once, and taken back when more became known")
	if len(c.Before) == 0 {
		m.Notes = append(m.Notes, "which statuses it had changed is not on record any more")
	}
	if c.Account != t.id.Account {
		m.Notes = append(m.Notes, "it was told under account "+cmp.Or(c.Account, schemas.DefaultAccount))
	}
	m.Changes = t.changed(c, kind)
	return m
}

// changed is what a change was told to change.
func (t *teller) changed(c *Told, k schemas.Kind) (changes []Change) {
	for n, v := range schemas.Vocabularies {
		if n < len(c.Before) && n < len(c.After) && c.Before[n] != c.After[n] && slices.Contains(t.Vocabularies, v) {
			changes = append(changes, change(v, c.Before[n], c.After[n], k, c.Reason))
		}
	}
	return changes
}

// insert puts a moment before the first one that is later.
func (t *teller) insert(m Moment) {
	at := slices.IndexFunc(t.to.Timeline, func(o Moment) bool { return o.Time > m.Time })
	if at < 0 {
		at = len(t.to.Timeline)
	}
	if at > 0 {
		m.Attempt = t.to.Timeline[at-1].Attempt
	}
	t.to.Timeline = slices.Insert(t.to.Timeline, at, m)
}
