package clickhouse

import (
	"fmt"
	"slices"
	"testing"

	"mailfate/pipeline/kafkalog"
	machine "mailfate/pipeline/status"
	"mailfate/schemas"
	"mailfate/sinks/explain"
)

// manyAgents are opens by so many machines, in an order that is not that of
// their names, far from those by another at both ends of time, and one by a person
// in the middle of all.
func manyAgents(id schemas.Identity, opens, agents int) []schemas.Event {
	events := []schemas.Event{{ID: 1, Identity: id, Kind: schemas.Delivered, Time: minute(1), QueueID: "4A1", Code: 250, Source: schemas.SourcePostfix}}
	for i := range opens {
		agent := "curl/7"
		switch {
		case i == opens/2:
			agent = "Mozilla/5.0 (X11)"
		case i > opens/3 && i < 2*opens/3:
			agent = fmt.Sprintf("curl/8.%02d", i*7%agents)
		}
		events = append(events, schemas.Event{
			ID: schemas.EventID(1000 + i*31%1009), Identity: id, Kind: schemas.Opened, Time: minute(10 + int64(i/2)), UserAgent: agent, Source: schemas.SourceTracking,
		})
	}
	return events
}

// A story has everything that a set keeps, also the one person's open that
// decides, between any number of machines'.
func TestStoryHasWhatASetKeeps(t *testing.T) {
	for _, agents := range []int{1, 12, 40} {
		t.Run(fmt.Sprint(agents), func(t *testing.T) {
			db := migrated(t)
			id := schemas.Identity{Account: "acme", MessageID: "m1@acme.example", Recipient: "ann@example.org"}
			s := &schemas.Snapshot{Identity: id}
			header := &schemas.Snapshot{Identity: schemas.Identity{MessageID: id.MessageID}}
			machine.AddAccount(header, id.Account)
			var records []kafkalog.Record
			for i, ev := range manyAgents(id, 901, agents) {
				machine.Add(s, &ev)
				records = append(records, eventRecord(t, int64(i), ev))
			}
			view := machine.NewEvaluator(machine.Timers{}).Evaluate(&machine.Message{
				Key: s, Header: header, Clock: func(string) int64 { return 0 },
			})
			machine.Settle(s, &view, true, 1000)
			write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, s)...)
			write(t, db, schemas.TopicEvents, false, records...)
			f := story(t, db, id.MessageID, "")
			for i := range s.Events {
				if !slices.ContainsFunc(f.Events, func(ev schemas.Event) bool { return ev.ID == s.Events[i].ID }) {
					t.Errorf("the story lacks what %q did", s.Events[i].UserAgent)
				}
			}
			to := explain.Tell(f, explain.Options{Vocabularies: schemas.Vocabularies[:]}).Recipients[0]
			opens := uint64(0)
			for _, m := range to.Timeline[1:] {
				opens += 1 + m.Unlisted
			}
			if to.Differs != 0 || opens != 901 {
				t.Errorf("%d changes differ, and there are %d opens", to.Differs, opens)
			}
			if agents == 1 && to.Statuses["canonical"].Status != "opened" {
				t.Errorf("it stands at %s", to.Statuses["canonical"].Status)
			}
		})
	}
}
