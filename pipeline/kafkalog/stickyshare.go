package kafkalog

import "math"

// share sets how many partitions of each topic each member shall have. Every
// subscriber gets its topic's partitions divided by its subscribers, rounded
// down. Who gets the partitions that remain, at most one each, is a flow of
// least cost: first the members' loads shall be even, then as many as possible
// go to members that hold one more than they were given.
func share(divisions []*division, members int) {
	f := &remainders{divisions: divisions, load: make([]int, members), extra: make([][]bool, len(divisions))}
	rest := make([]int, len(divisions))
	for t, d := range divisions {
		f.extra[t] = make([]bool, members)
		subscribers := 0
		for _, yes := range d.subscribers {
			if yes {
				subscribers++
			}
		}
		rest[t] = len(d.partitions) % subscribers
		for m, yes := range d.subscribers {
			if yes {
				d.share[m] = len(d.partitions) / subscribers
				f.load[m] += d.share[m]
			}
		}
	}
	for t, n := range rest {
		for range n {
			f.give(t)
		}
	}
	for t, d := range divisions {
		for m, extra := range f.extra[t] {
			if extra {
				d.share[m]++
			}
		}
	}
}

// remainders hands out one partition after another, each on the cheapest way:
// to a member, or to one that passes on a remainder of another topic in return,
// and so on. Since every single step is on a cheapest way, so is the whole: the
// method of successive shortest paths.
type remainders struct {
	divisions []*division
	extra     [][]bool // by topic and member: it gets one more
	load      []int    // by member: its partitions of all topics so far
}

const unreached = math.MaxInt

// give adds one remainder of a topic.
func (f *remainders) give(topic int) {
	toTopic, toMember := f.costs(topic)
	// No path changes more holdings than this, so that load always comes first.
	scale := 2*len(f.divisions) + 1
	last, least := nobody, unreached
	for m, way := range toMember {
		if way.cost == unreached {
			continue
		}
		if cost := way.cost + scale*f.load[m]; cost < least {
			last, least = m, cost
		}
	}
	f.load[last]++
	for m := last; ; {
		t := toMember[m].from
		f.extra[t][m] = true
		if t == topic {
			return
		}
		m = toTopic[t].from
		f.extra[t][m] = false
	}
}

// way is the cheapest way to a topic or a member, and the step before.
type way struct{ cost, from int }

// costs finds the cheapest ways from one topic to all others and to all members.
// Giving a member what it holds saves one movement, taking it away costs one.
func (f *remainders) costs(from int) (toTopic, toMember []way) {
	toTopic, toMember = unreachedWays(len(f.divisions)), unreachedWays(len(f.load))
	toTopic[from].cost = 0
	for again := true; again; {
		again = false
		for t, d := range f.divisions {
			if toTopic[t].cost == unreached {
				continue
			}
			for m, subscribed := range d.subscribers {
				if subscribed && !f.extra[t][m] && toTopic[t].cost-f.keeps(t, m) < toMember[m].cost {
					toMember[m] = way{toTopic[t].cost - f.keeps(t, m), t}
				}
			}
		}
		for t := range f.divisions {
			for m, has := range f.extra[t] {
				if has && toMember[m].cost != unreached && toMember[m].cost+f.keeps(t, m) < toTopic[t].cost {
					toTopic[t] = way{toMember[m].cost + f.keeps(t, m), m}
					again = true
				}
			}
		}
	}
	return toTopic, toMember
}

// keeps is 1 where the member can keep a partition by getting one more.
func (f *remainders) keeps(topic, member int) int {
	if d := f.divisions[topic]; d.held[member] > d.share[member] {
		return 1
	}
	return 0
}

func unreachedWays(n int) []way {
	ways := make([]way, n)
	for i := range ways {
		ways[i] = way{unreached, nobody}
	}
	return ways
}
