package faults

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// zombieFor outlasts the session of a process that stands still, and its
// transaction.
const zombieFor = transaction + 2*time.Second

// killed is kill -9 of a process at any moment.
func killed(role string) fault {
	return fault{"kill -9 " + role, func(ctx context.Context, g *rig) error {
		if err := g.during(ctx, g.between(0, 300*time.Millisecond)); err != nil {
			return err
		}
		m := g.any(role)
		m.kill()
		if err := g.during(ctx, g.between(0, 300*time.Millisecond)); err != nil {
			return err
		}
		return m.start()
	}}
}

// killedAll is kill -9 of all processes of the pipeline at once.
var killedAll = fault{"kill -9 everybody", func(ctx context.Context, g *rig) error {
	if err := g.during(ctx, g.between(0, 300*time.Millisecond)); err != nil {
		return err
	}
	for _, m := range g.members {
		m.strike()
	}
	for _, m := range g.members {
		m.gone()
		if err := m.start(); err != nil {
			return err
		}
	}
	return nil
}}

// zombie stands still for longer than anybody waits for it, and goes on.
func zombie(role string) fault {
	return fault{"SIGSTOP, SIGCONT " + role, func(ctx context.Context, g *rig) error {
		m := g.any(role)
		m.signal(syscall.SIGSTOP)
		err := g.during(ctx, zombieFor)
		m.signal(syscall.SIGCONT)
		return err
	}}
}

// terminated ends a process well, and starts it again.
func terminated(role string) fault {
	return fault{"SIGTERM " + role, func(_ context.Context, g *rig) error {
		m := g.any(role)
		m.stop()
		return m.start()
	}}
}

// joining is a member that comes and goes.
func joining(role string) fault {
	return fault{role + " joins and leaves", func(ctx context.Context, g *rig) error {
		g.guests++
		m, err := g.add(fmt.Sprintf("guest%d", g.guests), []string{role})
		if err != nil {
			return err
		}
		if err := g.during(ctx, g.between(500*time.Millisecond, 4*time.Second)); err != nil {
			return err
		}
		if g.r.IntN(2) == 0 {
			m.kill()
		}
		g.remove(m)
		return nil
	}}
}

var brokerKilled = fault{"kill -9 broker", func(ctx context.Context, g *rig) error {
	if err := g.during(ctx, g.between(0, 200*time.Millisecond)); err != nil {
		return err
	}
	if err := g.broker.Kill(); err != nil {
		return err
	}
	g.kills.Add(1)
	if err := g.during(ctx, g.between(0, time.Second)); err != nil {
		return err
	}
	return g.broker.Restart(ctx)
}}

var brokerPaused = fault{"SIGSTOP, SIGCONT broker", func(ctx context.Context, g *rig) error {
	if err := g.broker.Pause(); err != nil {
		return err
	}
	err := g.during(ctx, g.between(time.Second, 12*time.Second))
	if contErr := g.broker.Continue(); contErr != nil {
		return contErr
	}
	return err
}}

var serverKilled = fault{"kill -9 ClickHouse", func(ctx context.Context, g *rig) error {
	if err := g.during(ctx, g.between(0, 500*time.Millisecond)); err != nil {
		return err
	}
	if err := shared.kill(); err != nil {
		return err
	}
	g.kills.Add(1)
	if err := g.during(ctx, g.between(0, time.Second)); err != nil {
		return err
	}
	return shared.start(ctx)
}}

// serverKilledAt is kill -9 of ClickHouse when a sink reaches a step of an insert,
// or as long after that as the server may be at work on it.
func serverKilledAt(s step, within time.Duration) fault {
	return fault{fmt.Sprintf("kill -9 ClickHouse %s %s, within %v", s.when, s.what, within), func(ctx context.Context, g *rig) error {
		died, delay := make(chan error, 1), g.between(0, within)
		err := g.point(ctx, g.any(sink), toServer, s, g.r.IntN(6), func() action {
			if delay == 0 {
				died <- shared.kill()
			} else {
				time.AfterFunc(delay, func() { died <- shared.kill() })
			}
			return action{}
		})
		if err != nil {
			return err
		}
		if err := <-died; err != nil {
			return err
		}
		g.kills.Add(1)
		if err := g.during(ctx, g.between(0, time.Second)); err != nil {
			return err
		}
		return shared.start(ctx)
	}}
}

