package faults

import (
	"context"
	"time"
)

// A way is one of the connections that a process has.
type way struct {
	name string
	of   func(m *member) *proxy
}

var (
	toKafka  = way{"Kafka", func(m *member) *proxy { return m.kafka }}
	toServer = way{"ClickHouse", func(m *member) *proxy { return m.server }}
)

// cut ends all connections at once.
func cut(role string, w way) fault {
	return fault{role + " cut off from " + w.name, func(ctx context.Context, g *rig) error {
		p := w.of(g.any(role))
		p.setRefuse(true)
		p.cut()
		err := g.during(ctx, g.between(0, 2*time.Second))
		p.heal()
		return err
	}}
}

// halfOpen lets nothing through, and tells nobody.
func halfOpen(role string, w way, least, most time.Duration) fault {
	return fault{role + " half open to " + w.name, func(ctx context.Context, g *rig) error {
		p := w.of(g.any(role))
		p.swallow()
		err := g.during(ctx, g.between(least, most))
		p.heal()
		return err
	}}
}

// delayed makes a way slow.
func delayed(role string, w way) fault {
	return fault{role + " slow to " + w.name, func(ctx context.Context, g *rig) error {
		p := w.of(g.any(role))
		p.slow(g.between(10*time.Millisecond, 300*time.Millisecond))
		err := g.during(ctx, g.between(time.Second, 4*time.Second))
		p.heal()
		return err
	}}
}

// cutWithin ends a connection in the middle of a request or of its answer.
func cutWithin(role string, w way, s step) fault {
	return fault{role + " cut within " + s.what + ", " + string(s.when), func(ctx context.Context, g *rig) error {
		return g.point(ctx, g.any(role), w, s, g.r.IntN(3), func() action { return action{stop: true, half: true} })
	}}
}
