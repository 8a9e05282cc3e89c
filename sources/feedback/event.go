package feedback

import (
	"bytes"
	"strconv"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/texts"
)

// observed returns what a mail reports, or says by which rule it reports nothing.
// about tells of each event which report it is from.
func (p *Parser) observed(m *mail) (evs []schemas.Event, about []*report, rule string) {
	left := 0
	for _, r := range m.reports {
		var some []schemas.Event
		switch {
		case len(evs) >= maxEvents:
			left++
			continue
		case r.feedbackType() != "" && r.open && p.about(m, r).messageID == "":
			r.cut = true // the message was in what is missing
		case r.feedbackType() != "":
			some = r.complaints()
		case r.recipients != nil:
			some = r.statuses()
			m.explain(some)
		case r.disposition != nil:
			some = []schemas.Event{r.disposed(m)}
		}
		r.named, left = len(some), left+r.more
		for _, ev := range some {
			evs, about = append(evs, ev), append(about, r)
		}
	}
	if len(evs) > 0 {
		left += max(0, len(evs)-maxEvents)
		evs, about = evs[:min(len(evs), maxEvents)], about[:min(len(evs), maxEvents)]
		if left > 0 {
			evs, about = append(evs, leftOut(left)), append(about, &report{told: &matched{confidence: schemas.ConfidenceNone}})
		}
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
	r.named = len(evs)
	for range evs {
		about = append(about, r)
	}
	return evs, about, rule
}

// unstructured reads a mail without a part that a machine wrote for machines.
func (m *mail) unstructured(r *report) (evs []schemas.Event, rule string) {
	switch {
	case r.cut && r.kind == "delivery-status": // of no recipient any more, yet of a message
		return []schemas.Event{m.kept(mailer)}, ""
	case r.cut:
		return nil, Malformed
	case r.feedback != nil:
		return nil, NoFeedbackType
	}
	what := m.automatic()
	// What a report says, it says in its own part; what a mailbox answers by itself may quote a bounce.
	if m.fromMailer() && r.kind == "" && (what == "" || m.fromDaemon() || m.header.first("x-failed-recipients") != "") {
		if evs = m.bounces(r); len(evs) > 0 {
			return evs, ""
		}
	}
	if ev, ok := m.complaintWithoutPart(r); ok && !m.fromMailer() {
		return []schemas.Event{ev}, ""
	}
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
	about := p.about(m, r)
	ev.MessageID, ev.Match, ev.Confidence = about.messageID, about.by, about.confidence
	if ev.MessageID == "" {
		ev.MessageID = "f:" + hash.Hex()
	}
	switch {
	case about.recipient == "":
	case r.named <= 1:
		ev.Recipient = about.recipient
	case ev.Recipient != about.recipient: // the id was another's
		ev.Confidence = min(ev.Confidence, schemas.ConfidenceLikely)
	}
	ev.Subject = readable(r.returned.first("subject"))
	ev.Source, ev.Host = schemas.SourceARF, p.opts.Host
	ev.Reply = ev.Reply[:texts.CutAt([]byte(ev.Reply), schemas.MaxReply)]
	ev.Subject = ev.Subject[:texts.CutAt([]byte(ev.Subject), schemas.MaxText)]
}

// leftOut says how much of a mail was not looked at.
func leftOut(n int) schemas.Event {
	return schemas.Event{Kind: schemas.OtherReport, Reason: schemas.Other, Reply: label("left out", "at least "+strconv.Itoa(n)+" more")}
}

// hash names the mail: by its own Message-ID, which anybody can write again, and by
// its body, in which nothing changes on its way here but line ends.
func (m *mail) hash(data []byte) schemas.Hash {
	_, body := splitMail(data)
	body = bytes.TrimRight(bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n")), "\n")
	return schemas.HashEvent("arf", schemas.CleanMessageID(m.header.first("message-id")), string(body))
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
