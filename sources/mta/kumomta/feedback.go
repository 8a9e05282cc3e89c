package kumomta

import (
	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/feedback"
	"mailfate/sources/jsonline"
	"mailfate/sources/mta"
)

// A complaint is what a feedback report says (docs.kumomta.com/reference/log_record,
// Feedback Report).
type complaint struct {
	kind, agent, sender, sourceIP jsonline.Value
	reporter, recipients          jsonline.Value
	original, trace               jsonline.Value
}

func (r *complaint) read(s *jsonline.Scanner, v jsonline.Value) {
	for open(s, v); s.Next(); {
		switch string(s.Key()) {
		case "feedback_type":
			r.kind = s.Value()
		case "user_agent":
			r.agent = s.Value()
		case "original_mail_from":
			r.sender = s.Value()
		case "source_ip":
			r.sourceIP = s.Value()
		case "reporting_mta":
			r.reporter = s.Value()
		case "original_rcpto_to", "original_rcpt_to":
			r.recipients = s.Value()
		case "original_message":
			r.original = s.Value()
		case "supplemental_trace":
			r.trace = s.Value()
		}
	}
}

// feedback says what a feedback loop reported, of the mail that the report
// returned.
func (p *Parser) feedback() sources.Result {
	if p.rec.Value(report).Type != jsonline.Object {
		return mta.Malformed(BadValue)
	}
	p.begin(schemas.Complained)
	p.addHash()
	var r complaint
	r.read(&p.scanner, p.rec.Value(report))
	ev := &p.event
	ev.Kind, ev.Reason, ev.Reply = feedback.KindOf(text(r.kind))
	returned := feedback.ReadReturned([]byte(text(r.original)))
	ev.MessageID, ev.Subject = returned.MessageID, returned.Subject
	if p.named = ev.MessageID != ""; !p.named {
		p.CountProvisional()
		ev.MessageID = "f:" + p.hash.Hex()
	}
	p.addReported(&r, returned.Recipient)
	ev.Sender = bare(text(r.sender))
	p.add(&ev.Relay, member(&p.scanner, r.reporter, "name"))
	p.add(&ev.IP, r.sourceIP)
	if ev.Kind.Stage() == schemas.StageFeedback { // of an unsubscription it would be the reader's
		p.add(&ev.UserAgent, r.agent)
	}
	if ev.Host == "" {
		p.add(&ev.Host, p.rec.Value(nodeID))
	}
	p.user = ""
	return p.send()
}

// addReported adds whom the report is about: as KumoMTA itself had noted in the
// mail (trace_headers), as the report says, or as the mail is addressed.
func (p *Parser) addReported(r *complaint, addressed string) {
	said := []string{r.traced(&p.scanner)}
	if r.recipients.Type == jsonline.Array {
		for p.scanner.Array(r.recipients.Raw); p.scanner.Next(); {
			said = append(said, text(p.scanner.Value()))
		}
	}
	for i, s := range said {
		if to := feedback.Recipient(s); to != "" {
			p.recipients = append(p.recipients, to)
		}
		if i == 0 && len(p.recipients) > 0 {
			return
		}
	}
	if len(p.recipients) == 0 && addressed != "" {
		p.recipients = append(p.recipients, addressed)
	}
}

// traced returns the recipient that KumoMTA had noted.
func (r *complaint) traced(s *jsonline.Scanner) string {
	return text(last(s, member(s, r.trace, "recipient")))
}

// member returns an object's last member of a key.
func member(s *jsonline.Scanner, object jsonline.Value, key string) (v jsonline.Value) {
	for open(s, object); s.Next(); {
		if string(s.Key()) == key {
			v = s.Value()
		}
	}
	return v
}

// text returns a string's text; "" for what is none.
func text(v jsonline.Value) string {
	if v.Type != jsonline.String {
		return ""
	}
	return string(v.AppendText(nil))
}

// bare returns an address without angle brackets.
func bare(s string) string {
	if s == "<>" || len(s) < 2 || s[0] != '<' || s[len(s)-1] != '>' {
		return s
	}
	return s[1 : len(s)-1]
}
