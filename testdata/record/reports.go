package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// report is one mail in the mailbox that complaints come to.
type report struct {
	kind      string     // the Feedback-Type; empty for a mail that is no report
	about     *addressee // nil when no letter of ours has the id
	redacted  bool       // the recipient is not named
	bareHead  bool       // the third part holds headers only
	folder    string     // new or cur
	applies   bool       // a letter claims it
	duplicate bool       // the same mail lies in the folder twice
	torn      bool       // it is still being written, in tmp
}

// maildir writes reports by a template, as RFC 5965 wants them.
type maildir struct {
	dir     string
	at      time.Time
	counts  map[string]int
	written int
}

func (m *maildir) put(r report) error {
	m.written++
	m.at = m.at.Add(time.Second)
	name := fmt.Sprintf("%d.M%06dP%d.%s", m.at.Unix(), 1000*m.written, 4000+m.written, hostName)
	text := r.text(m.written, m.at)
	if r.torn {
		m.counts["tmp"]++
		return writeFile(filepath.Join(m.dir, "tmp", name), []byte(text[:len(text)/2]))
	}
	if r.folder == "cur" {
		name += ":2,S"
	}
	copies := []string{name}
	if r.duplicate {
		copies = append(copies, "copy."+name)
	}
	for _, n := range copies {
		m.counts["files"]++
		if err := writeFile(filepath.Join(m.dir, r.folder, n), []byte(text)); err != nil {
			return err
		}
	}
	if r.kind == "" {
		m.counts["no_report"]++
	} else {
		m.counts["reports"]++
	}
	if r.duplicate {
		m.counts["duplicates"]++
	}
	if r.applies {
		m.note(r)
	} else if r.kind != "" {
		m.counts["unmatched"]++
	}
	return nil
}

// note counts a report for the addressee that it is about.
func (m *maildir) note(r report) {
	if r.about.reports == nil {
		r.about.reports = map[string]int{}
	}
	r.about.reports[r.kind]++
	switch r.kind {
	case "abuse":
		r.about.touches = append(r.about.touches, touch{complained, person, m.at})
	case "opt-out":
		r.about.touches = append(r.about.touches, touch{unsubscribed, person, m.at})
	default:
		// Other reports are recorded, and change nothing.
	}
}

func (r report) text(n int, at time.Time) string {
	if r.kind == "" {
		person := strings.Replace(head(n, at, "somebody@stranger.example", "Question about your newsletter", "text/plain; charset=utf-8"), "<>", "<somebody@stranger.example>", 1)
		return person + "Hello,\r\nwhy do I get this? It is not spam, I only wonder.\r\n"
	}
	id, recipient, sender := "no-such-letter@news.mailfate.example", "somebody@gmail.example", "news@news.mailfate.example"
	if r.about != nil {
		id, recipient, sender = r.about.letter.id, r.about.written, r.about.letter.sender
	}
	boundary := fmt.Sprintf("=_report_%04d", n)
	_, domain, _ := strings.Cut(recipient, "@")
	return head(n, at, "fbl@"+domain, "complaint about message from "+ownAddr, "multipart/report; report-type=feedback-report;\r\n\tboundary=\""+boundary+"\"") +
		part(boundary, "text/plain; charset=us-ascii", "A mail that came from this IP address was reported ("+r.kind+"): "+ownAddr+"\r\n") +
		part(boundary, "message/feedback-report", r.fields(recipient, sender, at)) +
		r.original(boundary, id, recipient, sender, at) + "--" + boundary + "--\r\n"
}

// head is the report's own header; the first Received line is our mailbox's.
func head(n int, at time.Time, from, subject, contentType string) string {
	_, domain, _ := strings.Cut(from, "@")
	return fmt.Sprintf("Return-Path: <>\r\nDelivered-To: fbl@mailfate.example\r\nReceived: from out.%[1]s (out.%[1]s [203.0.113.90])\r\n\tby %[2]s (Postfix) with ESMTP id 4FBL%04[3]dZ\r\n\tfor <fbl@mailfate.example>; %[4]s\r\n"+
		"Received: from worker7.%[1]s (localhost [127.0.0.1]) by out.%[1]s; %[5]s\r\nFrom: <%[6]s>\r\nTo: fbl@mailfate.example\r\nSubject: %[7]s\r\nDate: %[5]s\r\nMessage-ID: <report-%04[3]d@out.%[1]s>\r\nMIME-Version: 1.0\r\nContent-Type: %[8]s\r\n\r\n",
		domain, hostName, n, at.Format(time.RFC1123Z), at.Add(-3*time.Second).UTC().Format(time.RFC1123Z), from, subject, contentType)
}

