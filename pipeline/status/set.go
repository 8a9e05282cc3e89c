package status

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"mailfate/schemas"
)

const (
	// keepEach is how many events of one kind are kept from either end of time:
	// the first tell when something happened, the last what was said.
	keepEach = 16

	// KeepQueues is keepEach for what MTAs say of a whole message: a mailing that is
	// sent in many envelopes under one Message-ID has as many queue ids. Of no kind
	// are more kept.
	KeepQueues = 128

	// EdgeAgents is of how many agents the first and the last event of a kind are
	// kept too: of the smallest, so that no order decides which.
	EdgeAgents = 16

	// smallest is how many accounts and recipients the message's own record
	// names: two are enough to know that there are several.
	smallest = 2
)

// AddAccount notes on a message's own record that an account has a message of its id.
func AddAccount(s *schemas.Snapshot, account string) bool {
	return account != "" && addSmallest(&s.Accounts, account)
}

// AddRecipient notes on a message's own record that it was addressed to recipient.
func AddRecipient(s *schemas.Snapshot, recipient string) bool {
	return addSmallest(&s.Recipients, recipient)
}

func addSmallest(list *[]string, v string) bool {
	at, found := slices.BinarySearch(*list, v)
	if found || at == smallest {
		return false
	}
	*list = slices.Insert(*list, at, v)
	*list = (*list)[:min(len(*list), smallest)]
	return true
}

// Add takes an event into what is known under a key and reports whether that
// changed anything. The event's identity must be the key's.
//
// Events are kept in the order of kind, time and id; the same observation read
// with other circumstances (another stream, say) is kept once, with the smaller
// contents.
func Add(s *schemas.Snapshot, ev *schemas.Event) bool {
	at, found := place(s.Events, ev)
	if found {
		return mergeReading(&s.Events[at], ev)
	}
	first, end := run(s.Events, ev.Kind)
	keep := keepOf(s, ev.Kind)
	counted := countedOf(s, ev.Kind) != nil
	if counted {
		changed := count(s, ev.Kind, ev.ID, agentOf(ev))
		middle := at >= first+keep && at <= end-keep
		if middle && !isEdge(s.Events[first:at], s.Events[at:end], agentOf(ev)) {
			return changed // it only counts
		}
	}
	s.Events = slices.Insert(s.Events, at, schemas.Event{})
	putReading(&s.Events[at], ev)
	end++
	if end-first > 2*keep {
		if !counted {
			count(s, ev.Kind, ev.ID, agentOf(ev))
		}
		thinOut(s, first, end, keep)
	}
	return true
}

// isEdge reports whether an event between others of its kind is the first or the
// last of its agent, and the agent one of the smallest: so it is known when a
// person opened first, however often machines did before and after. The edges of
// those agents are always kept, so what is kept tells which they are.
func isEdge(before, after []schemas.Event, agent string) bool {
	same := func(ev schemas.Event) bool { return agentOf(&ev) == agent }
	if slices.ContainsFunc(before, same) && slices.ContainsFunc(after, same) {
		return false
	}
	var smaller [EdgeAgents]string
	n := 0
	for _, events := range [][]schemas.Event{before, after} {
		for i := range events {
			a := agentOf(&events[i])
			if a >= agent || slices.Contains(smaller[:n], a) {
				continue
			}
			smaller[n] = a
			if n++; n == EdgeAgents {
				return false
			}
		}
	}
	return true
}

// thinOut drops what is neither among the first or the last of its kind nor an edge.
func thinOut(s *schemas.Snapshot, first, end, keep int) {
	var e edges
	for at := first; at < end; at++ {
		e.note(at, agentOf(&s.Events[at]))
	}
	kept := first + keep
	for at := kept; at < end-keep; at++ {
		if !e.has(at) {
			continue
		}
		if kept < at {
			s.Events[kept] = s.Events[at]
		}
		kept++
	}
	s.Events = slices.Delete(s.Events, kept, end-keep)
}

// edges are the first and the last events of the smallest agents.
type edges struct {
	n           int
	agents      [EdgeAgents]string // ascending
	first, last [EdgeAgents]int
}

// note takes in the next event. An agent that has had to go does not come back,
// for those in its place are smaller.
func (e *edges) note(at int, agent string) {
	i, found := slices.BinarySearch(e.agents[:e.n], agent)
	switch {
	case found:
		e.last[i] = at
		return
	case i == EdgeAgents:
		return
	}
	e.n = min(e.n+1, EdgeAgents)
	copy(e.agents[i+1:e.n], e.agents[i:])
	copy(e.first[i+1:e.n], e.first[i:])
	copy(e.last[i+1:e.n], e.last[i:])
	e.agents[i], e.first[i], e.last[i] = agent, at, at
}

