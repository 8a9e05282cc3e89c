package platform

import (
	"strings"
	"unicode/utf8"

	"mailfate/schemas"
	"mailfate/sources/jsonline"
)

// texts gathers an event's texts in one buffer, so that they are allocated
// together.
type texts struct {
	buf   []byte
	spans []span
}

type span struct {
	to   *string
	size int
}

// add has a text written to *to later. A long one is cut between two runes.
func (t *texts) add(to *string, v jsonline.Value) bool {
	if v.Type == jsonline.None {
		return true
	}
	if v.Type != jsonline.String && v.Type != jsonline.Number {
		return false
	}
	start := len(t.buf)
	t.buf = v.AppendText(t.buf)
	t.buf = t.buf[:start+cutAt(t.buf[start:], schemas.MaxText)]
	t.spans = append(t.spans, span{to, len(t.buf) - start})
	return true
}

// cutAt is how much of b is at most limit bytes and does not end within a rune.
func cutAt(b []byte, limit int) int {
	if len(b) <= limit {
		return len(b)
	}
	for n := limit; n > limit-utf8.UTFMax; n-- {
		if utf8.RuneStart(b[n]) {
			return n
		}
	}
	return limit
}

// store allocates the texts and writes them where they belong.
func (t *texts) store() {
	all := string(t.buf)
	for _, s := range t.spans {
		*s.to, all = all[:s.size], all[s.size:]
	}
	t.buf, t.spans = t.buf[:0], t.spans[:0]
}

// setTexts reads the identity and all texts.
func (p *Parser) setTexts() string {
	p.texts.buf, p.texts.spans = p.texts.buf[:0], p.texts.spans[:0]
	if !p.addIdentity() || !p.addTexts() || !p.addTags() {
		return BadValue
	}
	p.texts.store()
	p.ev.Tags = p.tags
	p.clean()
	if p.ev.MessageID == "" {
		return NoMessageID
	}
	return ""
}

// addIdentity adds the parts of the identity. They are not cut like other texts:
// what is longer than their own limits is hashed, which needs all of it.
func (p *Parser) addIdentity() bool {
	for _, part := range [...]struct {
		to    *string
		f     field
		clean func(string) string
	}{
		{&p.ev.MessageID, fieldMessageID, schemas.CleanMessageID},
		{&p.ev.Recipient, fieldRecipient, schemas.CleanRecipient},
		{&p.ev.Account, fieldAccount, schemas.CleanAccount},
	} {
		v := p.fields[part.f]
		if len(v.Raw) <= schemas.MaxText {
			if !p.texts.add(part.to, v) {
				return false
			}
			continue
		}
		if v.Type != jsonline.String && v.Type != jsonline.Number {
			return false
		}
		*part.to = part.clean(string(v.AppendText(nil)))
	}
	return true
}

func (p *Parser) addTexts() bool {
	ev, t, f := &p.ev, &p.texts, &p.fields
	return t.add(&ev.EmailID, f[fieldEmailID]) &&
		t.add(&ev.Sender, f[fieldSender]) &&
		t.add(&ev.Subject, f[fieldSubject]) &&
		t.add(&ev.Campaign, f[fieldCampaign]) &&
		t.add(&ev.Enhanced, f[fieldEnhanced]) &&
		t.add(&ev.Reply, f[fieldReply]) &&
		t.add(&ev.Command, f[fieldCommand]) &&
		t.add(&ev.URL, f[fieldURL]) &&
		t.add(&ev.UserAgent, f[fieldUserAgent]) &&
		t.add(&ev.IP, f[fieldIP]) &&
		t.add(&ev.Relay, f[fieldRelay]) &&
		t.add(&ev.QueueID, f[fieldQueueID]) &&
		t.add(&ev.NextQueueID, f[fieldNextQueueID]) &&
		t.add(&ev.Host, f[fieldHost]) &&
		t.add(&ev.Instance, f[fieldInstance])
}

// addTags reads the tags, a list or a single one; those beyond the limit are
// not kept.
func (p *Parser) addTags() bool {
	p.tags = p.tags[:0]
	v := p.fields[fieldTags]
	if v.Type != jsonline.Array {
		if v.Type != jsonline.None {
			p.tags = append(p.tags, "")
			return p.texts.add(&p.tags[0], v)
		}
		return true
	}
	if cap(p.tags) < schemas.MaxTags {
		p.tags = make([]string, 0, schemas.MaxTags)
	}
	for p.scanner.Array(v.Raw); p.scanner.Next(); {
		if len(p.tags) == schemas.MaxTags {
			continue
		}
		p.tags = append(p.tags, "")
		if !p.texts.add(&p.tags[len(p.tags)-1], p.scanner.Value()) {
			return false
		}
	}
	return true
}

// clean brings identity and sender into the form in which events hold them.
func (p *Parser) clean() {
	ev := &p.ev
	ev.MessageID = p.messageID(schemas.CleanMessageID(ev.MessageID))
	ev.Recipient = schemas.CleanRecipient(ev.Recipient)
	ev.Account = schemas.CleanAccount(ev.Account)
	ev.Sender = strings.TrimSpace(ev.Sender)
	if ev.Sender != "<>" {
		ev.Sender = strings.TrimSuffix(strings.TrimPrefix(ev.Sender, "<"), ">")
	}
}

func (p *Parser) messageID(id string) string {
	if p.opts.MessageID == nil || id == "" || made(id) {
		return id
	}
	if own := schemas.CleanMessageID(p.opts.MessageID(id)); own != "" {
		return own
	}
	return id
}

// made reports whether we made up the id of a message that has none of its own.
func made(id string) bool {
	return len(id) > 2 && id[1] == ':' && (id[0] == 'n' || id[0] == 'q' || id[0] == 'f')
}
