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
	killed(processor), killed(sink), killed(source), killedAll,
	terminated(processor), terminated(sink), terminated(source),
	joining(processor), joining(sink),
	brokerKilled, serverPaused, serverRefuses(time.Second, 5*time.Second), serverSlow,
	rotation, stateGone(processor), stateGone(source), stateSwapped, stateOld(processor), stateOld(source), stateFromTheFuture, checkpointFromTheFuture,
	corrupted(processor, "MANIFEST-*"), corrupted(source, "MANIFEST-*"), corrupted(source, "*.log"),
	corrupted(processor, "*.sst"), corrupted(source, "*.sst"), corrupted(processor, "OPTIONS-*"),
	diskFails(processor, diskFull), diskFails(processor, diskFsync), diskFails(source, diskFull), diskFails(source, diskFsync),
	cut(processor, toKafka), cut(sink, toKafka), cut(source, toKafka), cut(sink, toServer),
	delayed(processor, toKafka), delayed(sink, toKafka), delayed(source, toKafka), delayed(sink, toServer),
	cutWithin(processor, toKafka, step{"Produce", before}), cutWithin(processor, toKafka, step{"EndTxn", after}),
	cutWithin(processor, toKafka, step{"Fetch", after}), cutWithin(sink, toServer, step{"insert rows", before}), cutWithin(sink, toServer, step{"insert", after}),
	clockJumps, wrongCluster, wrongNonce, wrongTime, sinksAnew,
}

// serverKills are kill -9 of ClickHouse at every step of an insert.
var serverKills = []fault{
	serverKilled, serverKilledAt(step{"insert", before}, 0), serverKilledAt(step{"insert rows", before}, 0),
	serverKilledAt(step{"insert rows", before}, 5*time.Millisecond), serverKilledAt(step{"insert", after}, 0),
}

// slow are those that take their time.
var slow = []fault{
	brokerPaused,
	halfOpen(processor, toKafka, time.Second, 25*time.Second), halfOpen(sink, toKafka, time.Second, 15*time.Second),
	halfOpen(source, toKafka, time.Second, 15*time.Second), halfOpen(sink, toServer, time.Second, 10*time.Second),
	serverRefuses(time.Minute, time.Minute),
}

// zombies stand still while others take over, and then go on.
var zombies = []fault{
	zombie(processor), zombie(sink), zombie(source),
	heldAt(processor, toKafka, step{"EndTxn", before}), heldAt(processor, toKafka, step{"Produce", before}),
	heldAt(processor, toKafka, step{"TxnOffsetCommit", before}), heldAt(processor, toKafka, step{"EndTxn", after}),
	heldAt(sink, toServer, step{"insert rows", before}), heldAt(sink, toServer, step{"insert", after}),
	heldAt(sink, toKafka, step{"OffsetCommit", before}), heldAt(source, toKafka, step{"Produce", before}),
}

// kills are those at any moment.
var kills = []fault{killed(processor), killed(sink), killed(source), killedAll, rotation, brokerKilled}

// short is what every run of the tests can afford.
var short = []fault{
	killed(source), killed(processor), killed(sink),
	killedAt(point{processor, toKafka, "Produce", false}, after),
	killedAt(point{processor, toKafka, "EndTxn", false}, before), killedAt(point{processor, toKafka, "EndTxn", false}, after),
	killedAt(point{sink, toServer, "insert rows", false}, before), killedAt(point{sink, toServer, "insert", false}, after),
	killedAt(point{sink, toKafka, "OffsetCommit", false}, before), killedAt(point{sink, toKafka, "OffsetCommit", false}, after),
	killedAt(point{source, toKafka, "Produce", false}, before), killedAt(point{source, toKafka, "Produce", false}, after), rotation,
	heldAt(processor, toKafka, step{"EndTxn", before}), heldAt(sink, toServer, step{"insert rows", before}),
	brokerKilled, killedAll,
	stateOld(processor), stateSwapped, wrongNonce, wrongTime, sinksAnew,
}

// ofProgram is what the real program has to bear; the short part takes the first.
var ofProgram = []fault{
	killed(processor), killed(sink), killed(source),
	killedAt(point{processor, toKafka, "EndTxn", false}, after), killedAt(point{sink, toServer, "insert", false}, after),
	killedAll, terminated(processor),
	terminated(sink), terminated(source), rotation, brokerKilled, cut(processor, toKafka), cut(sink, toServer),
	zombie(processor), zombie(sink), heldAt(processor, toKafka, step{"EndTxn", before}),
	stateGone(processor), stateGone(source), joining(processor), joining(sink),
}

