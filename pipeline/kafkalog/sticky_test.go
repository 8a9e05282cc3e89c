package kafkalog

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/segmentio/kafka-go"
	"pgregory.net/rapid"
)

// situation is what a balancer is asked to divide.
type situation struct {
	members    []kafka.GroupMember
	partitions []kafka.Partition
}

func (s situation) assign() kafka.GroupMemberAssignments {
	return new(sticky).AssignGroups(s.members, s.partitions)
}

// after is the situation once all members hold what they were assigned.
func (s situation) after(generation int, assigned kafka.GroupMemberAssignments) situation {
	next := situation{partitions: s.partitions}
	for _, m := range s.members {
		m.UserData = holding{generation, assigned[m.ID]}.encode()
		next.members = append(next.members, m)
	}
	return next
}

// holders is who holds each partition, by the rules and not by the code.
func (s situation) holders() map[TopicPartition]string {
	holders, newest := map[TopicPartition]string{}, map[TopicPartition]int{}
	for _, m := range s.members {
		h := decodeHolding(m.UserData)
		for topic, partitions := range h.partitions {
			for _, p := range partitions {
				at := TopicPartition{topic, p}
				if !slices.Contains(m.Topics, topic) || !slices.ContainsFunc(s.partitions, func(q kafka.Partition) bool { return q.Topic == topic && q.ID == p }) {
					continue
				}
				if holders[at] == "" || h.generation > newest[at] || h.generation == newest[at] && m.ID < holders[at] {
					holders[at], newest[at] = m.ID, h.generation
				}
			}
		}
	}
	return holders
}

// owners turns an assignment over, and fails for a partition given twice.
func owners(t interface{ Fatalf(string, ...any) }, assigned kafka.GroupMemberAssignments) map[TopicPartition]string {
	to := map[TopicPartition]string{}
	for member, topics := range assigned {
		for topic, partitions := range topics {
			for _, p := range partitions {
				at := TopicPartition{topic, p}
				if to[at] != "" {
					t.Fatalf("%v is given to %s and %s", at, to[at], member)
				}
				to[at] = member
			}
		}
	}
	return to
}

// quality is what counts: the sum of the squared loads, then the movements.
type quality struct{ unevenness, moved int }

func judge(holders, to map[TopicPartition]string) quality {
	var q quality
	loads := map[string]int{}
	for at, member := range to {
		loads[member]++
		if holder := holders[at]; holder != "" && holder != member {
			q.moved++
		}
	}
	for _, n := range loads {
		q.unevenness += n * n
	}
	return q
}

// balanced says whether each topic's subscribers are within one of each other.
func (s situation) balanced(to map[TopicPartition]string) bool {
	counts := map[string]map[string]int{}
	for at, member := range to {
		if counts[at.Topic] == nil {
			counts[at.Topic] = map[string]int{}
		}
		counts[at.Topic][member]++
	}
	for topic, count := range counts {
		least, most := len(to), 0
		for _, m := range s.members {
			if slices.Contains(m.Topics, topic) {
				least, most = min(least, count[m.ID]), max(most, count[m.ID])
			}
		}
		if most > least+1 {
			return false
		}
	}
	return true
}

// best tries every way to give every partition to a subscriber.
func (s situation) best() quality {
	to, holders := map[TopicPartition]string{}, s.holders()
	best := quality{1 << 30, 0}
	var try func(rest []kafka.Partition)
	try = func(rest []kafka.Partition) {
		if len(rest) == 0 {
			if s.balanced(to) {
				if q := judge(holders, to); q.unevenness < best.unevenness || q.unevenness == best.unevenness && q.moved < best.moved {
					best = q
				}
			}
			return
		}
		at, wanted := TopicPartition{rest[0].Topic, rest[0].ID}, false
		for _, m := range s.members {
			if slices.Contains(m.Topics, at.Topic) {
				wanted, to[at] = true, m.ID
				try(rest[1:])
			}
		}
		delete(to, at)
		if !wanted {
			try(rest[1:])
		}
	}
	try(s.partitions)
	return best
}

