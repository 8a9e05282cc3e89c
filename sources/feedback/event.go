package feedback

import (
	"bytes"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/texts"
)

// observed returns what a mail reports, or says by which rule it reports nothing.
// about tells of each event which report it is from.
func (p *Parser) observed(m *mail) (evs []schemas.Event, about []*report, rule string) {
	for _, r := range m.reports {
		var some []schemas.Event
		switch {
		case r.feedbackType() != "" && r.open && p.match(m, r).messageID == "":
			r.cut = true // the message was in what is missing
		case r.feedbackType() != "":
			some = r.complaints()
		case r.recipients != nil:
			some = r.statuses()
			m.explain(some)
		case r.disposition != nil:
			some = []schemas.Event{r.disposed(m)}
		}
		for _, ev := range some {
			evs, about = append(evs, ev), append(about, r)
		}
	}
	if len(evs) > 0 {
		return evs, about, ""
	}
	r := m.reports[0]
	for _, one := range m.reports {
		if one.kind != "" {
			r = one
			break
		}
	}
	evs, rule = m.unstructured(r)
	for range evs {
		about = append(about, r)
	}
	return evs, about, rule
}

// unstructured reads a mail without a part that a machine wrote for machines.
func (m *mail) unstructured(r *report) (evs []schemas.Event, rule string) {
	switch {
	case r.cut:
		return nil, Malformed
	case r.feedback != nil:
		return nil, NoFeedbackType
	}
	if m.fromMailer() && r.kind == "" { // what a report says, it says in its own part
		if evs = m.bounces(r); len(evs) > 0 {
			return evs, ""
		}
	}
	if ev, ok := m.complaintWithoutPart(r); ok && !m.fromMailer() {
		return []schemas.Event{ev}, ""
	}
	what := m.automatic()
	if what == autoReply && m.fromDaemon() {
		what = mailer
	}
	switch {
	case r.kind == "feedback-report":
		return nil, NoFeedbackPart
	case what == "" && (m.fromMailer() || r.kind != ""):
		what = mailer
	case what == "":
		return nil, NotAReport
	}
	return []schemas.Event{m.kept(what)}, ""
}

// complete adds what all events of a report have in common.
func (p *Parser) complete(ev *schemas.Event, m *mail, r *report, hash schemas.Hash) {
	about := p.match(m, r)
	ev.MessageID, ev.Match, ev.Confidence = about.messageID, about.by, about.confidence
	if ev.MessageID == "" {
		ev.MessageID = "f:" + hash.Hex()
	}
	// Where the report names several, which of them is meant is not known.
	if about.recipient != "" && len(r.recipients) <= 1 {
		ev.Recipient = about.recipient
	}
	ev.Subject = readable(r.returned.first("subject"))
	ev.Source, ev.Host = schemas.SourceARF, p.opts.Host
	for _, text := range []*string{&ev.Reply, &ev.Subject} {
		*text = (*text)[:texts.CutAt([]byte(*text), schemas.MaxText)]
	}
}

// hash names the mail: by its own Message-ID, else by its body, in which nothing
// changes on its way here but line ends.
func (m *mail) hash(data []byte) schemas.Hash {
	if id := schemas.CleanMessageID(m.header.first("message-id")); id != "" {
		return schemas.HashEvent("arf", id)
	}
	_, body := splitMail(data)
	return schemas.HashEvent("arf body", string(bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n"))))
}

// emit completes and emits a mail's events.
func (p *Parser) emit(evs []schemas.Event, about []*report, m *mail, line sources.Line, hash schemas.Hash, at int64, emit func(*schemas.Event)) {
	for i := range evs {
		ev := &evs[i]
		p.complete(ev, m, about[i], hash)
		ev.Time, ev.ID = at, sources.Nth(hash, i).ID()
		ev.File, ev.Offset = line.File, line.Offset
		ev.Bound()
		emit(ev)
	}
}