// mixture draws n faults from lists.
func mixture(r *rand.Rand, n int, lists ...[]fault) (out []fault) {
	for range n {
		list := lists[r.IntN(len(lists))]
		out = append(out, list[r.IntN(len(list))])
	}
	return out
}

// TestMixture draws from everything that can go wrong. ClickHouse is killed here,
// and not where runs share it at the same time.
func TestMixture(t *testing.T) {
	eachRun(t, eachBroker, func(t *testing.T, k kind) {
		s := seed(t)
		faults := append(mixture(rand.New(rand.NewPCG(s, 2)), 3, single), serverKills...)
		if *runsFlag > 0 {
			faults = mixture(rand.New(rand.NewPCG(s, 2)), 20, single, single, serverKills, slow, zombies, allPoints(), allRefusals())
		}
		run(t, ask{name: "mixture", seed: s, in: parts, broker: k, faults: faults})
	})
}

// eachRun repeats a test on brokers; the short part does it once.
func eachRun(t *testing.T, brokers func(*testing.T, func(*testing.T, kind)), test func(*testing.T, kind)) {
	t.Helper()
	brokers(t, func(t *testing.T, k kind) {
		for i := range max(1, *runsFlag) {
			t.Run(fmt.Sprint(i+1), func(t *testing.T) { test(t, k) })
		}
	})
}

// needRuns is for what takes long.
func needRuns(t *testing.T) {
	t.Helper()
	if *runsFlag == 0 {
		t.Skip("the long part: make test-faults, or -faults.runs N")
	}
}

// TestShort hits every role at its most delicate moments, and the broker.
func TestShort(t *testing.T) {
	sideBySide(t, func(t *testing.T, k kind) {
		run(t, ask{name: "short part", seed: seed(t), in: parts, broker: k, faults: short})
	})
}

// TestRoles kills the real program, each role in processes of its own.
func TestRoles(t *testing.T) {
	eachRun(t, sideBySide, func(t *testing.T, k kind) {
		faults := ofProgram[:7]
		if *runsFlag > 0 {
			faults = ofProgram
		}
		run(t, ask{name: "the program by roles", seed: seed(t), in: roles, broker: k, faults: faults})
	})
}

// TestWhole kills the real program with all roles in one.
func TestWhole(t *testing.T) {
	needRuns(t)
	eachRun(t, eachBroker, func(t *testing.T, k kind) {
		run(t, ask{name: "the program with all roles", seed: seed(t), in: whole, broker: k, faults: append(slices.Clip(ofProgram), serverKilled)})
	})
}

// killRuns times 80 faults, on two brokers, and what all other tests kill, are
// more than a thousand kills.
const killRuns = 4

// TestKills kills at any moment and at every step, in any order.
func TestKills(t *testing.T) {
	needRuns(t)
	eachRun(t, sideBySide, func(t *testing.T, k kind) {
		for range killRuns {
			s := seed(t)
			run(t, ask{name: "kills of all kinds", seed: s, in: parts, broker: k, faults: mixture(rand.New(rand.NewPCG(s, 3)), 80, kills, allPoints())})
		}
	})
}

// TestPoints kills a process at every step that it takes.
func TestPoints(t *testing.T) {
	needRuns(t)
	eachRun(t, sideBySide, func(t *testing.T, k kind) {
		for role, faults := range pointsByRole() {
			t.Run(role, func(t *testing.T) {
				run(t, ask{name: role + " killed at every step", seed: seed(t), in: parts, broker: k, faults: faults})
			})
		}
	})
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
	for n := 1; n <= diskSteps; n++ {
		by[processor] = append(by[processor], diskKills(processor, n))
		by[source] = append(by[source], diskKills(source, n))
	}
	return by
}

// diskSteps is before how many operations on the disk a process is killed. They
// are seldom: the state store gathers what it writes.
const diskSteps = 4

// TestAlone tries each fault by itself, several times in each run.
func TestAlone(t *testing.T) {
	needRuns(t)
	for _, f := range slices.Concat(single, serverKills, slow, zombies) {
		t.Run(f.name, func(t *testing.T) {
			eachRun(t, eachBroker, func(t *testing.T, k kind) {
				run(t, ask{name: f.name, seed: seed(t), in: parts, broker: k, faults: slices.Repeat([]fault{f}, 3)})
			})
		})
	}
}

// TestRefusals lets the broker refuse every request with every code.
func TestRefusals(t *testing.T) {
	needRuns(t)
	eachRun(t, sideBySide, func(t *testing.T, k kind) {
		for some := range slices.Chunk(allRefusals(), 20) {
			t.Run(some[0].name, func(t *testing.T) {
				run(t, ask{name: "broker's codes", seed: seed(t), in: parts, broker: k, faults: some})
			})
		}
	})
}
