package mta

import (
	"mailfate/sources"
	"mailfate/sources/mta/held"
	"mailfate/sources/mta/queue"
	"mailfate/sources/mta/stamp"
	"mailfate/sources/saved"
)

// A State is what a reader remembers of its stream, and what it says of that. The
// readers embed it.
type State struct {
	saved.Parts
	clock       *stamp.Clock
	provisional int
}

// NewState returns the state of a reader whose clock is saved as one of the parts,
// or not at all.
func NewState(clock *stamp.Clock, parts ...saved.Named) State {
	return State{Parts: parts, clock: clock}
}

// Time is how far the stream's time has come, in ms since 1970 UTC.
func (s *State) Time() int64 { return s.clock.Now() }

// Provisional counts the messages, since the reader was made, that have a
// provisional name, because the log did not show their Message-ID: they have none,
// it is not logged, or the log begins after it. Where nothing joins the lines of
// one message, it counts their events.
func (s *State) Provisional() int { return s.provisional }

// CountProvisional counts one more.
func (s *State) CountProvisional() { s.provisional++ }

// The first byte of a key in the saved state, where readers have the same parts.
const (
	ClockKey = 'c'
	heldKey  = 'h'
	LineKey  = 'l'
	tableKey = 'q'
)

// A QueueState is the State of a reader that joins lines by their queue ids.
type QueueState struct {
	State
	table table
}

// table is what a queue.Table is, whatever its messages are.
type table interface {
	saved.Part
	Open() int
	Forgotten() int
	Recall(prefix byte, from sources.Saved)
}

// NewQueueState returns the state of a reader that has these parts, and more.
func NewQueueState(clock *stamp.Clock, t table, waiting *held.Events, lines *sources.LineHash, more ...saved.Named) QueueState {
	parts := append([]saved.Named{
		{Prefix: ClockKey, Name: "clock", Part: saved.One(clock)},
		{Prefix: tableKey, Name: "queue ids", Part: t},
		{Prefix: heldKey, Name: "events that wait", Part: waiting},
		{Prefix: LineKey, Name: "lines", Part: lines},
	}, more...)
	return QueueState{State: NewState(clock, parts...), table: t}
}

// Forgotten counts the queue ids, since the reader was made, that were forgotten
// before their time because Options.MaxOpen was reached.
func (s *QueueState) Forgotten() int { return s.table.Forgotten() }

// Open is how many queue ids are remembered now.
func (s *QueueState) Open() int { return s.table.Open() }

// Recall says where queue ids are found that there is no room for in memory.
func (s *QueueState) Recall(from sources.Saved) { s.table.Recall(tableKey, from) }

// ProvisionalName names a message whose Message-ID the log did not show, and
// counts it.
func (s *QueueState) ProvisionalName(q *queue.Queue, id string, firstSeen int64) string {
	s.CountProvisional()
	return provisional(q, id, firstSeen)
}
