package feedback

import (
	"bytes"
	"mime"
	"strings"

	"mailfate/schemas"
	"mailfate/sources"
)

// event returns what all events of a report have in common, or says by which
// rule there are none.
func (p *Parser) event(m *mail, data []byte) (ev schemas.Event, rule string) {
	feedbackType := strings.ToLower(m.report.first("feedback-type"))
	if feedbackType == "" {
		return ev, NoFeedbackType
	}
	at, ok := m.received()
	if !ok {
		return ev, NoTime
	}
	ev = schemas.Event{
		Time:      at,
		Sender:    m.sender(),
		Subject:   decoded(m.returned.first("subject")),
		Relay:     withoutType(m.report.first("reporting-mta")),
		UserAgent: m.report.first("user-agent"),
		IP:        m.report.first("source-ip"),
		Source:    schemas.SourceARF,
		Host:      p.opts.Host,
	}
	ev.Kind, ev.Reason, ev.Reply = KindOf(feedbackType)
	if ev.Reason == schemas.AuthFailure {
		ev.Reply = m.report.first("auth-failure")
	}
	ev.MessageID = p.messageID(m.messageID())
	if ev.MessageID == "" {
		ev.MessageID = "f:" + m.hash(data).Hex()
	}
	return ev, ""
}

// emitAll emits the event once for each recipient, or once without one.
func (p *Parser) emitAll(ev schemas.Event, m *mail, data []byte, emit func(*schemas.Event)) {
	recipients := m.recipients()
	if len(recipients) == 0 {
		recipients = []string{""}
	}
	hash := m.hash(data)
	for i, r := range recipients {
		one := ev
		one.Recipient = r
		one.ID = sources.Nth(hash, i).ID()
		one.Bound()
		emit(&one)
	}
}

// KindOf returns the kind of event that a Feedback-Type is; words is the type
// where that does not say it.
func KindOf(feedbackType string) (kind schemas.Kind, reason schemas.Reason, words string) {
	switch t := strings.ToLower(feedbackType); t {
	case "abuse":
		return schemas.Complained, schemas.ReasonNone, ""
	case "opt-out", "opt-out-list":
		return schemas.Unsubscribed, schemas.ReasonNone, ""
	case "not-spam":
		return schemas.NotSpam, schemas.ReasonNone, ""
	case "fraud":
		return schemas.OtherReport, schemas.Fraud, ""
	case "virus":
		return schemas.OtherReport, schemas.ReportVirus, ""
	case "auth-failure":
		return schemas.OtherReport, schemas.AuthFailure, ""
	case "other":
		return schemas.OtherReport, schemas.Other, ""
	default:
		return schemas.OtherReport, schemas.Other, t
	}
}

func (p *Parser) messageID(id string) string {
	if p.opts.MessageID == nil || id == "" {
		return id
	}
	if own := schemas.CleanMessageID(p.opts.MessageID(id)); own != "" {
		return own
	}
	return id
}

// hash names the report: by its own Message-ID, else by its body, in which
// nothing changes on its way here but line ends.
func (m *mail) hash(data []byte) schemas.Hash {
	if id := schemas.CleanMessageID(m.header.Get("Message-Id")); id != "" {
		return schemas.HashEvent("arf", id)
	}
	_, body := splitMail(data)
	return schemas.HashEvent("arf body", string(bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n"))))
}

// decoded returns a header's text with its encoded words decoded (RFC 2047),
// as it is where that cannot be.
func decoded(s string) string {
	var words mime.WordDecoder
	if text, err := words.DecodeHeader(s); err == nil {
		return text
	}
	return s
}

// withoutType drops the name's type, as dns; (RFC 3464, 2.1.2).
func withoutType(s string) string {
	if _, name, found := strings.Cut(s, ";"); found {
		s = name
	}
	return strings.TrimSpace(s)
}
