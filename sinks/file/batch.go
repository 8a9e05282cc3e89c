package file

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
)

// batch collects lines.
type batch struct {
	sink     *Sink
	decoder  *schemas.Decoder
	snapshot schemas.Snapshot
	lines    []byte
	rows     int
}

// line is what both kinds of line begin with.
type line struct {
	Table     string `json:"table"`
	Account   string `json:"account"`
	MessageID string `json:"message_id"`
	Recipient string `json:"recipient"`
	Revision  uint64 `json:"revision"`
	Withdrawn bool   `json:"withdrawn,omitempty"`
}

// statusLine is a row of message_status.
type statusLine struct {
	line
	Statuses  statuses   `json:"status,omitempty"`
	Final     finals     `json:"status_final,omitempty"`
	Reason    string     `json:"reason,omitempty"`
	Code      uint16     `json:"code,omitempty"`
	Enhanced  string     `json:"enhanced,omitempty"`
	Remarks   string     `json:"remarks,omitempty"`
	EmailID   string     `json:"email_id,omitempty"`
	Sender    string     `json:"sender,omitempty"`
	Subject   string     `json:"subject,omitempty"`
	Campaign  string     `json:"campaign,omitempty"`
	Tags      []string   `json:"tags,omitempty"`
	FirstAt   *time.Time `json:"first_at,omitempty"`
	LastAt    *time.Time `json:"last_at,omitempty"`
	Delivered *time.Time `json:"delivered_at,omitempty"`
	Bounced   *time.Time `json:"bounced_at,omitempty"`
	Opened    *time.Time `json:"opened_at,omitempty"`
	Clicked   *time.Time `json:"clicked_at,omitempty"`
	Opens     uint32     `json:"opens,omitempty"`
	Clicks    uint32     `json:"clicks,omitempty"`
	Deferrals uint32     `json:"deferrals,omitempty"`
}

// changeLine is a row of status_changes.
type changeLine struct {
	line
	Time     *time.Time `json:"time"`
	Cause    string     `json:"cause"`
	Kind     string     `json:"kind,omitempty"`
	Reason   string     `json:"reason,omitempty"`
	Derived  bool       `json:"derived,omitempty"`
	Before   statuses   `json:"status_before,omitempty"`
	After    statuses   `json:"status,omitempty"`
	Final    finals     `json:"status_final,omitempty"`
	Code     uint16     `json:"code,omitempty"`
	Enhanced string     `json:"enhanced,omitempty"`
	Remarks  string     `json:"remarks,omitempty"`
	URL      string     `json:"url,omitempty"`
}

// statuses are a status of each vocabulary, by its name.
type statuses map[string]string

func named(s schemas.Statuses) statuses {
	m := make(statuses, len(s))
	for i, v := range schemas.Vocabularies {
		m[v.Name] = v.Row(s[i]).ID
	}
	return m
}

// finals say, by vocabulary, whether only a new attempt changes its status.
type finals map[string]bool

func final(s schemas.Statuses) finals {
	m := make(finals, len(s))
	for i, v := range schemas.Vocabularies {
		m[v.Name] = v.Row(s[i]).Final
	}
	return m
}

// maxTime is the last millisecond whose year JSON can hold.
const maxTime = 253402300799999

func at(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	t := time.UnixMilli(min(max(ms, 0), maxTime)).UTC()
	return &t
}

// Add turns a snapshot into lines.
func (b *batch) Add(_ string, rec kafkalog.Record, whole bool) error {
	if len(rec.Key) == 0 || rec.Key[0] == 0 || rec.Value == nil {
		return nil // bookkeeping, or the end of a message's life, which deletes nothing here
	}
	id, err := schemas.ParseKey(rec.Key)
	if err != nil {
		return fmt.Errorf("%w; use the mailfate that wrote it, or a newer one", err)
	}
	s := &b.snapshot
	s.Identity = id
	if err := b.decoder.Snapshot(rec.Value, s); err != nil {
		return fmt.Errorf("%w; use the mailfate that wrote it, or a newer one", err)
	}
	if s.Recipient == "" {
		return nil // the message's own record
	}
	return b.addSnapshot(s, whole)
}

func (b *batch) addSnapshot(s *schemas.Snapshot, whole bool) error {
	head := line{Account: s.Account, MessageID: s.MessageID, Recipient: s.Recipient, Revision: s.Revision}
	if head.Account == "" {
		head.Account = schemas.DefaultAccount
	}
	head.Table = "status_changes"
	for _, w := range s.Withdrawn {
		l := changeLine{line: head, Time: at(w.Time), Cause: w.Cause.String()}
		l.Withdrawn = true
		if err := b.put(l); err != nil {
			return err
		}
	}
	shown := s.Standing == schemas.Shown
	if shown {
		if err := b.addHistory(s, head, whole); err != nil {
			return err
		}
	}
	head.Table = "message_status"
	switch {
	case shown:
		return b.put(newStatusLine(&s.Row, head))
	case s.Was&schemas.Shown != 0:
		head.Withdrawn = true
		return b.put(statusLine{line: head})
	}
	return nil
}

func (b *batch) addHistory(s *schemas.Snapshot, head line, whole bool) error {
	fresh := make(map[schemas.EventID]bool, len(s.Fresh))
	for _, cause := range s.Fresh {
		fresh[cause] = true
	}
	for i := range s.History {
		c := &s.History[i]
		if !whole && !fresh[c.Cause] {
			continue
		}
		err := b.put(changeLine{
			line: head, Time: at(c.Time), Cause: c.Cause.String(), Kind: c.Kind.String(), Reason: c.Reason.String(), Derived: c.Derived,
			Before: named(c.Before), After: named(c.After), Final: final(c.After), Code: c.Code, Enhanced: c.Enhanced, Remarks: c.Reply, URL: c.URL,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func newStatusLine(r *schemas.Row, head line) statusLine {
	return statusLine{
		line: head, Statuses: named(r.Statuses), Final: final(r.Statuses),
		Reason: r.Reason.String(), Code: r.Code, Enhanced: r.Enhanced, Remarks: r.Reply,
		EmailID: r.EmailID, Sender: r.Sender, Subject: r.Subject, Campaign: r.Campaign, Tags: r.Tags,
		FirstAt: at(r.First), LastAt: at(r.Last), Delivered: at(r.Delivered), Bounced: at(r.Bounced), Opened: at(r.Opened), Clicked: at(r.Clicked),
		Opens: r.Opens, Clicks: r.Clicks, Deferrals: r.Deferrals,
	}
}

// put adds one line. Bytes that are no UTF-8 become U+FFFD, as JSON demands.
func (b *batch) put(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode line: %w", err)
	}
	b.lines = append(append(b.lines, text...), '\n')
	b.rows++
	return nil
}

// Rows is how many lines wait.
func (b *batch) Rows() int { return b.rows }

// Write appends the lines that wait.
func (b *batch) Write(context.Context) error {
	if len(b.lines) == 0 {
		return nil
	}
	return b.sink.write(b.lines)
}

// Reset forgets what was written.
func (b *batch) Reset() { b.lines, b.rows = b.lines[:0], 0 }