var stickyTopics = []string{"a", "b", "c"}

// situations draws groups whose members want some topics and claim anything.
func situations(maxMembers, maxPartitions int) *rapid.Generator[situation] {
	return rapid.Custom(func(t *rapid.T) situation {
		var s situation
		for _, topic := range stickyTopics {
			for p := range rapid.IntRange(0, maxPartitions).Draw(t, "partitions") {
				s.partitions = append(s.partitions, kafka.Partition{Topic: topic, ID: p})
			}
		}
		for i := range rapid.IntRange(1, maxMembers).Draw(t, "members") {
			m := kafka.GroupMember{ID: fmt.Sprint("m", i), Topics: rapid.SliceOf(rapid.SampledFrom(stickyTopics)).Draw(t, "topics")}
			claims := rapid.MapOfN(rapid.SampledFrom(append(stickyTopics, "gone")), rapid.SliceOfNDistinct(rapid.IntRange(0, maxPartitions+1), 0, 4, rapid.ID), 0, 3)
			m.UserData = holding{rapid.IntRange(0, 3).Draw(t, "generation"), claims.Draw(t, "claims")}.encode()
			if rapid.IntRange(0, 9).Draw(t, "hostile") == 0 {
				m.UserData = rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
			}
			s.members = append(s.members, m)
		}
		return s
	})
}

func TestStickyGivesEveryPartitionOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := situations(8, 20).Draw(t, "situation")
		assigned := s.assign()
		to := owners(t, assigned)
		for _, p := range s.partitions {
			at := TopicPartition{p.Topic, p.ID}
			wanted := slices.ContainsFunc(s.members, func(m kafka.GroupMember) bool { return slices.Contains(m.Topics, p.Topic) })
			owner := slices.IndexFunc(s.members, func(m kafka.GroupMember) bool { return m.ID == to[at] })
			if wanted != (owner >= 0) || wanted && !slices.Contains(s.members[owner].Topics, p.Topic) {
				t.Fatalf("%v goes to %q", at, to[at])
			}
			delete(to, at)
		}
		if len(to) > 0 {
			t.Fatalf("partitions that do not exist: %v", to)
		}
		if !s.balanced(owners(t, assigned)) {
			t.Fatalf("uneven: %v", assigned)
		}
		// In another order it is the same, and once all have what they were given nothing moves.
		other := situation{rapid.Permutation(s.members).Draw(t, "order"), rapid.Permutation(s.partitions).Draw(t, "order")}
		if diff := cmp.Diff(assigned, other.assign()); diff != "" {
			t.Fatal(diff)
		}
		if diff := cmp.Diff(assigned, s.after(9, assigned).assign()); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestStickyIsOptimal compares with every possible division.
func TestStickyIsOptimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(situations(3, 3), heldSituations()).Draw(t, "situation")
		s.partitions = s.partitions[:min(len(s.partitions), 7)]
		got := judge(s.holders(), owners(t, s.assign()))
		if want := s.best(); got != want {
			t.Fatalf("got %+v, possible is %+v", got, want)
		}
	})
}

// heldSituations draws groups that are uneven, and in which nearly all is held.
func heldSituations() *rapid.Generator[situation] {
	return rapid.Custom(func(t *rapid.T) situation {
		held := make([]map[string][]int, 3)
		for i := range held {
			held[i] = map[string][]int{}
		}
		var s situation
		for _, topic := range stickyTopics {
			for p := range rapid.IntRange(0, 4).Draw(t, "partitions") {
				s.partitions = append(s.partitions, kafka.Partition{Topic: topic, ID: p})
				if holder := rapid.IntRange(0, 9).Draw(t, "holder"); holder < 9 {
					held[holder%3][topic] = append(held[holder%3][topic], p)
				}
			}
		}
		for i, h := range held {
			s.members = append(s.members, kafka.GroupMember{ID: fmt.Sprint("m", i), Topics: stickyTopics, UserData: holding{1, h}.encode()})
		}
		return s
	})
}

