package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"time"
)

// settle is how long after a letter's arrival the first person opens it; only machines are quicker.
const settle = 12 * time.Second

// schedule arranges what follows an arrival at once: machines that fetch unasked, the gated aliases' first open, and
// who visits the letter that has it all.
func (r *recording) schedule(bg *background) {
	rnd := rand.New(rand.NewPCG(r.seed, 3))
	for _, g := range r.gated {
		mine := rand.New(rand.NewPCG(rnd.Uint64(), 4))
		bg.run(func(ctx context.Context) error { return r.playAlias(ctx, g, mine) })
	}
	whole := make(chan struct{})
	r.whole.boxes[0].changed = func() { close(whole) }
	bg.run(func(ctx context.Context) error {
		return r.playWhole(ctx, whole, rand.New(rand.NewPCG(r.seed, 9)))
	})
	for _, l := range r.cast.letters {
		if l.to[0] == r.whole || len(l.to) != 1 || len(l.to[0].boxes) != 1 || l.to[0].boxes[0].end != accepts || l.via == byOutside || rnd.IntN(14) > 0 {
			continue
		}
		a, seed, clicks := l.to[0], rnd.Uint64(), rnd.IntN(4) == 0
		arrived := make(chan struct{})
		a.boxes[0].changed = func() { close(arrived) }
		bg.run(func(ctx context.Context) error {
			return r.playMachine(ctx, a, arrived, clicks, rand.New(rand.NewPCG(seed, 5)))
		})
	}
}

// playMachine fetches a letter's pixel, or all its links, a second or two after it arrived.
func (r *recording) playMachine(ctx context.Context, a *addressee, arrived <-chan struct{}, clicks bool, rnd *rand.Rand) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-arrived:
	}
	if err := pause(ctx, time.Duration(800+rnd.IntN(1200))*time.Millisecond); err != nil {
		return err
	}
	if !clicks {
		return r.touch(a, opened, pick(rnd, openingMachines), rnd)
	}
	g := pick(rnd, clickingMachines)
	for range 2 {
		if err := r.touch(a, clicked, g, rnd); err != nil {
			return err
		}
	}
	return nil
}

// playAlias opens what reached an alias's first mailbox, and only then lets the second refuse.
func (r *recording) playAlias(ctx context.Context, g *gatedAlias, rnd *rand.Rand) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-g.accepted:
	}
	if err := pause(ctx, quietTime); err != nil {
		return err
	}
	if err := r.touch(g.who, opened, peoplesAgents[0], rnd); err != nil {
		return err
	}
	if err := pause(ctx, quietTime); err != nil {
		return err
	}
	close(g.mayRefuse)
	if !g.reopen {
		return nil
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-g.rejected:
	}
	if err := pause(ctx, quietTime); err != nil {
		return err
	}
	return r.touch(g.who, opened, peoplesAgents[4], rnd)
}

// touch hits one of the two sites.
func (r *recording) touch(a *addressee, w what, g agent, rnd *rand.Rand) error {
	return r.sites[rnd.IntN(len(r.sites))].hit(r.cast, a, w, g, rnd)
}

// arrived are the addressees whose letters arrived long enough ago and who are not part of another story.
func (r *recording) arrived() (out []*addressee) {
	busy := map[*addressee]bool{r.whole: true}
	for _, g := range r.gated {
		busy[g.who] = true
	}
	r.cast.mu.Lock()
	defer r.cast.mu.Unlock()
	for _, l := range r.cast.letters {
		if l.via == byOutside {
			continue
		}
		for _, a := range l.to {
			if len(a.boxes) > 0 && !a.boxes[0].accepted.IsZero() && time.Since(a.boxes[0].accepted) > settle && !busy[a] {
				out = append(out, a)
			}
		}
	}
	return out
}