var serverPaused = fault{"SIGSTOP, SIGCONT ClickHouse", func(ctx context.Context, g *rig) error {
	if err := shared.signal(syscall.SIGSTOP); err != nil {
		return err
	}
	err := g.during(ctx, g.between(time.Second, 8*time.Second))
	if contErr := shared.signal(syscall.SIGCONT); contErr != nil {
		return contErr
	}
	return err
}}

// serverRefuses takes no calls, as a server that is overloaded or read-only.
func serverRefuses(least, most time.Duration) fault {
	return fault{"ClickHouse refuses", func(ctx context.Context, g *rig) error {
		for _, m := range g.members {
			m.server.setRefuse(true)
			m.server.cut()
		}
		err := g.during(ctx, g.between(least, most))
		for _, m := range g.members {
			m.server.heal()
		}
		return err
	}}
}

var serverSlow = fault{"ClickHouse slow", func(ctx context.Context, g *rig) error {
	for _, m := range g.members {
		m.server.slow(g.between(10*time.Millisecond, 200*time.Millisecond))
	}
	err := g.during(ctx, g.between(2*time.Second, 5*time.Second))
	for _, m := range g.members {
		m.server.heal()
	}
	return err
}}

// rotation renames a log within a line, and kills its reader at that moment.
var rotation = fault{"log rotated, source killed", func(_ context.Context, g *rig) error {
	m := g.any(source)
	log := g.logs[0]
	if err := log.rotate(); err != nil {
		return err
	}
	m.kill()
	if err := log.rotate(); err != nil {
		return err
	}
	return m.start()
}}

// stateGone deletes what a process keeps on disk.
func stateGone(role string) fault {
	return fault{role + " loses its state", func(_ context.Context, g *rig) error {
		m := g.any(role)
		m.kill()
		if err := os.RemoveAll(m.state()); err != nil {
			return err
		}
		return m.start()
	}}
}

// stateSwapped gives two processors each other's state.
var stateSwapped = fault{"states swapped", func(_ context.Context, g *rig) error {
	a := g.any(processor)
	b := g.any(processor)
	for a == b {
		b = g.any(processor)
	}
	a.kill()
	b.kill()
	aside := filepath.Join(g.dir, "aside")
	for _, move := range [][2]string{{a.state(), aside}, {b.state(), a.state()}, {aside, b.state()}} {
		if err := os.Rename(move[0], move[1]); err != nil {
			return err
		}
	}
	if err := a.start(); err != nil {
		return err
	}
	return b.start()
}}

// stateOld puts back a copy of a state that was made some time before.
func stateOld(role string) fault {
	return fault{role + " gets an old state back", func(ctx context.Context, g *rig) error {
		m := g.any(role)
		m.kill()
		old := filepath.Join(g.dir, "old")
		if err := os.CopyFS(old, os.DirFS(m.state())); err != nil {
			return err
		}
		if err := m.start(); err != nil {
			return err
		}
		if err := g.during(ctx, g.between(time.Second, 2*time.Second)); err != nil {
			return err
		}
		m.kill()
		if err := os.RemoveAll(m.state()); err != nil {
			return err
		}
		if err := os.Rename(old, m.state()); err != nil {
			return err
		}
		return m.start()
	}}
}

// clockJumps starts a processor whose clock is an hour off.
var clockJumps = fault{"clock jumps", func(_ context.Context, g *rig) error {
	m := g.any(processor)
	m.kill()
	m.cfg.Skew = g.between(-time.Hour, time.Hour)
	return m.start()
}}
