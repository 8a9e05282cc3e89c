package kafkalog

import (
	"bytes"
	"cmp"
	"slices"
	"sync"

	"github.com/segmentio/kafka-go"
)

const (
	// stickyProtocol is what members of a group agree on by name: another meaning
	// of its user data that older members could not live with needs another name.
	stickyProtocol = "mailfate-sticky"
	// maxShareCells bounds topics × members of what is divided with care, which
	// takes a fraction of a second then. Above it the group gets plain ranges.
	maxShareCells = 1 << 13
)

// sticky is the group balancer of one member. It divides every topic evenly
// among those that subscribe to it, to within one partition, and so that the
// members are as even as that allows over all topics together. Among all such
// divisions it takes one that moves the fewest partitions away from members that
// hold them and are still there.
//
// What members hold they say themselves, in the user data of their joining. A
// claim is a wish and no proof: who owns a partition is decided by the group's
// generation and by fencing, so a wrong claim costs a restore and nothing else.
type sticky struct {
	mu    sync.Mutex
	since int    // the generation that first assigned what data says
	data  []byte // the user data
}

var _ kafka.GroupBalancer = (*sticky)(nil)

// ProtocolName is how members agree to use this balancer.
func (s *sticky) ProtocolName() string { return stickyProtocol }

// UserData says what this member was assigned last. kafka-go asks at each join.
func (s *sticky) UserData() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.data, nil
}

// remember notes what a generation assigned to this member. As long as that is
// the same, so is the user data: a member that joins again as it was, because
// something in it has ended, need not disturb the others. Claims stay in order,
// for whoever was given a partition later has changed later.
func (s *sticky) remember(generation int, assigned map[string][]int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !bytes.Equal(s.data, holding{s.since, assigned}.encode()) {
		s.since, s.data = generation, holding{generation, assigned}.encode()
	}
}

// AssignGroups divides the partitions. It depends on its arguments alone, and
// not on their order.
func (s *sticky) AssignGroups(members []kafka.GroupMember, partitions []kafka.Partition) kafka.GroupMemberAssignments {
	members = slices.SortedFunc(slices.Values(members), func(a, b kafka.GroupMember) int { return cmp.Compare(a.ID, b.ID) })
	divisions := divide(members, partitions)
	if len(divisions)*len(members) > maxShareCells {
		return kafka.RangeGroupBalancer{}.AssignGroups(members, partitions)
	}
	claim(members, divisions)
	share(divisions, len(members))
	assigned := make(kafka.GroupMemberAssignments, len(members))
	for _, m := range members {
		assigned[m.ID] = map[string][]int{}
	}
	for _, d := range divisions {
		for i, mine := range d.deal() {
			if len(mine) > 0 {
				assigned[members[i].ID][d.topic] = mine
			}
		}
	}
	return assigned
}

// nobody holds a partition that is new, or whose member has left.
const nobody = -1

// division is how one topic is divided. Members are indices in their order by id.
type division struct {
	topic       string
	partitions  []int
	holders     []int  // by partition as above: the member that holds it, or nobody
	heirs       []int  // by partition: the member with the next best claim, or nobody
	subscribers []bool // by member
	held        []int  // by member: how many it holds
	share       []int  // by member: how many it shall have
}

// divide lists the topics that have both partitions and subscribers, by name.
func divide(members []kafka.GroupMember, partitions []kafka.Partition) []*division {
	byTopic := map[string]*division{}
	for i, m := range members {
		for _, topic := range m.Topics {
			d := byTopic[topic]
			if d == nil {
				n := len(members)
				d = &division{topic: topic, subscribers: make([]bool, n), held: make([]int, n), share: make([]int, n)}
				byTopic[topic] = d
			}
			d.subscribers[i] = true
		}
	}
	for _, p := range partitions {
		if d := byTopic[p.Topic]; d != nil {
			d.partitions = append(d.partitions, p.ID)
		}
	}
	var divisions []*division
	for _, d := range byTopic {
		if len(d.partitions) == 0 {
			continue
		}
		slices.Sort(d.partitions)
		d.partitions = slices.Compact(d.partitions)
		d.holders = slices.Repeat([]int{nobody}, len(d.partitions))
		d.heirs = slices.Clone(d.holders)
		divisions = append(divisions, d)
	}
	slices.SortFunc(divisions, func(a, b *division) int { return cmp.Compare(a.topic, b.topic) })
	return divisions
}

// claim settles who holds what: of several claims to one partition the one of
// the newest generation counts, and of those the first member's.
func claim(members []kafka.GroupMember, divisions []*division) {
	holdings := make([]holding, len(members))
	order := make([]int, len(members))
	for i, m := range members {
		holdings[i], order[i] = decodeHolding(m.UserData), i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(holdings[b].generation, holdings[a].generation) })
	for _, d := range divisions {
		for _, member := range order {
			if !d.subscribers[member] {
				continue
			}
			for _, partition := range holdings[member].partitions[d.topic] {
				at, ok := slices.BinarySearch(d.partitions, partition)
				switch {
				case !ok:
				case d.holders[at] == nobody:
					d.holders[at] = member
					d.held[member]++
				case d.heirs[at] == nobody:
					d.heirs[at] = member
				}
			}
		}
	}
}

// deal returns each member's partitions: of those that it holds as many as its
// share allows, then of those that it would have held, then of those that are left.
func (d *division) deal() [][]int {
	dealt := make([][]int, len(d.share))
	left := make([]int, len(d.partitions))
	for i := range left {
		left[i] = i
	}
	give := func(to func(partition int) int) {
		left = slices.DeleteFunc(left, func(i int) bool {
			m := to(i)
			ok := m != nobody && len(dealt[m]) < d.share[m]
			if ok {
				dealt[m] = append(dealt[m], d.partitions[i])
			}
			return ok
		})
	}
	give(func(i int) int {
		if d.heirs[i] != nobody {
			return nobody
		}
		return d.holders[i]
	})
	give(func(i int) int { return d.holders[i] })
	give(func(i int) int { return d.heirs[i] })
	m := 0
	give(func(int) int {
		for len(dealt[m]) == d.share[m] {
			m++
		}
		return m
	})
	for m := range dealt {
		slices.Sort(dealt[m])
	}
	return dealt
}
