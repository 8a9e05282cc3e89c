package faults

import (
	"context"
	"fmt"
	"syscall"
	"time"
)

// pointWithin is how long it may take until a point is reached.
const pointWithin = 40 * time.Second

// A point is a step of a process: its role, what it talks to, and the step.
type point struct {
	role  string
	way   way
	step  string
	start bool // it comes only when a process begins
}

// points are all steps that have an effect outside of a process, or learn of one.
// Between two of them nothing happens that outlives the process, so that a
// process that is killed anywhere is killed at one of them.
var points = []point{
	{processor, toKafka, "JoinGroup", true},
	{processor, toKafka, "SyncGroup", true},
	{processor, toKafka, "InitProducerID", true},
	{processor, toKafka, "ListOffsets", true},
	{processor, toKafka, "Fetch", false},
	{processor, toKafka, "AddPartitionsToTxn", false},
	{processor, toKafka, "Produce", false},
	{processor, toKafka, "AddOffsetsToTxn", false},
	{processor, toKafka, "TxnOffsetCommit", false},
	{processor, toKafka, "EndTxn", false},
	{sink, toKafka, "JoinGroup", true},
	{sink, toKafka, "OffsetFetch", true},
	{sink, toKafka, "Fetch", false},
	{sink, toServer, "insert", false},
	{sink, toServer, "insert rows", false},
	{sink, toKafka, "OffsetCommit", false},
	{source, toKafka, "InitProducerID", true},
	{source, toKafka, "Produce", false},
}

// moments are when a point is met; there is no answer to rows alone.
func (p point) moments() []moment {
	if p.step == "insert rows" {
		return []moment{before}
	}
	return []moment{before, after}
}

// killedAt kills a process when it reaches a point.
func killedAt(p point, when moment) fault {
	return fault{fmt.Sprintf("%s killed %s %s", p.role, when, p.step), func(ctx context.Context, g *rig) error {
		m := g.any(p.role)
		passing := g.r.IntN(3)
		if p.start {
			m.kill()
			passing = 0
		}
		err := g.point(ctx, m, p.way, step{p.step, when}, passing, func() action {
			m.strike()
			return action{stop: true}
		})
		m.kill() // returns when it is gone
		if err != nil {
			return err
		}
		return m.start()
	}}
}

// heldAt stops a process at a point for longer than anybody waits for it. What it
// had just sent, or was just answered, arrives after that: a zombie's last word.
func heldAt(role string, w way, s step) fault {
	return fault{fmt.Sprintf("%s stands still %s %s", role, s.when, s.what), func(ctx context.Context, g *rig) error {
		m, hold := g.any(role), make(chan struct{})
		defer func() {
			m.signal(syscall.SIGCONT)
			close(hold)
		}()
		err := g.point(ctx, m, w, s, g.r.IntN(3), func() action {
			m.signal(syscall.SIGSTOP)
			return action{hold: hold}
		})
		if err != nil {
			return err
		}
		return g.during(ctx, zombieFor)
	}}
}

// point does something when a process reaches a step, after some that it lets
// pass, and returns when it has. The process is started if it does not run.
func (g *rig) point(ctx context.Context, m *member, w way, s step, passing int, act func() action) error {
	met := w.of(m).on(s, passing, 1, act)
	if err := m.start(); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, pointWithin)
	defer cancel()
	if err := g.until(limited, met); err != nil {
		w.of(m).heal()
		return fmt.Errorf("%s never reached %s %s: %w", m.name, s.when, s.what, err)
	}
	return nil
}