// TestStickyPassesRemaindersOn: both m0 and m1 hold two of a's four partitions, of
// which one may stay a second. It has to be m1's, so that m0 keeps b's.
func TestStickyPassesRemaindersOn(t *testing.T) {
	s := situation{partitions: []kafka.Partition{{Topic: "b"}}}
	for p := range 4 {
		s.partitions = append(s.partitions, kafka.Partition{Topic: "a", ID: p})
	}
	for id, held := range map[string]map[string][]int{"m0": {"a": {0, 1}, "b": {0}}, "m1": {"a": {2, 3}}, "m2": {}} {
		s.members = append(s.members, kafka.GroupMember{ID: id, Topics: []string{"a", "b"}, UserData: holding{1, held}.encode()})
	}
	want := kafka.GroupMemberAssignments{"m0": {"a": {0}, "b": {0}}, "m1": {"a": {2, 3}}, "m2": {"a": {1}}}
	if diff := cmp.Diff(want, s.assign()); diff != "" {
		t.Error(diff)
	}
}

// TestStickyMembersComeAndGo: who leaves leaves its partitions to the others, who
// keep theirs; who joins takes its share of each topic and nothing else moves.
func TestStickyMembersComeAndGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := situation{}
		for p := range rapid.IntRange(0, 40).Draw(t, "partitions") {
			s.partitions = append(s.partitions, kafka.Partition{Topic: "a", ID: p})
		}
		for i := range rapid.IntRange(2, 9).Draw(t, "members") {
			s.members = append(s.members, kafka.GroupMember{ID: fmt.Sprint("m", i), Topics: []string{"a"}})
		}
		for generation := range rapid.IntRange(1, 6).Draw(t, "generations") {
			s = s.after(generation+1, s.assign())
			before := s.holders()
			gone, came := "", ""
			if len(s.members) > 1 && rapid.Bool().Draw(t, "leave") {
				i := rapid.IntRange(0, len(s.members)-1).Draw(t, "who")
				gone = s.members[i].ID
				s.members = slices.Delete(slices.Clone(s.members), i, i+1)
			} else {
				came = fmt.Sprint("n", generation)
				s.members = append(s.members, kafka.GroupMember{ID: came, Topics: []string{"a"}})
			}
			assigned := s.assign()
			for at, member := range owners(t, assigned) {
				if before[at] != gone && before[at] != "" && member != before[at] && member != came {
					t.Fatalf("%v moved from %s to %s (gone %q, came %q)", at, before[at], member, gone, came)
				}
			}
			if n := len(assigned[came]["a"]); came != "" && n != len(s.partitions)/len(s.members) {
				t.Fatalf("the newcomer took %d of %d partitions of %d members", n, len(s.partitions), len(s.members))
			}
		}
	})
}

func TestStickyNewestClaimCounts(t *testing.T) {
	s := situation{partitions: []kafka.Partition{{Topic: "a", ID: 0}, {Topic: "a", ID: 1}}}
	for id, h := range map[string]holding{
		"zombie":  {3, map[string][]int{"a": {0, 1}}},
		"first":   {4, map[string][]int{"a": {0}}},
		"another": {3, map[string][]int{"a": {1}}},
	} {
		s.members = append(s.members, kafka.GroupMember{ID: id, Topics: []string{"a"}, UserData: h.encode()})
	}
	stranger := holding{5, map[string][]int{"a": {0, 1}}}.encode()
	s.members = append(s.members, kafka.GroupMember{ID: "stranger", Topics: []string{"b"}, UserData: stranger})
	want := kafka.GroupMemberAssignments{"stranger": {}, "zombie": {}, "first": {"a": {0}}, "another": {"a": {1}}}
	if diff := cmp.Diff(want, s.assign()); diff != "" {
		t.Error(diff)
	}
}

