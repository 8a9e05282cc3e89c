package faults

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// single are the faults that are tried alone and in mixtures.
var single = []fault{
	killed(processor, parts), killed(sink, parts), killed(source, parts), killedAll,
	terminated(processor, parts), terminated(sink, parts), terminated(source, parts),
	joining(processor), joining(sink),
	brokerKilled, serverKilled, serverPaused, serverRefuses(time.Second, 5*time.Second), serverSlow,
	rotation, stateGone(processor), stateGone(source), stateSwapped, stateOld(processor), stateOld(source), stateFromTheFuture, checkpointFromTheFuture,
	corrupted(processor, "MANIFEST-*"), corrupted(source, "MANIFEST-*"), corrupted(source, "*.log"),
	corrupted(processor, "*.sst"), corrupted(source, "*.sst"), corrupted(processor, "OPTIONS-*"),
	diskFails(processor, diskFull), diskFails(processor, diskFsync), diskFails(source, diskFull), diskFails(source, diskFsync),
	cut(processor, toKafka), cut(sink, toKafka), cut(source, toKafka), cut(sink, toServer),
	delayed(processor, toKafka), delayed(sink, toKafka), delayed(source, toKafka), delayed(sink, toServer),
	cutWithin(processor, toKafka, step{"Produce", before}), cutWithin(processor, toKafka, step{"EndTxn", after}),
	cutWithin(processor, toKafka, step{"Fetch", after}), cutWithin(sink, toServer, step{"insert rows", before}), cutWithin(sink, toServer, step{"insert", after}),
	clockJumps,
}

// slow are those that take their time.
var slow = []fault{
	zombie(processor, parts), zombie(sink, parts), brokerPaused,
	halfOpen(processor, toKafka, time.Second, 25*time.Second), halfOpen(sink, toKafka, time.Second, 15*time.Second),
	halfOpen(source, toKafka, time.Second, 15*time.Second), halfOpen(sink, toServer, time.Second, 10*time.Second),
	serverRefuses(time.Minute, time.Minute),
}

// mixture draws n faults from lists.
func mixture(r *rand.Rand, n int, lists ...[]fault) (out []fault) {
	for range n {
		list := lists[r.IntN(len(lists))]
		out = append(out, list[r.IntN(len(list))])
	}
	return out
}

// TestMixture draws from everything that can go wrong.
func TestMixture(t *testing.T) {
	runs := max(1, *runsFlag)
	for i := range runs {
		t.Run(fmt.Sprint(i+1), func(t *testing.T) {
			s := seed(t)
			faults := mixture(rand.New(rand.NewPCG(s, 2)), 6, single)
			if *runsFlag > 0 {
				faults = mixture(rand.New(rand.NewPCG(s, 2)), 20, single, single, slow, allPoints(), allRefusals())
			}
			run(t, ask{name: "mixture", seed: s, in: parts, faults: faults})
		})
	}
}

// TestWhole kills the real program, whatever it is doing.
func TestWhole(t *testing.T) {
	faults := []fault{killed(processor, whole), killed(processor, whole), terminated(processor, whole), killed(processor, whole)}
	if *runsFlag > 0 {
		faults = append(faults, zombie(processor, whole))
	}
	for i := range max(1, *runsFlag) {
		t.Run(fmt.Sprint(i+1), func(t *testing.T) {
			run(t, ask{name: "the program killed", seed: seed(t), in: whole, faults: faults})
		})
	}
}

// TestPoints kills a process at every step that it takes. The roles are apart, so
// that waiting for one group is time for another.
func TestPoints(t *testing.T) {
	for i := range max(1, *runsFlag) {
		for role, faults := range pointsByRole() {
			t.Run(fmt.Sprint(role, i+1), func(t *testing.T) {
				t.Parallel()
				run(t, ask{name: role + " killed at every step", seed: seed(t), in: parts, faults: faults})
			})
		}
	}
}

func allPoints() (all []fault) {
	for _, faults := range pointsByRole() {
		all = append(all, faults...)
	}
	return all
}

func pointsByRole() map[string][]fault {
	by := map[string][]fault{}
	for _, p := range points {
		for _, when := range p.moments() {
			by[p.role] = append(by[p.role], killedAt(p, when))
		}
	}
	for n := 1; n <= diskSteps(); n++ {
		by[processor] = append(by[processor], diskKills(processor, n))
		by[source] = append(by[source], diskKills(source, n))
	}
	return by
}

// diskSteps is before how many operations on the disk a process is killed. They
// are seldom: the state store gathers what it writes.
func diskSteps() int {
	if *runsFlag > 0 {
		return 4
	}
	return 1
}

// TestAlone tries each fault by itself, several times in each run.
func TestAlone(t *testing.T) {
	if *runsFlag == 0 {
		t.Skip("the long part: -faults.runs N")
	}
	for _, f := range slices.Concat(single, slow) {
		t.Run(f.name, func(t *testing.T) {
			for range *runsFlag {
				run(t, ask{name: f.name, seed: seed(t), in: f.in, faults: slices.Repeat([]fault{f}, 5)})
			}
		})
	}
}

// TestRefusals lets the broker refuse every request with every code.
func TestRefusals(t *testing.T) {
	all := allRefusals()
	if *runsFlag == 0 {
		t.Skip("the long part: -faults.runs N")
	}
	for range *runsFlag {
		for from := 0; from < len(all); from += 20 {
			t.Run(fmt.Sprint(from), func(t *testing.T) {
				run(t, ask{name: "broker's codes", seed: seed(t), in: parts, faults: all[from:min(from+20, len(all))]})
			})
		}
	}
}
