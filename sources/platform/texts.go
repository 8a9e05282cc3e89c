package platform

import (
	"strings"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/jsonline"
)

// add has a text written to *to later, and reports whether it is one.
func (p *Parser) add(to *string, v jsonline.Value) bool {
	switch v.Type {
	case jsonline.None:
		return true
	case jsonline.String, jsonline.Number:
		p.texts.AddFunc(to, v.AppendText)
		return true
	}
	return false
}

// addReply is add for the reply, of which more is kept.
func (p *Parser) addReply(v jsonline.Value) bool {
	if v.Type == jsonline.String {
		p.texts.AddReplyFunc(&p.ev.Reply, v.AppendText)
		return true
	}
	return p.add(&p.ev.Reply, v)
}

// setTexts reads the identity and all texts.
func (p *Parser) setTexts() string {
	p.texts.Reset()
	if !p.addIdentity() || !p.addTexts() || !p.addTags() {
		return BadValue
	}
	p.texts.Store()
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
			if !p.add(part.to, v) {
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
	ev, f := &p.ev, &p.fields
	return p.add(&ev.EmailID, f[fieldEmailID]) &&
		p.add(&ev.Sender, f[fieldSender]) &&
		p.add(&ev.Subject, f[fieldSubject]) &&
		p.add(&ev.Campaign, f[fieldCampaign]) &&
		p.add(&ev.Enhanced, f[fieldEnhanced]) &&
		p.addReply(f[fieldReply]) &&
		p.add(&ev.Command, f[fieldCommand]) &&
		p.add(&ev.URL, f[fieldURL]) &&
		p.add(&ev.UserAgent, f[fieldUserAgent]) &&
		p.add(&ev.IP, f[fieldIP]) &&
		p.add(&ev.Relay, f[fieldRelay]) &&
		p.add(&ev.QueueID, f[fieldQueueID]) &&
		p.add(&ev.NextQueueID, f[fieldNextQueueID]) &&
		p.add(&ev.Host, f[fieldHost]) &&
		p.add(&ev.Instance, f[fieldInstance])
}

// addTags reads the tags, a list or a single one; those beyond the limit are
// not kept.
func (p *Parser) addTags() bool {
	p.tags = p.tags[:0]
	v := p.fields[fieldTags]
	if v.Type != jsonline.Array {
		if v.Type != jsonline.None {
			p.tags = append(p.tags, "")
			return p.add(&p.tags[0], v)
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
		if !p.add(&p.tags[len(p.tags)-1], p.scanner.Value()) {
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
	if made(id) {
		return id
	}
	return sources.OwnMessageID(p.opts.MessageID, id)
}

// made reports whether we made up the id of a message that has none of its own.
func made(id string) bool {
	return len(id) > 2 && id[1] == ':' && (id[0] == 'n' || id[0] == 'q' || id[0] == 'f')
}
