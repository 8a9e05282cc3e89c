package clickhouse

import (
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	machine "mailfate/pipeline/status"
	"mailfate/schemas"
	"mailfate/sinks/explain"
)

// recipientRow is a row of story_recipients.sql.
type recipientRow struct {
	Account       string   `ch:"account"`
	Recipient     string   `ch:"recipient"`
	ID            uint64   `ch:"id"`
	EmailID       string   `ch:"email_id"`
	Sender        string   `ch:"sender"`
	Subject       string   `ch:"subject"`
	Campaign      string   `ch:"campaign"`
	Tags          []string `ch:"tags"`
	Size          int64    `ch:"size"`
	Statuses      []string `ch:"statuses"`
	Attempts      uint32   `ch:"attempts"`
	Deferrals     uint32   `ch:"deferrals"`
	Opens         uint32   `ch:"opens"`
	Clicks        uint32   `ch:"clicks"`
	MachineOpens  uint32   `ch:"machine_opens"`
	MachineClicks uint32   `ch:"machine_clicks"`
	Suspicious    uint32   `ch:"suspicious"`
	AtLeast       bool     `ch:"at_least"`
	Unsubscribed  uint8    `ch:"unsubscribed"`
	Complained    uint8    `ch:"complained"`
}

func (r *recipientRow) recipient() explain.Recipient {
	return explain.Recipient{
		Account: r.Account, Recipient: r.Recipient, Number: r.ID, EmailID: r.EmailID, Sender: r.Sender, Subject: r.Subject,
		Campaign: r.Campaign, Tags: r.Tags, Size: r.Size, Statuses: explain.Standings(r.Statuses),
		Counts: explain.Counts{
			Attempts: r.Attempts, Deferrals: r.Deferrals, Opens: r.Opens, Clicks: r.Clicks,
			MachineOpens: r.MachineOpens, MachineClicks: r.MachineClicks, Suspicious: r.Suspicious, AtLeast: r.AtLeast,
			Unsubscribed: r.Unsubscribed != 0, Complained: r.Complained != 0,
		},
	}
}

// held reads what belongs to nobody's story.
func (r *storyReader) held() error {
	var rows []struct {
		Contested bool      `ch:"contested"`
		Account   string    `ch:"account"`
		Recipient string    `ch:"recipient"`
		Kind      string    `ch:"kind"`
		Events    uint32    `ch:"events"`
		EventID   uint64    `ch:"event_id"`
		Time      time.Time `ch:"time"`
		Reason    string    `ch:"reason"`
		URL       string    `ch:"url"`
		UserAgent string    `ch:"user_agent"`
		IP        string    `ch:"ip"`
		Source    string    `ch:"source"`
	}
	if err := r.ask(&rows, "story_held", r.id(), r.named(), limit(explain.MaxHeld)); err != nil {
		return err
	}
	r.cut(len(rows), explain.MaxHeld)
	for _, row := range rows {
		kind, reason, err := parseKind(row.Kind, row.Reason)
		if err != nil {
			return err
		}
		source, _ := schemas.ParseSourceType(row.Source)
		r.Held = append(r.Held, explain.Held{Contested: row.Contested, Events: uint64(row.Events), Event: schemas.Event{
			ID: schemas.EventID(row.EventID), Kind: kind, Reason: reason, Time: row.Time.UnixMilli(),
			Identity: schemas.Identity{Account: schemas.CleanAccount(row.Account), MessageID: r.MessageID, Recipient: row.Recipient},
			URL:      row.URL, UserAgent: row.UserAgent, IP: row.IP, Source: source,
		}})
	}
	return nil
}

// parseKind reads names that this program wrote, or a newer one.
func parseKind(kind, reason string) (schemas.Kind, schemas.Reason, error) {
	k, known := schemas.ParseKind(kind)
	r, fits := schemas.ParseReason(k, reason)
	if !known || !fits {
		return 0, 0, fmt.Errorf("read kind %q, reason %q: this version does not know it; use the mailfate that wrote it", kind, reason)
	}
	return k, r, nil
}

// storyEvent is a row of story_events.sql.
type storyEvent struct {
	EventID     uint64    `ch:"event_id"`
	Time        time.Time `ch:"time"`
	Kind        string    `ch:"kind"`
	Reason      string    `ch:"reason"`
	Account     string    `ch:"account"`
	Recipient   string    `ch:"recipient"`
	EmailID     string    `ch:"email_id"`
	Sender      string    `ch:"sender"`
	Code        uint16    `ch:"code"`
	Enhanced    string    `ch:"enhanced"`
	Command     string    `ch:"command"`
	Remarks     string    `ch:"remarks"`
	Relay       string    `ch:"relay"`
	QueueID     string    `ch:"queue_id"`
	NextQueueID string    `ch:"next_queue_id"`
	URL         string    `ch:"url"`
	UserAgent   string    `ch:"user_agent"`
	IP          string    `ch:"ip"`
	Confidence  string    `ch:"confidence"`
	Source      string    `ch:"source"`
	Stream      string    `ch:"stream"`
	Host        string    `ch:"host"`
	Instance    string    `ch:"instance"`
	File        string    `ch:"file"`
	Offset      int64     `ch:"offset"`
}

