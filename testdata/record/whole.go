package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// tellWhole tells of the one letter that has it all: the content filter, greylisting, a machine's open, a person's open
// and click, a complaint. It is told, sent and complained about last, so that it shifts nothing of the others.
func (t *storyteller) tellWhole() {
	t.whole = t.box(t.crowd.someone("corp.example"), accepts, reply{}, heldReply)
	l := t.send(byFilter, t.whole)
	l.campaign, l.tags = "autumn-sale", []string{"newsletter", "autumn"}
	l.id = fmt.Sprintf("whole-story.%x@news.mailfate.example", t.rnd.Uint64()>>32)
}

// playWhole visits that letter: a machine two seconds after it arrived, then one person, from one place.
func (r *recording) playWhole(ctx context.Context, arrived <-chan struct{}, rnd *rand.Rand) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-arrived:
	}
	reader := peoplesAgents[0]
	reader.from = reader.from[:1]
	for _, step := range []struct {
		wait  time.Duration
		what  what
		agent agent
	}{{2 * time.Second, opened, openingMachines[0]}, {settle, opened, reader}, {quietTime, clicked, reader}} {
		if err := pause(ctx, step.wait); err != nil {
			return err
		}
		if err := r.touch(r.whole, step.what, step.agent, rnd); err != nil {
			return err
		}
	}
	return nil
}