func part(boundary, contentType, body string) string {
	return "--" + boundary + "\r\nContent-Type: " + contentType + "\r\n\r\n" + body + "\r\n"
}

func (r report) fields(recipient, sender string, at time.Time) string {
	f := []string{"Feedback-Type: " + r.kind, "User-Agent: SomeFeedbackLoop/1.2", "Version: 1", "Original-Mail-From: <" + sender + ">", "Source-IP: " + ownAddr, "Arrival-Date: " + at.Add(-40*time.Second).Format(time.RFC1123Z)}
	if !r.redacted {
		f = append(f, "Original-Rcpt-To: <"+recipient+">")
	}
	if r.kind == "auth-failure" {
		f = append(f, "Auth-Failure: dmarc", "Delivery-Result: other")
	}
	return strings.Join(append(f, "Reported-Domain: news.mailfate.example"), "\r\n") + "\r\n"
}

func (r report) original(boundary, id, recipient, sender string, at time.Time) string {
	if r.redacted {
		recipient = "redacted@redacted.invalid"
	}
	header := fmt.Sprintf("Return-Path: <%s>\r\nReceived: from %s (%s [%s]) by mx.stranger.example; %s\r\nFrom: Shop <%[1]s>\r\nTo: <%[6]s>\r\nSubject: News of the week\r\nMessage-ID: <%[7]s>\r\n", sender, hostName, hostName, ownAddr, at.Add(-40*time.Second).Format(time.RFC1123Z), recipient, id)
	if r.bareHead {
		return part(boundary, "text/rfc822-headers", header)
	}
	return part(boundary, "message/rfc822", header+"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello,\r\nthis is a letter of the recording.\r\n")
}

// writeReports picks letters that arrived and complains about them. single had one recipient, several had more;
// whole is complained about whatever the picks are.
func writeReports(dir string, single, several []*addressee, whole *addressee) (*maildir, error) {
	m := &maildir{dir: dir, at: time.Now(), counts: map[string]int{}}
	var all []report
	take := func() *addressee { a := single[0]; single = single[1:]; return a }
	for i := range 16 {
		all = append(all, report{kind: "abuse", about: take(), applies: true, bareHead: i%4 == 1, folder: []string{"cur", "new"}[i%2]})
	}
	twice := all[3].about
	all = append(
		all,
		report{kind: "abuse", about: several[0], applies: true, folder: "cur"},
		report{kind: "not-spam", about: twice, applies: true, folder: "cur"},
		report{kind: "not-spam", about: take(), applies: true, folder: "new"},
		report{kind: "opt-out", about: take(), applies: true, folder: "cur"},
		report{kind: "fraud", about: take(), applies: true, folder: "new"},
		report{kind: "virus", about: take(), applies: true, folder: "new"},
		report{kind: "auth-failure", about: take(), applies: true, folder: "new"},
		report{kind: "other", about: take(), applies: true, folder: "cur"},
		report{kind: "abuse", about: take(), applies: true, folder: "cur", redacted: true},
		report{kind: "abuse", about: several[1], folder: "cur", redacted: true},
		report{kind: "abuse", folder: "new"},
		report{kind: "abuse", about: take(), applies: true, folder: "new", duplicate: true},
		report{folder: "new"},
		report{kind: "abuse", about: take(), torn: true},
		report{kind: "abuse", about: whole, applies: true, folder: "new"},
	)
	for _, d := range []string{"cur", "new", "tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			return nil, fmt.Errorf("make mailbox of reports: %w", err)
		}
	}
	for _, r := range all {
		if err := m.put(r); err != nil {
			return nil, err
		}
	}
	return m, nil
}
