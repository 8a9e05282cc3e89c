package feedback

import (
	"bytes"
	"slices"
	"strings"
)

// A report is what one multipart/report says, or a mail that says the same
// without being one.
type report struct {
	kind        string // its report-type
	feedback    fields // RFC 5965
	delivery    fields // about the mail as a whole (RFC 3464, 2.2)
	recipients  []fields
	disposition fields // RFC 8098
	attached    []attachment
	returned    fields // header of the mail that it is about
	cut         bool   // it ends within what a machine wrote
	open        bool   // nothing shows that it ends where it should
	more        int    // recipients, at least, that were not looked at
	named       int    // recipients that it has events for
	told        *matched
}

// An attachment is a mail in a report, or the header of one.
type attachment struct {
	part  part
	depth int
}

func (r *report) empty() bool {
	return r.feedback == nil && r.delivery == nil && r.recipients == nil && r.disposition == nil
}

// setFeedback reads what a feedback loop says; the first one counts.
func (r *report) setFeedback(p *part) {
	if groups, ok := r.groups(p); ok && r.feedback == nil {
		r.feedback = groups[0]
	}
}

// setDisposition reads what a reader's program says.
func (r *report) setDisposition(p *part) {
	if groups, ok := r.groups(p); ok && r.disposition == nil {
		r.disposition = groups[0]
	}
}

// setDelivery reads what an MTA says of each recipient: after the group about the
// mail as a whole. Behind anything else the part is damaged.
func (r *report) setDelivery(p *part) {
	groups, ok := r.groups(p)
	if !ok || r.recipients != nil {
		return
	}
	for i, g := range groups {
		g = believed(g)
		switch {
		case g.first("final-recipient") != "" || g.first("original-recipient") != "":
			r.recipients = append(r.recipients, g)
		case i == 0:
			r.delivery = g
		default:
			return
		}
	}
}

// believed returns the fields of a group that its MTA wrote. They stand in any order
// (RFC 3464, 2.3), yet behind the words of another server may stand more of them: when
// what decides stands there a second time, nothing behind them is believed.
func believed(g fields) fields {
	at := slices.IndexFunc(g, func(f field) bool { return f.name == "diagnostic-code" })
	if at < 0 {
		return g
	}
	before, behind := g[:at+1], g[at+1:]
	for i, f := range behind {
		switch f.name {
		case "action", "status", "final-recipient":
		case "original-recipient": // has the word over the final one
			if before.first("final-recipient") != "" {
				return before
			}
		default:
			continue
		}
		if before.first(f.name) != "" || behind[:i].first(f.name) != "" {
			return before
		}
	}
	return g
}

// groups reads the groups of fields that a machine wrote. Of a text that ends in
// the middle the last group is not believed: what it says may be incomplete.
func (r *report) groups(p *part) (groups []fields, ok bool) {
	text, whole := p.decoded()
	for len(text) > 0 {
		text = bytes.TrimLeft(text, "\r\n")
		if len(groups) > maxRecipients && len(text) > 0 {
			r.more++
			break
		}
		group, rest := splitMail(text)
		if len(group) == len(text) && !whole {
			r.cut = true
			break
		}
		if fs := parseFields(group); len(fs) > 0 {
			groups = append(groups, fs)
		}
		text = rest
	}
	return groups, len(groups) > 0
}

// setReturned reads the header of the mail that a report is about: the first that is
// in it, or that has a Message-ID. Where that ends in the middle, its last field may,
// too, and is not believed.
func (r *report) setReturned(p *part) {
	if r.returned.first("message-id") != "" {
		return
	}
	text, whole := p.decoded()
	if fs := returnedFields(text, whole); r.returned == nil || fs.first("message-id") != "" {
		r.returned = fs
	}
}

func returnedFields(text []byte, whole bool) fields {
	text = bytes.TrimLeft(text, "\r\n")
	header, _ := splitMail(text)
	fs := parseFields(header[:min(len(header), maxHeader)])
	if !whole && len(header) == len(text) && len(fs) > 0 {
		fs = fs[:len(fs)-1]
	}
	return fs
}

// sniff recognises a part of a report by what it holds, for its type is wrong.
func (r *report) sniff(p *part, depth int) bool {
	text, _ := p.decoded()
	text = bytes.TrimLeft(text, "\r\n")
	if !beginsWithField(text) {
		return false
	}
	header, _ := splitMail(text)
	fs := parseFields(header[:min(len(header), maxHeader)])
	switch {
	case r.kind == "feedback-report" && fs.first("feedback-type") != "":
		r.setFeedback(p)
	case r.kind == "delivery-status" && (fs.first("reporting-mta") != "" || fs.first("final-recipient") != ""):
		r.setDelivery(p)
	case r.kind == "disposition-notification" && fs.first("disposition") != "":
		r.setDisposition(p)
	case fs.first("message-id") != "" && fs.first("from") != "":
		r.attached = append(r.attached, attachment{*p, depth})
	default:
		return false
	}
	return true
}

// feedbackType names what a feedback loop reports, in lower case.
func (r *report) feedbackType() string {
	return strings.ToLower(strings.TrimSpace(r.feedback.first("feedback-type")))
}
