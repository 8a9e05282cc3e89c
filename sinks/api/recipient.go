package api

import (
	"net/http"
	"strconv"
	"time"

	"mailfate/schemas"
	"mailfate/sinks/explain"
)

// Facts are what is known of an address by the messages to it.
type Facts struct {
	Recipient    string `json:"recipient"`
	Messages     uint64 `json:"messages"`
	Delivered    uint64 `json:"delivered"`
	HardBounces  uint64 `json:"hard_bounces"`
	SoftBounces  uint64 `json:"soft_bounces"`
	Opened       uint64 `json:"opened"`
	Clicked      uint64 `json:"clicked"`
	Complained   uint64 `json:"complained"`
	Unsubscribed uint64 `json:"unsubscribed"`
}

// Message is what became of one message to an address.
type Message struct {
	ID               uint64
	Account          string
	MessageID        string
	Sender, Subject  string
	Campaign, Status string
	Reason, Class    string
	Remarks          string
	First, Last      time.Time
}

type messageLine struct {
	First     explain.Time `json:"first_at"`
	Last      explain.Time `json:"last_at"`
	ID        string       `json:"id"`
	MessageID string       `json:"message_id"`
	Account   string       `json:"account"`
	Sender    string       `json:"sender"`
	Subject   string       `json:"subject"`
	Campaign  string       `json:"campaign"`
	Status    string       `json:"status"`
	Spelling  string       `json:"spelling"`
	Meaning   string       `json:"meaning"`
	Final     bool         `json:"final"`
	Reason    string       `json:"reason"`
	Class     string       `json:"class"`
	Remarks   string       `json:"remarks"`
}

type recipientAnswer struct {
	Facts
	Vocabulary string        `json:"vocabulary"`
	Newest     []messageLine `json:"newest"`
}

// recipient answers GET /recipients/{address}.
func (s *Server) recipient(r *http.Request, who caller) (any, error) {
	if err := checkNames(r.Form, nil, "vocabulary", "account", "limit"); err != nil {
		return nil, err
	}
	owner, err := who.owns(r)
	if err != nil {
		return nil, err
	}
	v, err := vocabulary(r, schemas.Canonical)
	if err != nil {
		return nil, err
	}
	n, err := limit(r)
	if err != nil {
		return nil, err
	}
	address := r.PathValue("address")
	if len(address) > maxText || len(WordsOf(address)) == 0 {
		return nil, invalid("that is no address")
	}
	address = schemas.CleanRecipient(address)
	facts, messages, err := s.store.Recipient(r.Context(), owner, v, address, n)
	if err != nil {
		return nil, err
	}
	if facts.Messages == 0 {
		return nil, &failure{"nothing is known of this address", "not_found", http.StatusNotFound}
	}
	facts.Recipient = valid(address)
	a := recipientAnswer{Facts: facts, Vocabulary: v.Name}
	for i := range messages {
		a.Newest = append(a.Newest, messages[i].line(v))
	}
	return &a, nil
}

func (m *Message) line(v *schemas.Vocabulary) messageLine {
	l := messageLine{
		First: explain.Time(m.First.UnixMilli()), Last: explain.Time(m.Last.UnixMilli()), ID: strconv.FormatUint(m.ID, 10), MessageID: m.MessageID,
		Account: m.Account, Sender: m.Sender, Subject: m.Subject, Campaign: m.Campaign, Status: m.Status,
		Reason: m.Reason, Class: m.Class, Remarks: m.Remarks,
	}
	l.Spelling, l.Meaning, l.Final = describe(v, m.Status)
	return l
}
