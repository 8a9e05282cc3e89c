package explain

import "mailfate/schemas"

// Story is what became of one message, to all of its recipients.
type Story struct {
	MessageID string `json:"message_id"`
	// Vocabularies are those that the story is told in.
	Vocabularies []string `json:"vocabularies"`
	// Recipients has one entry for each account and recipient, at most
	// MaxRecipients. Where there are many, only the one that was asked for has a
	// timeline.
	Recipients []Recipient `json:"recipients"`
	// MoreRecipients is how many there are beyond those.
	MoreRecipients int `json:"more_recipients"`
	// Held is what belongs to nobody's story: contested and unmatched events.
	Held []HeldEvents `json:"held"`
	// Cut says that there was too much to read it all: the story has holes.
	Cut bool `json:"cut"`
}

// Recipient is what became of the message to one recipient.
type Recipient struct {
	Account   string   `json:"account"` // default where nobody names one
	Recipient string   `json:"recipient"`
	Number    uint64   `json:"id,string"` // a string, for it may be more than other programs can count
	EmailID   string   `json:"email_id,omitempty"`
	Sender    string   `json:"sender,omitempty"`
	Subject   string   `json:"subject,omitempty"`
	Campaign  string   `json:"campaign,omitempty"`
	Tags      []string `json:"tags,omitempty"`
	Size      int64    `json:"size,omitempty"`

	// Statuses is where the message stands, by vocabulary, as the database tells it.
	Statuses map[string]Standing `json:"statuses"`
	Counts   Counts              `json:"counts"`

	// Timeline is what happened, in the order in which it counts: engagement and
	// feedback as five seconds later than stamped. It is null where it was not told.
	Timeline []Moment `json:"timeline"`
	// TakenBack is how many changes the database once told and tells no longer;
	// with --all they are in the timeline, as withdrawn moments.
	TakenBack int `json:"taken_back"`
	// Differs is how many changes the database tells otherwise than the timeline,
	// or one of them does not know.
	Differs int `json:"differs"`
}

// Standing is one status and what it means.
type Standing struct {
	Status   string          `json:"status"`
	Spelling string          `json:"spelling"` // as the provider's text writes it
	Meaning  string          `json:"meaning"`
	Final    bool            `json:"final"`   // only a new attempt changes it
	Outcome  schemas.Outcome `json:"outcome"` // pending, success or failure
}

// Counts are those of message_status, and whether there was what is not counted.
type Counts struct {
	Attempts      uint32 `json:"attempts"`
	Deferrals     uint32 `json:"deferrals"`
	Opens         uint32 `json:"opens"`
	Clicks        uint32 `json:"clicks"`
	MachineOpens  uint32 `json:"machine_opens"`
	MachineClicks uint32 `json:"machine_clicks"`
	Suspicious    uint32 `json:"suspicious"`   // opens, clicks and reports of what was never delivered
	AtLeast       bool   `json:"at_least"`     // there was so much that some are lower bounds
	Unsubscribed  bool   `json:"unsubscribed"` // by the reader
	Complained    bool   `json:"complained"`   // somebody reported it as spam
}

// Moment is one point of a timeline: something that was observed, or that
// follows from it.
type Moment struct {
	Time   Time   `json:"time"`
	Kind   string `json:"kind"` // as the timeline reads it
	Reason string `json:"reason,omitempty"`
	// Attempt is 1 for the first, one more with each observed resend.
	Attempt int `json:"attempt"`
	// Inferred: nobody observed this, it follows from other events or from time.
	Inferred bool `json:"inferred,omitempty"`
	// Suspicious: a reader's doing with what was never delivered; it changes nothing.
	Suspicious bool `json:"suspicious,omitempty"`
	// Withdrawn: it was told once and turned out not to be true, or to change nothing.
	Withdrawn bool `json:"withdrawn,omitempty"`
	// Notes say why it is read as it is, where that is not plain.
	Notes []string `json:"notes,omitempty"`
	// Event is what was observed; of an inferred moment, what it follows from.
	Event *Event `json:"event,omitempty"`
	// Changes has one entry for each vocabulary in which the status changed.
	Changes []Change `json:"changes,omitempty"`
	// Unlisted is how many more events of the kind that was logged happened between
	// this one and the next of its kind: of many, the earliest and the latest are listed.
	Unlisted uint64 `json:"unlisted,omitempty"`
}