func (e *edges) has(at int) bool {
	return slices.Contains(e.first[:e.n], at) || slices.Contains(e.last[:e.n], at)
}

// place finds where an event belongs. By far the most come in the order of their
// kinds and times, so the end is tried first.
func place(events []schemas.Event, ev *schemas.Event) (at int, found bool) {
	last := len(events) - 1
	if last < 0 || comparePlace(&events[last], ev) < 0 {
		return last + 1, false
	}
	at = sort.Search(last, func(i int) bool { return comparePlace(&events[i], ev) >= 0 })
	return at, comparePlace(&events[at], ev) == 0
}

// putReading keeps of an event what a set keeps: not what its key says, nor
// where it was read.
func putReading(kept, ev *schemas.Event) {
	*kept = *ev
	kept.Identity = schemas.Identity{}
	kept.File, kept.Offset = "", 0
}

// keepOf is how many events of a kind are kept from either end of time.
func keepOf(s *schemas.Snapshot, k schemas.Kind) int {
	if s.Recipient == "" && (k == schemas.Queued || k == schemas.Expired) {
		return KeepQueues
	}
	return keepEach
}

// maxStreams is how many streams of an event's readings are kept: the first by
// name. A log is rarely read under more names than these.
const maxStreams = 4

// streamSeparator stands between streams where an event was read in several.
const streamSeparator = "\x00"

// mergeReading takes another reading of the same observation into kept: the
// smaller contents win, and the streams of both are kept, because the clock of
// any of them tells that its time has come.
func mergeReading(kept, ev *schemas.Event) bool {
	streams := unionStreams(kept.Stream, ev.Stream)
	changed := streams != kept.Stream
	if compareContent(ev, kept) < 0 {
		putReading(kept, ev)
		changed = true
	}
	kept.Stream = streams
	return changed
}

func unionStreams(a, b string) string {
	if a == b {
		return a
	}
	all := append(strings.Split(a, streamSeparator), strings.Split(b, streamSeparator)...)
	slices.Sort(all)
	all = slices.Compact(all)
	return strings.Join(all[:min(len(all), maxStreams)], streamSeparator)
}

// run returns where the events of a kind begin and end.
func run(events []schemas.Event, k schemas.Kind) (first, end int) {
	for first < len(events) && events[first].Kind < k {
		first++
	}
	end = first
	for end < len(events) && events[end].Kind == k {
		end++
	}
	return first, end
}

// comparePlace orders events as a set keeps them. Who fetched is part of it,
// because it is counted by that.
func comparePlace(a, b *schemas.Event) int {
	switch {
	case a.Kind != b.Kind:
		return cmp.Compare(a.Kind, b.Kind)
	case a.Time != b.Time:
		return cmp.Compare(a.Time, b.Time)
	case a.ID != b.ID:
		return cmp.Compare(a.ID, b.ID)
	case a.Kind.Stage() != schemas.StageEngagement:
		return 0
	}
	return cmp.Compare(a.UserAgent, b.UserAgent)
}

// compareContent orders two events with the same id by everything else that is
// kept of them, so that of two readings the same one always wins.
func compareContent(a, b *schemas.Event) int {
	return cmp.Or(
		comparePlace(a, b),
		cmp.Compare(a.Reason, b.Reason),
		cmp.Compare(a.Source, b.Source),
		cmp.Compare(a.Host, b.Host),
		cmp.Compare(a.Instance, b.Instance),
		cmp.Compare(a.QueueID, b.QueueID),
		cmp.Compare(a.NextQueueID, b.NextQueueID),
		cmp.Compare(a.Code, b.Code),
		cmp.Compare(a.Enhanced, b.Enhanced),
		cmp.Compare(a.Command, b.Command),
		cmp.Compare(a.Reply, b.Reply),
		cmp.Compare(a.Relay, b.Relay),
		cmp.Compare(a.Sender, b.Sender),
		cmp.Compare(a.EmailID, b.EmailID),
		cmp.Compare(a.Subject, b.Subject),
		cmp.Compare(a.Campaign, b.Campaign),
		slices.Compare(a.Tags, b.Tags),
		cmp.Compare(a.Size, b.Size),
		cmp.Compare(a.URL, b.URL),
		cmp.Compare(a.UserAgent, b.UserAgent),
		cmp.Compare(a.IP, b.IP),
		cmp.Compare(a.Match, b.Match),
		cmp.Compare(a.Confidence, b.Confidence),
	)
}
