package feedback

import (
	"strings"

	"mailfate/schemas"
	"mailfate/sources"
)

// A matched is the message that a report is about, and how that was told.
type matched struct {
	messageID  string
	recipient  string // "" where only the report's own fields name one
	by         schemas.Match
	confidence schemas.Confidence
}

// match tells which message a report is about: by our own signed id, by an
// envelope address of ours, by the Message-ID of what was sent back, by the
// envelope id, in this order.
func (p *Parser) match(m *mail, r *report) matched {
	for _, fs := range []fields{r.returned, r.feedback, m.header} {
		for _, name := range []string{IDHeader, "cfbl-feedback-id"} {
			for _, v := range fs.all(strings.ToLower(name)) {
				if id, recipient, ok := p.opts.Keys.Verify(v); ok {
					return matched{p.messageID(id), Recipient(recipient), schemas.MatchSigned, schemas.ConfidenceExact}
				}
			}
		}
	}
	id, recipient := p.envelope(m, r)
	if id != "" {
		return matched{p.messageID(id), recipient, schemas.MatchAddress, schemas.ConfidenceStrong}
	}
	if id = r.messageID(); id != "" {
		return matched{p.messageID(id), recipient, schemas.MatchMessageID, schemas.ConfidenceStrong}
	}
	for _, fs := range []fields{r.feedback, r.delivery} {
		if id = cleanID(fs.first("original-envelope-id")); id != "" {
			return matched{p.messageID(id), recipient, schemas.MatchEnvelopeID, schemas.ConfidenceLikely}
		}
	}
	if r.empty() && r.returned == nil { // a reply names what it answers
		if id = cleanID(m.header.first("in-reply-to")); id != "" {
			return matched{p.messageID(id), recipient, schemas.MatchMessageID, schemas.ConfidenceStrong}
		}
	}
	return matched{confidence: schemas.ConfidenceNone, recipient: recipient}
}

// envelope looks for an envelope address of ours: what the report says the mail
// was from, and whom the report itself was sent to.
func (p *Parser) envelope(m *mail, r *report) (messageID, recipient string) {
	if len(p.opts.Addresses) == 0 {
		return "", ""
	}
	for _, c := range []struct {
		fs    fields
		names []string
	}{
		{r.feedback, []string{"original-mail-from"}},
		{r.returned, []string{"return-path", "x-original-from"}},
		{m.header, []string{"delivered-to", "x-original-to", "envelope-to", "to"}},
	} {
		for _, name := range c.names {
			for _, v := range c.fs.all(name) {
				if id, to, ok := p.opts.Addresses.find(address(v)); ok {
					return id, to
				}
			}
		}
	}
	return "", ""
}

// messageID returns the returned mail's Message-ID; of several the last one,
// which is the sender's, for those above it were added on the way.
func (r *report) messageID() string {
	ids := r.returned.all("message-id")
	if len(ids) == 0 {
		return cleanID(r.disposition.first("original-message-id"))
	}
	return cleanID(ids[len(ids)-1])
}

// cleanID returns the id in a field's value: what stands between angle brackets,
// where there are such.
func cleanID(id string) string {
	if _, rest, found := strings.Cut(id, "<"); found {
		id, _, _ = strings.Cut(rest, ">")
	}
	if id = schemas.CleanMessageID(id); !isClean(id) {
		return ""
	}
	return id
}

func (p *Parser) messageID(id string) string { return sources.OwnMessageID(p.opts.MessageID, id) }