// Change is one step of one vocabulary.
type Change struct {
	Vocabulary string `json:"vocabulary"`
	Before     string `json:"before"`
	After      string `json:"after"`
	Final      bool   `json:"final"` // only a new attempt changes it further
	// Rule is the clause of the row of After that decided it: events < statuses.
	Rule string `json:"rule"`
}

// HeldEvents are events of one kind that are shown in nobody's story.
type HeldEvents struct {
	Contested bool   `json:"contested"` // several accounts could be meant; else unmatched: nobody is
	Account   string `json:"account"`
	Recipient string `json:"recipient"`
	Kind      string `json:"kind"`
	Why       string `json:"why"`
	// Events are some of them; Total is how many there are, at least.
	Events []Event `json:"events"`
	Total  uint64  `json:"total"`
}

// Event is one observation, as it was made. Texts are as their source wrote them.
type Event struct {
	ID          string `json:"event_id"`
	Time        Time   `json:"time"`
	Kind        string `json:"kind"`             // as logged; see Moment.Kind
	Reason      string `json:"reason,omitempty"` // as the source itself names it
	Account     string `json:"account,omitempty"`
	Recipient   string `json:"recipient,omitempty"`
	Sender      string `json:"sender,omitempty"`
	Code        uint16 `json:"code,omitempty"`
	Enhanced    string `json:"enhanced,omitempty"`
	Command     string `json:"command,omitempty"`
	Reply       string `json:"reply,omitempty"`
	Relay       string `json:"relay,omitempty"`
	QueueID     string `json:"queue_id,omitempty"`
	NextQueueID string `json:"next_queue_id,omitempty"`
	URL         string `json:"url,omitempty"`
	UserAgent   string `json:"user_agent,omitempty"`
	IP          string `json:"ip,omitempty"`
	Source      string `json:"source,omitempty"`
	Stream      string `json:"stream,omitempty"`
	Host        string `json:"host,omitempty"`
	Instance    string `json:"instance,omitempty"`
	File        string `json:"file,omitempty"`
	Offset      int64  `json:"offset"` // in File, uncompressed
}

// Standings describes one status of each vocabulary, in the order of
// schemas.Vocabularies. One that a vocabulary does not have keeps its name.
func Standings(statuses []string) map[string]Standing {
	m := make(map[string]Standing, len(statuses))
	for i, v := range schemas.Vocabularies {
		if i == len(statuses) {
			break
		}
		s, ok := v.Status(statuses[i])
		if !ok {
			m[v.Name] = Standing{Status: statuses[i], Spelling: statuses[i], Meaning: "not a status of these rules"}
			continue
		}
		row := v.Row(s)
		m[v.Name] = Standing{Status: row.ID, Spelling: row.Spelling(), Meaning: row.Meaning, Final: row.Final, Outcome: row.Outcome}
	}
	return m
}

func eventOf(ev *schemas.Event) *Event {
	return &Event{
		ID: ev.ID.String(), Time: Time(ev.Time), Kind: ev.Kind.String(), Reason: ev.Reason.String(),
		Account: ev.Account, Recipient: ev.Recipient, Sender: ev.Sender,
		Code: ev.Code, Enhanced: ev.Enhanced, Command: ev.Command, Reply: ev.Reply, Relay: ev.Relay,
		QueueID: ev.QueueID, NextQueueID: ev.NextQueueID, URL: ev.URL, UserAgent: ev.UserAgent, IP: ev.IP,
		Source: ev.Source.String(), Stream: ev.Stream, Host: ev.Host, Instance: ev.Instance, File: ev.File, Offset: ev.Offset,
	}
}