// visit has people open, click and unsubscribe while Postfix still works on the rest.
func (r *recording) visit(ctx context.Context) error {
	if err := pause(ctx, settle); err != nil {
		return err
	}
	rnd := rand.New(rand.NewPCG(r.seed, 6))
	tick := time.NewTicker(30 * time.Millisecond)
	defer tick.Stop()
	for _, a := range r.arrived() {
		for _, w := range deeds(rnd) {
			<-tick.C
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := r.touch(a, w, pick(rnd, peoplesAgents[:agentsFor(w)]), rnd); err != nil {
				return err
			}
		}
	}
	return nil
}

// agentsFor is how many of the people's agents do this: image proxies open, and do nothing else.
func agentsFor(w what) int {
	if w == opened {
		return len(peoplesAgents)
	}
	return len(peoplesAgents) - 2
}

// deeds is what one person does with a letter: mostly nothing.
func deeds(rnd *rand.Rand) []what {
	switch n := rnd.IntN(100); {
	case n < 58:
		return nil
	case n < 80:
		return []what{opened}
	case n < 88:
		return []what{opened, opened}
	case n < 94:
		return []what{opened, clicked}
	case n < 96:
		return []what{clicked}
	case n < 97:
		return []what{opened, clicked, clicked, opened}
	case n < 98:
		return []what{opened, unsubscribed}
	case n < 99:
		return []what{unsubscribed, opened}
	default:
		return []what{clicked, unsubscribed, unsubscribed}
	}
}

// lateVisits come when every letter has met its fate: to letters that were refused, to unknown ones, and by odd agents.
func (r *recording) lateVisits() error {
	rnd := rand.New(rand.NewPCG(r.seed, 7))
	here := r.arrived()
	for _, s := range r.sites {
		n, err := s.hitUnknown(here[0], rnd)
		if err != nil {
			return err
		}
		r.lost += n
		if err := s.hitHostile(r.cast, here[rnd.IntN(len(here)/2):], rnd); err != nil {
			return err
		}
		if err := s.makeNoise(here, rnd); err != nil {
			return err
		}
	}
	if err := r.visitRefused(rnd); err != nil {
		return err
	}
	for _, s := range r.sites {
		r.sources[s.log] = map[string]int{"hits": s.hits, "noise": s.noise}
	}
	return nil
}

// visitRefused opens letters that were refused, and aliases of which one mailbox refused.
func (r *recording) visitRefused(rnd *rand.Rand) error {
	refused, returned := 0, 0
	for _, l := range r.cast.letters {
		for _, a := range l.to {
			o := a.outcome()
			switch {
			case o.bounced && !o.delivered && refused < 6 && len(a.boxes) == 1:
				refused++
			case o.bounced && o.delivered && len(a.touches) == 0 && returned < 2:
				returned++
			default:
				continue
			}
			if err := r.touch(a, opened, pick(rnd, peoplesAgents), rnd); err != nil {
				return err
			}
		}
	}
	return nil
}

// complain writes the reports about letters that arrived.
func (r *recording) complain() error {
	recipients := map[string]int{}
	for _, l := range r.cast.letters {
		recipients[l.id] += len(l.to)
	}
	var single, several []*addressee
	for _, a := range r.arrived() {
		switch {
		case len(a.boxes) > 1:
		case recipients[a.letter.id] == 1:
			single = append(single, a)
		default:
			several = append(several, a)
		}
	}
	rnd := rand.New(rand.NewPCG(r.seed, 8))
	rnd.Shuffle(len(single), func(i, j int) { single[i], single[j] = single[j], single[i] })
	m, err := writeReports(filepath.Join(r.dir, "reports"), single, several, r.whole)
	if err != nil {
		return err
	}
	r.lost += m.counts["unmatched"]
	r.sources["reports"] = m.counts
	return nil
}

// repeatedEvent is an event to be said once more, in the same words.
func (r *recording) repeatedEvent() (platformEvent, error) {
	for _, l := range r.cast.letters {
		if e := l.to[0].platform; len(e) > 0 && e[0].EventID == "" {
			return e[0], nil
		}
	}
	return platformEvent{}, fmt.Errorf("repeat platform event: set %s has none", r.name)
}