func (e *storyEvent) event(messageID string) (schemas.Event, error) {
	kind, reason, err := parseKind(e.Kind, e.Reason)
	source, _ := schemas.ParseSourceType(e.Source)
	confidence, _ := schemas.ParseConfidence(e.Confidence)
	return schemas.Event{
		ID: schemas.EventID(e.EventID), Kind: kind, Reason: reason, Time: e.Time.UnixMilli(),
		Identity: schemas.Identity{Account: schemas.CleanAccount(e.Account), MessageID: messageID, Recipient: e.Recipient},
		EmailID:  e.EmailID, Sender: e.Sender, Code: e.Code, Enhanced: e.Enhanced, Command: e.Command, Reply: e.Remarks,
		Relay: e.Relay, QueueID: e.QueueID, NextQueueID: e.NextQueueID, URL: e.URL, UserAgent: e.UserAgent, IP: e.IP,
		Confidence: confidence, Source: source, Stream: e.Stream, Host: e.Host, Instance: e.Instance, File: e.File, Offset: e.Offset,
	}, err
}

// events reads the events of the recipients whose stories are told, of the
// message as a whole, and those that are held. Where there are few, a set keeps all.
func (r *storyReader) events() error {
	few := r.when.known <= machine.KeepQueues
	events := []uint64{0} // an id that nothing has: a list must not be empty
	for i := range r.Held {
		events = append(events, uint64(r.Held[i].ID))
	}
	r.Places = map[schemas.EventID]uint64{}
	if !few {
		kept, err := r.kept()
		if err != nil {
			return err
		}
		events = append(events, kept...)
	}
	var rows []storyEvent
	if err := r.ask(&rows, "story_events", r.at(r.id(), r.told(), clickhouse.Named("few", few), clickhouse.Named("events", events), limit(explain.MaxEvents))...); err != nil {
		return err
	}
	r.cut(len(rows), explain.MaxEvents)
	of, places := r.of(), map[place]uint64{}
	for i := range rows {
		ev, err := rows[i].event(r.MessageID)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(r.Held, func(h explain.Held) bool { return h.ID == ev.ID })
		if at >= 0 {
			r.Held[at].Event = ev
		}
		r.Events = append(r.Events, ev)
		if few && slices.Contains(of, ev.Recipient) {
			among := place{rows[i].Account, ev.Recipient, ev.Kind}
			places[among]++
			r.Places[ev.ID] = places[among]
		}
	}
	return nil
}

// place is among what an event is the how manieth.
type place struct {
	account, recipient string
	kind               schemas.Kind
}

// kept reads which of many events of those recipients a set keeps.
func (r *storyReader) kept() (events []uint64, err error) {
	var rows []struct {
		EventID uint64 `ch:"event_id"`
		Place   uint64 `ch:"place"`
	}
	err = r.ask(&rows, "story_kept", r.at(r.id(), r.told(), clickhouse.Named("keep", machine.KeepQueues), clickhouse.Named("agents", machine.EdgeAgents), limit(explain.MaxEvents))...)
	for _, row := range rows {
		events = append(events, row.EventID)
		r.Places[schemas.EventID(row.EventID)] = row.Place
	}
	return events, err
}

func (r *storyReader) changes() error {
	if len(r.tell) == 0 {
		return nil
	}
	var rows []struct {
		Time      time.Time `ch:"time"`
		Account   string    `ch:"account"`
		Recipient string    `ch:"recipient"`
		Cause     uint64    `ch:"cause"`
		Withdrawn uint8     `ch:"withdrawn"`
		Kind      string    `ch:"kind"`
		Reason    string    `ch:"reason"`
		Derived   bool      `ch:"derived"`
		Before    []string  `ch:"before"`
		After     []string  `ch:"after"`
	}
	err := r.ask(&rows, "story_changes", r.at(r.id(), r.told(), r.any(), r.account(), limit(explain.MaxChanges))...)
	if err != nil {
		return err
	}
	r.cut(len(rows), explain.MaxChanges)
	for _, row := range rows {
		c := explain.Told{
			Identity: schemas.Identity{Account: schemas.CleanAccount(row.Account), MessageID: r.MessageID, Recipient: row.Recipient},
			Cause:    schemas.EventID(row.Cause), Time: row.Time.UnixMilli(), Derived: row.Derived,
			Before: row.Before, After: row.After, Withdrawn: row.Withdrawn != 0,
		}
		if row.Kind != "" {
			if c.Kind, c.Reason, err = parseKind(row.Kind, row.Reason); err != nil {
				return err
			}
		}
		r.Changes = append(r.Changes, c)
	}
	return nil
}
