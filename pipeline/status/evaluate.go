package status

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"mailfate/pipeline/classify"
	"mailfate/schemas"
)

// Message is the records of one message that one key's fate depends on. Each is
// nil when nothing is known under it.
type Message struct {
	Key     *schemas.Snapshot // the key that is looked at
	Unnamed *schemas.Snapshot // its recipient, under no account
	Whole   *schemas.Snapshot // the message's own record of the key's account
	Header  *schemas.Snapshot // the message's own record under no account

	// Sole account's records, for a key without an account whose message turns
	// out to belong to somebody.
	Owner      *schemas.Snapshot // the same recipient, under that account
	OwnerWhole *schemas.Snapshot // its message's own record

	Clock func(stream string) int64
}

// View is what follows from a message's records.
type View struct {
	Standing schemas.Standing
	Row      schemas.Row
	History  []schemas.Change
	Timers   []schemas.Timer
	Points   []Point
	Rules    uint64 // the version of the rules that it follows from
}

// Evaluator evaluates messages; it keeps its buffers and is for one goroutine.
// A view is valid until the next call.
type Evaluator struct {
	rules    uint64
	timeline timeline
	history  []schemas.Change
	own      []*schemas.Snapshot
	whole    []*schemas.Snapshot
}

// NewEvaluator returns an evaluator with these timers, which judges replies and hits
// by the embedded rules.
func NewEvaluator(t Timers) *Evaluator {
	t.GiveUp, t.Depleted = cmp.Or(t.GiveUp, defaultGiveUp), cmp.Or(t.Depleted, defaultDepleted)
	e := &Evaluator{timeline: timeline{rules: t}}
	return e.JudgeBy(classify.Default())
}

// JudgeBy has replies and hits judged by other rules, which are rules like the timers: all
// processors must have the same. Without any they stay as they are.
func (e *Evaluator) JudgeBy(replies *classify.Rules) *Evaluator {
	if replies != nil {
		e.timeline.replies, e.timeline.seen = replies, seen{}
		e.rules = rulesVersion(e.timeline.rules, replies.Version())
	}
	return e
}

// Rules is the version of the rules that the evaluator follows.
func (e *Evaluator) Rules() uint64 { return e.rules }

// Evaluate says what follows from everything that is known under m.Key and
// from the message's other records.
func (e *Evaluator) Evaluate(m *Message) View {
	v := e.evaluate(m)
	v.Rules = e.rules
	return v
}

func (e *Evaluator) evaluate(m *Message) View {
	if m.Key.Recipient == "" {
		return View{Standing: standingOfWhole(m)}
	}
	if m.Key.Account == "" && len(accounts(m)) > 0 {
		return View{Standing: standingOfUnnamed(m)}
	}
	unnamed := m.Key.Account != "" && len(accounts(m)) == 1 // what names no account is this account's
	e.own, e.whole = append(e.own[:0], m.Key), e.whole[:0]
	if unnamed && m.Unnamed != nil {
		e.own = append(e.own, m.Unnamed)
	}
	if !created(e.own) {
		if len(m.Key.Events) == 0 {
			return View{Standing: schemas.Joined}
		}
		return View{Standing: schemas.Unmatched}
	}
	recipients := 0
	if m.Whole != nil {
		e.whole = append(e.whole, m.Whole)
		recipients = len(m.Whole.Recipients)
	}
	if unnamed && m.Header != nil {
		e.whole = append(e.whole, m.Header)
		recipients = distinct(m.Whole, m.Header)
	}
	src := Sources{Own: e.own, Whole: e.whole, Sole: recipients <= 1, Clock: m.Clock}
	e.timeline.build(&src)
	e.history = fold(e.timeline.points, e.history[:0])
	return View{
		Standing: schemas.Shown,
		Row:      e.timeline.summarise(&src, e.history),
		History:  e.history,
		Timers:   e.timeline.timers,
		Points:   e.timeline.points,
	}
}

// accounts names who has a message of this id, two of them at most.
func accounts(m *Message) []string {
	if m.Header == nil {
		return nil
	}
	return m.Header.Accounts
}

// created reports whether anything proves that the recipient was addressed.
func created(own []*schemas.Snapshot) bool {
	for _, s := range own {
		for i := range s.Events {
			if s.Events[i].FirstHand() {
				return true
			}
		}
	}
	return false
}

func distinct(a, b *schemas.Snapshot) int {
	var all schemas.Snapshot
	for _, s := range []*schemas.Snapshot{a, b} {
		if s == nil {
			continue
		}
		for _, r := range s.Recipients {
			AddRecipient(&all, r)
		}
	}
	return len(all.Recipients)
}

// standingOfUnnamed is for a recipient's events that name no account, where the
// message is somebody's.
func standingOfUnnamed(m *Message) schemas.Standing {
	switch {
	case len(m.Key.Events) == 0:
		return schemas.Joined
	case len(accounts(m)) > 1:
		return schemas.Contested
	case m.Owner != nil && created([]*schemas.Snapshot{m.Owner, m.Key}), m.Owner == nil && created([]*schemas.Snapshot{m.Key}):
		return schemas.Joined
	}
	return schemas.Unmatched
}

// standingOfWhole is for a message's own record: what names no recipient there
// and is not about all of them needs exactly one to belong to.
func standingOfWhole(m *Message) schemas.Standing {
	if m.Key.Account == "" && len(accounts(m)) > 1 && len(m.Key.Events) > 0 {
		return schemas.Contested
	}
	claims := slices.ContainsFunc(m.Key.Events, func(ev schemas.Event) bool { return !ev.ForWholeMessage() })
	if !claims {
		return schemas.Joined
	}
	recipients := len(m.Key.Recipients)
	switch n := len(accounts(m)); {
	case m.Key.Account == "" && n == 1:
		recipients = distinct(m.Key, m.OwnerWhole)
	case m.Key.Account != "" && n == 1:
		recipients = distinct(m.Key, m.Header)
	}
	if recipients == 1 {
		return schemas.Joined
	}
	return schemas.Unmatched
}

// timelineVersion changes whenever the timeline reads the same events otherwise.
const timelineVersion = 6

// rulesVersion is a hash of everything that decides how events are read, so
// that what was stored under other rules can be told from what is made today.
// Its lower half is of what is said of a status wherever it is shown.
func rulesVersion(t Timers, replies uint64) uint64 {
	reading := []string{fmt.Sprint(timelineVersion, replies, t)}
	var saying []string
	for _, v := range schemas.Vocabularies {
		reading, saying = append(reading, v.Name), append(saying, v.Name)
		for s, row := range v.Rows {
			reading = append(reading, row.ID)
			saying = append(saying, row.ID, string(row.Outcome), fmt.Sprint(row.Final))
			for k := range schemas.KindCount {
				for r := range schemas.ReasonCount {
					if to := v.Next(schemas.Status(s), k, r); int(to) != s {
						reading = append(reading, k.String(), r.String(), v.Row(to).ID)
					}
				}
			}
		}
	}
	upper, lower := schemas.HashEvent(reading...).ID(), schemas.HashEvent(saying...).ID()
	return uint64(upper)&^math.MaxUint32 | uint64(lower)&math.MaxUint32
}

// saysTheSame reports whether two versions of the rules say the same of each
// status: whether it is final, and its outcome.
func saysTheSame(a, b uint64) bool { return uint32(a) == uint32(b) }
