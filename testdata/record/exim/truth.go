package main

import (
	"fmt"
	"strings"
)

// truth is what is known without the log.
type truth struct {
	Lines    int       `json:"lines"`
	Notices  int       `json:"notices"` // with the null sender, taken by the far server
	Messages []outcome `json:"messages"`
	Refused  []outcome `json:"refused"` // by Exim, from a client
}

// outcome is what became of one letter for one recipient.
type outcome struct {
	MessageID string `json:"message_id,omitempty"`
	Sender    string `json:"sender,omitempty"`
	Recipient string `json:"recipient,omitempty"`
	Account   string `json:"account,omitempty"`
	Subject   string `json:"subject,omitempty"`
	Fate      fate   `json:"fate"`
	Accepted  int    `json:"accepted,omitempty"` // by how many boxes of the far server
	Deferrals int    `json:"deferrals,omitempty"`
	Code      string `json:"code,omitempty"`
	Reply     string `json:"reply,omitempty"` // the last objection
	Command   string `json:"command,omitempty"`
}

// truth puts together what was sent and what was answered, and checks that they
// agree.
func (s *server) truth(letters []letter) (*truth, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &truth{Notices: s.notices}
	for i := range letters {
		l := &letters[i]
		for _, r := range l.to {
			o := s.outcome(l, r)
			if err := o.check(&r); err != nil {
				return nil, fmt.Errorf("letter %q to %s: %w", l.id, r.address, err)
			}
			switch {
			case r.fate != refused:
				t.Messages = append(t.Messages, o)
			case l.whole != "":
				t.Refused = append(t.Refused, outcome{Sender: l.sender, Fate: refused})
			case !l.early:
				t.Refused = append(t.Refused, o)
			}
		}
	}
	return t, nil
}

func (s *server) outcome(l *letter, r recipient) outcome {
	o := outcome{Sender: l.sender, Recipient: r.address, Account: l.login, Subject: l.subject, Fate: r.fate}
	if l.id != "" {
		o.MessageID = l.messageID()
	}
	boxes := r.boxes
	if boxes == nil {
		boxes = []string{r.address}
	}
	for _, address := range boxes {
		b := s.boxes[strings.ToLower(address)]
		if b == nil || r.fate == refused {
			continue
		}
		o.Accepted += b.accepted[o.MessageID]
		o.add(b.said[l.sender])
	}
	return o
}

// add counts what a box objected to a letter. Boxes that object are written to
// by one letter each, or always say the same.
func (o *outcome) add(objections []said) {
	for _, x := range objections {
		if x.code[0] == '4' {
			o.Deferrals++
		}
		o.Code, o.Reply, o.Command = x.code, strings.Join(wire(x.reply), `\n`), x.command
	}
	if o.Code != "" && o.Code[0] == '5' {
		o.Deferrals = 0
	}
}

func (o *outcome) check(r *recipient) error {
	far := strings.HasSuffix(strings.ToLower(r.address), "@far.example") || strings.HasSuffix(r.address, "@two.example") || r.boxes != nil
	switch {
	case o.MessageID == "":
	case r.fate == delivered && far && o.Accepted != max(1, len(r.boxes)),
		r.fate == bounced && o.Accepted != max(1, len(r.boxes))-1,
		r.fate != delivered && r.fate != bounced && o.Accepted > 0:
		return fmt.Errorf("the server took it %d times, which is not what was planned", o.Accepted)
	}
	return nil
}
