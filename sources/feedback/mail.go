package feedback

import (
	netmail "net/mail"
	"strings"
	"time"
)

const maxDate = 256 // bytes of a date

// A mail is what was found in one.
type mail struct {
	header  fields
	words   string // its first text part, a plain one where there is one
	rich    bool   // words are those of a page
	reports []*report
	parts   int
	forged  int // ids in it that say they are ours and are not
}

// read takes a mail apart and says by which rule it cannot be read.
func (m *mail) read(data []byte) (rule string) {
	if header, _ := splitMail(data); len(header) == len(data) {
		return Malformed // it ends in its header: cut, or no mail at all
	}
	p, err := openPart(data, true)
	if err != nil {
		return TooComplex
	}
	m.header = p.header
	if len(m.header) == 0 {
		return Malformed
	}
	err = m.visit(&p, nil, 1)
	for i := 0; i < len(m.reports) && err == nil; i++ { // more are found in attached mails
		err = m.settle(m.reports[i])
	}
	if err != nil {
		return TooComplex
	}
	return ""
}

// visit walks through a part and those in it. in is the report that the part
// belongs to; nil for a mail, which begins one.
func (m *mail) visit(p *part, in *report, depth int) error {
	if m.parts++; m.parts > maxParts || depth > maxDepth {
		return errTooComplex
	}
	if in == nil || p.mediaType == "multipart/report" {
		in = &report{kind: strings.ToLower(p.params["report-type"])}
		m.reports = append(m.reports, in)
	}
	found := false
	if p.isMultipart() {
		var err error
		found, err = p.eachPart(func(data []byte, cut bool) error {
			child, err := openPart(data, cut)
			if err != nil {
				return err
			}
			if in.kind != "" && child.isMultipart() && child.mediaType != "multipart/alternative" {
				return nil // a report's parts are its own (RFC 6522, 3)
			}
			if in.feedback != nil && child.mediaType == "message/feedback-report" {
				in = &report{kind: in.kind} // several reports, one behind the other
				m.reports = append(m.reports, in)
			}
			in.open = in.open || cut
			return m.visit(&child, in, depth+1)
		})
		if err != nil {
			return err
		}
		if !found {
			p.mediaType = "text/plain" // its boundary is nowhere
		}
	}
	if !found {
		m.leaf(p, in, depth)
	}
	return nil
}

// leaf takes in a part that holds no others.
func (m *mail) leaf(p *part, in *report, depth int) {
	switch p.mediaType {
	case "message/feedback-report":
		in.setFeedback(p)
	case "message/delivery-status", "message/global-delivery-status":
		in.setDelivery(p)
	case "message/disposition-notification", "message/global-disposition-notification":
		in.setDisposition(p)
	case "message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers":
		in.attached = append(in.attached, attachment{*p, depth})
	default:
		if in.kind != "" && in.sniff(p, depth) || p.isJSON() && in.setXARF(p) {
			return
		}
		rich := p.mediaType == "text/html"
		if strings.HasPrefix(p.mediaType, "text/") && (m.words == "" || m.rich && !rich) {
			m.words, m.rich = p.words(), rich
		}
	}
}

// settle finds out what the mails are that are attached to a report: one is what
// it is about, which is not entered: what that reports was not reported to us. A
// mail that is no report forwards them.
func (m *mail) settle(r *report) error {
	for i := range r.attached {
		r.setReturned(&r.attached[i].part)
	}
	if !r.empty() || r.kind != "" {
		return nil
	}
	for _, a := range r.attached {
		text, whole := a.part.decoded()
		p, err := openPart(text, !whole)
		if err != nil {
			return err
		}
		if p.mediaType != "multipart/report" {
			continue
		}
		if err := m.visit(&p, nil, a.depth+1); err != nil {
			return err
		}
	}
	return nil
}

// received returns when our mailbox received the mail, in ms since 1970 UTC.
func (m *mail) received() (int64, bool) {
	trace := m.header.first("received")
	for _, date := range []string{trace[strings.LastIndexByte(trace, ';')+1:], m.header.first("delivery-date"), m.header.first("date")} {
		if t, ok := parseDate(date); ok {
			return t, true
		}
	}
	return 0, false
}

var lastTime = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).UnixMilli()

func parseDate(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > maxDate {
		return 0, false
	}
	t, err := netmail.ParseDate(s)
	if err != nil || t.UnixMilli() < 0 || t.UnixMilli() > lastTime {
		return 0, false
	}
	return t.UnixMilli(), true
}
