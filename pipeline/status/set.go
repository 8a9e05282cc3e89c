package status

import (
	"cmp"
	"slices"
	"strings"

	"mailfate/schemas"
)

const (
	// keepEach is how many events of one kind are kept from either end of time:
	// the first tell when something happened, the last what was said.
	keepEach = 16

	// keepQueues is keepEach for what MTAs say of a whole message: a mailing that is
	// sent in many envelopes under one Message-ID has as many queue ids.
	keepQueues = 128

	// countExactly is how many events of one kind are counted exactly.
	countExactly = 256

	// smallest is how many accounts and recipients the message's own record
	// names: two are enough to know that there are several.
	smallest = 2
)

// Add takes an event into what is known under a key and reports whether that
// changed anything. The event's identity must be the key's.
func Add(s *schemas.Snapshot, ev *schemas.Event) bool {
	kept := *ev
	kept.Identity = schemas.Identity{}
	kept.File, kept.Offset = "", 0
	return insert(s, &kept)
}

// Merge takes everything that is known in other into s and reports whether that
// changed anything.
func Merge(s, other *schemas.Snapshot) bool {
	changed := false
	for i := range other.Counted {
		c := &other.Counted[i]
		changed = count(s, c.Kind, c.IDs...) || changed
	}
	for i := range other.Events {
		changed = insert(s, &other.Events[i]) || changed
	}
	for _, a := range other.Accounts {
		changed = AddAccount(s, a) || changed
	}
	for _, r := range other.Recipients {
		changed = AddRecipient(s, r) || changed
	}
	return changed
}

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

// insert puts one event in its place. Events are kept in the order of kind,
// time and id; the same observation read with other circumstances (another
// stream, say) is kept once, with the smaller contents.
func insert(s *schemas.Snapshot, ev *schemas.Event) bool {
	at, found := slices.BinarySearchFunc(s.Events, ev, func(a schemas.Event, b *schemas.Event) int { return comparePlace(&a, b) })
	if found {
		return mergeReading(&s.Events[at], ev)
	}
	first, end := run(s.Events, ev.Kind)
	keep := keepOf(s, ev.Kind)
	counted := countedOf(s, ev.Kind) != nil
	if counted && at >= first+keep && at <= end-keep {
		return count(s, ev.Kind, ev.ID) // neither early nor late: it only counts
	}
	s.Events = slices.Insert(s.Events, at, *ev)
	end++
	if counted || end-first > 2*keep {
		for i := first; i < end && !counted; i++ {
			count(s, ev.Kind, s.Events[i].ID)
		}
		count(s, ev.Kind, ev.ID)
	}
	if end-first > 2*keep {
		s.Events = slices.Delete(s.Events, first+keep, first+keep+1)
	}
	return true
}

// keepOf is how many events of a kind are kept from either end of time.
func keepOf(s *schemas.Snapshot, k schemas.Kind) int {
	if s.Recipient == "" && (k == schemas.Queued || k == schemas.Expired) {
		return keepQueues
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
		*kept, changed = *ev, true
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

func countedOf(s *schemas.Snapshot, k schemas.Kind) *schemas.Counted {
	for i := range s.Counted {
		if s.Counted[i].Kind == k {
			return &s.Counted[i]
		}
	}
	return nil
}

// count takes ids into the smallest ids of a kind. Events of the kind that were
// kept before it was counted are counted with it.
func count(s *schemas.Snapshot, k schemas.Kind, ids ...schemas.EventID) bool {
	c := countedOf(s, k)
	if c == nil {
		at, _ := slices.BinarySearchFunc(s.Counted, k, func(c schemas.Counted, k schemas.Kind) int { return cmp.Compare(c.Kind, k) })
		s.Counted = slices.Insert(s.Counted, at, schemas.Counted{Kind: k})
		first, end := run(s.Events, k)
		for i := first; i < end; i++ {
			count(s, k, s.Events[i].ID)
		}
		c = &s.Counted[at]
	}
	changed := false
	for _, id := range ids {
		at, found := slices.BinarySearch(c.IDs, id)
		if found || at == countExactly {
			continue
		}
		c.IDs = slices.Insert(c.IDs, at, id)
		c.IDs = c.IDs[:min(len(c.IDs), countExactly)]
		changed = true
	}
	return changed
}

// comparePlace orders events as a set keeps them.
func comparePlace(a, b *schemas.Event) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Time, b.Time), cmp.Compare(a.ID, b.ID))
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
	)
}