// A member that comes back gets what it had, from whoever has it now.
func TestStickyReturnsWhatWasHad(t *testing.T) {
	s := situation{members: []kafka.GroupMember{
		{ID: "back", Topics: []string{"t"}, UserData: holding{0, map[string][]int{"t": {0, 2, 5}}}.encode()},
		{ID: "new", Topics: []string{"t"}},
		{ID: "there", Topics: []string{"t"}, UserData: holding{7, map[string][]int{"t": {0, 1, 2, 3, 4, 5}}}.encode()},
	}}
	for p := range 6 {
		s.partitions = append(s.partitions, kafka.Partition{Topic: "t", ID: p})
	}
	want := kafka.GroupMemberAssignments{"back": {"t": {0, 2}}, "new": {"t": {4, 5}}, "there": {"t": {1, 3}}}
	if diff := cmp.Diff(want, s.assign()); diff != "" {
		t.Error(diff)
	}
	s.members[2].UserData = nil // whoever had them is gone
	if got := s.assign(); !subset(got["back"]["t"], []int{0, 2, 5}) {
		t.Errorf("got %v after all others had gone", got)
	}
}

func TestStickyLeavesLargeGroupsToRanges(t *testing.T) {
	s := situation{partitions: []kafka.Partition{{Topic: "a"}, {Topic: "b"}}}
	for i := range maxShareCells/2 + 1 {
		s.members = append(s.members, kafka.GroupMember{ID: fmt.Sprintf("%05d", i), Topics: []string{"a", "b"}})
	}
	if to := owners(t, s.assign()); len(to) != 2 {
		t.Errorf("got %v", to)
	}
}

func TestStickyTellsWhatItRemembers(t *testing.T) {
	var s sticky
	s.remember(7, map[string][]int{"a": {2, 0}, "b": {}})
	s.remember(8, map[string][]int{"a": {0, 2}, "b": {}}) // the same
	data, err := s.UserData()
	if err != nil {
		t.Fatal(err)
	}
	got := decodeHolding(data)
	if got.generation != 7 || !slices.Equal(got.partitions["a"], []int{0, 2}) || len(got.partitions["b"]) != 0 {
		t.Errorf("got %+v", got)
	}
	s.remember(9, map[string][]int{"a": {0}})
	if data, _ := s.UserData(); decodeHolding(data).generation != 9 {
		t.Errorf("a change is not told")
	}
	many := make([]int, maxHolding)
	for i := range many {
		many[i] = i
	}
	if data := (holding{1, map[string][]int{"a": many}}).encode(); data != nil {
		t.Errorf("%d bytes", len(data))
	}
}

func FuzzHolding(f *testing.F) {
	f.Add(holding{3, map[string][]int{"a": {0, 1, 200}, "b": {5}}}.encode())
	f.Add([]byte{holdingVersion, 2, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, data []byte) {
		h := decodeHolding(data)
		for _, topic := range slices.Sorted(maps.Keys(h.partitions)) {
			slices.Sort(h.partitions[topic])
		}
		if data := h.encode(); !bytes.Equal(data, decodeHolding(data).encode()) {
			t.Errorf("%+v does not stay the same", h)
		}
	})
}

func BenchmarkSticky(b *testing.B) {
	for _, members := range []int{3, 20, 200} {
		b.Run(fmt.Sprint(members), func(b *testing.B) {
			var s situation
			for i := range 4 * 999 {
				s.partitions = append(s.partitions, kafka.Partition{Topic: fmt.Sprint(i % 4), ID: i / 4})
			}
			for i := range members {
				s.members = append(s.members, kafka.GroupMember{ID: fmt.Sprintf("%05d", i), Topics: []string{"0", "1", "2", "3"}})
			}
			s = s.after(1, s.assign())
			s.members = s.members[1:]
			for b.Loop() {
				s.assign()
			}
		})
	}
}
