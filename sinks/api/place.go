package api

import (
	"fmt"
	"strconv"
	"strings"
)

// Place is from where on changes are told in the order in which they were taken in:
// from an insert on, and of that what stands behind a position in event time, if it is
// not the zero one.
type Place struct {
	Life   Life
	Insert uint64
	Position
}

// behind is the place behind a change, or behind its whole insert.
func (n *News) behind(whole bool) Place {
	if whole {
		return Place{Life: n.Life, Insert: n.Insert + 1}
	}
	return Place{n.Life, n.Insert, n.Position}
}

// Life is a table and the start of its server, as long as which inserts are numbered
// in their order.
type Life uint64

// LifeOf makes a life of what names a table and of when its server started, in seconds.
func LifeOf(table, started uint32) Life { return Life(uint64(table)<<32 | uint64(started)) }

// lifeDoubt is by how many seconds a start is told differently each time.
const lifeDoubt = 2

// Is reports whether two lives are one.
func (l Life) Is(other Life) bool {
	d := int64(uint32(l)) - int64(uint32(other))
	return l>>32 == other>>32 && -lifeDoubt <= d && d <= lifeDoubt
}

// mark names a change that was told, as an event's id does.
type mark struct {
	life   Life
	insert uint64
	key    uint64
}

func (n *News) mark() mark { return mark{n.Life, n.Insert, n.Key} }

func (m mark) String() string { return fmt.Sprintf("%016x-%d-%016x", uint64(m.life), m.insert, m.key) }

// parseMark reads an event's id, in its one form.
func parseMark(id string) (m mark, err error) {
	life, rest, _ := strings.Cut(id, "-")
	insert, key, _ := strings.Cut(rest, "-")
	l, err := strconv.ParseUint(life, 16, 64)
	if err == nil {
		m.life = Life(l)
		m.insert, err = strconv.ParseUint(insert, 10, 64)
	}
	if err == nil {
		m.key, err = strconv.ParseUint(key, 16, 64)
	}
	if err != nil || m.String() != id {
		return mark{}, invalid("Last-Event-ID is no id of this feed's events")
	}
	return m, nil
}
