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

// about is what match tells, found out once for each report.
func (p *Parser) about(m *mail, r *report) matched {
	if r.told == nil {
		about := p.match(m, r)
		r.told = &about
	}
	return *r.told
}

// match tells which message a report is about: by our own signed id, by an
// envelope address of ours, by the Message-ID of what was sent back, by the
// envelope id, in this order.
func (p *Parser) match(m *mail, r *report) matched {
	if signed, ok := p.signed(m, r); ok {
		return signed
	}
	id, recipient := p.envelope(m, r)
	if id != "" {
		return matched{p.messageID(id), recipient, schemas.MatchAddress, schemas.ConfidenceStrong}
	}
	if id = r.messageID(); id != "" {
		return matched{p.messageID(id), recipient, schemas.MatchMessageID, p.confidence(id)}
	}
	for _, fs := range []fields{r.feedback, r.delivery} {
		if id = cleanID(fs.first("original-envelope-id")); id != "" {
			return matched{p.messageID(id), recipient, schemas.MatchEnvelopeID, schemas.ConfidenceLikely}
		}
	}
	// A reply names what it answers. That needs no more than to have seen a list's archive.
	if id = cleanID(m.header.first("in-reply-to")); id != "" {
		return matched{p.messageID(id), recipient, schemas.MatchMessageID, schemas.ConfidenceLikely}
	}
	return matched{confidence: schemas.ConfidenceNone, recipient: recipient}
}

// signed looks for an id that we signed. What was signed for nobody vouches for the
// message alone.
func (p *Parser) signed(m *mail, r *report) (about matched, ok bool) {
	for _, fs := range []fields{r.returned, r.feedback, m.header} {
		for _, name := range []string{IDHeader, "cfbl-feedback-id"} {
			vs := fs.all(strings.ToLower(name))
			for _, v := range vs[:min(len(vs), maxForged-m.forged)] {
				id, recipient, ok := p.opts.Keys.Verify(v)
				if !ok {
					m.forged++
					continue
				}
				about = matched{p.messageID(id), Recipient(recipient), schemas.MatchSigned, schemas.ConfidenceExact}
				if about.recipient == "" {
					about.confidence = schemas.ConfidenceStrong
				}
				return about, true
			}
		}
	}
	return about, false
}

// minUncountable is how long the platform's own id is at least if nobody is to find
// one by trying: 16 hexadecimal digits are 64 bits.
const minUncountable = 16

// confidence says how much a returned Message-ID tells. Who knows all of it has seen
// the message, or its header. Where a pattern takes the platform's own id out of it,
// what stands around that proves nothing, for anybody can put it there: then the id
// alone has to be one that cannot be found by counting, as numbers and short ids can.
func (p *Parser) confidence(id string) schemas.Confidence {
	own := p.messageID(id)
	if own != id && (len(own) < minUncountable || strings.Trim(own, "0123456789.-_+") == "") {
		return schemas.ConfidenceLikely
	}
	return schemas.ConfidenceStrong
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
