package cli_test

import (
	"bufio"
	"encoding/json"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"time"

	"mailfate/pipeline/embedded/apachekafka"
	"mailfate/pipeline/embedded/embeddedtest"
)

const (
	// sessionTimeout is how long a processor that says nothing keeps its partitions.
	sessionTimeout = 10 * time.Second
	// takeOver is how long it may take then until others process them.
	takeOver = 2 * time.Second
	// noticeable is the longest pause of a partition that stays where it is.
	noticeable = time.Second
)

// onBoth runs a test with each kind of broker, side by side: it is mostly waiting.
func onBoth(t *testing.T, test func(t *testing.T, p *pulse)) {
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		test(t, startPulse(t, embeddedtest.Broker(t).Addr()))
	})
	t.Run("ApacheKafka", func(t *testing.T) {
		t.Parallel()
		addr, _ := apachekafka.Start(t)
		test(t, startPulse(t, addr))
	})
}

// processor is a `mailfate run --role processor`.
type processor struct {
	p        *pulse
	data     string
	cmd      *exec.Cmd
	ended    chan struct{} // closed when it has said its last word
	assigned chan []int    // the newest assignment that nobody has looked at
}

func (p *pulse) processor() *processor {
	p.t.Helper()
	r := &processor{p: p, data: p.t.TempDir(), assigned: make(chan []int, 1)}
	r.start()
	p.t.Cleanup(func() { r.end(syscall.SIGKILL) })
	return r
}

func (r *processor) start() {
	r.p.t.Helper()
	r.cmd = mailfate(r.p.t, "run", "-v", "--role", "processor", "--brokers", r.p.addr, "--data", r.data)
	said, err := r.cmd.StderrPipe()
	if err != nil {
		r.p.t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		r.p.t.Fatal(err)
	}
	ended := make(chan struct{})
	r.ended = ended
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(said); lines.Scan(); {
			var line struct {
				Msg        string
				Partitions []int
			}
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "partitions assigned" {
				select {
				case <-r.assigned:
				default:
				}
				r.assigned <- line.Partitions
			}
		}
	}()
}

// has waits until it is assigned so many partitions.
func (r *processor) has(n int) []int {
	r.p.t.Helper()
	limit := time.After(time.Minute)
	for {
		select {
		case partitions := <-r.assigned:
			if len(partitions) == n {
				return partitions
			}
		case <-limit:
			r.p.t.Fatalf("it was never assigned %d partitions", n)
		}
	}
}

func (r *processor) end(sig syscall.Signal) {
	if r.cmd.ProcessState != nil {
		return
	}
	_ = r.cmd.Process.Signal(sig) // it may have ended
	<-r.ended
	_ = r.cmd.Wait() // a signal's end is no good one
}

// two starts two processors; each has half of the partitions.
func (p *pulse) two() (one, other *processor, ones, others []int) {
	p.t.Helper()
	one = p.processor()
	one.has(pulsePartitions)
	other = p.processor()
	others, ones = other.has(pulsePartitions/2), one.has(pulsePartitions/2)
	p.await(slices.Concat(ones, others), p.from())
	return one, other, ones, others
}

// still checks the pause of partitions that have stayed where they are.
func (p *pulse) still(what string, partitions []int) {
	p.t.Helper()
	pause := p.longest(partitions)
	p.t.Logf("%s: the other's partitions paused for %v", what, pause.Round(time.Millisecond))
	if pause > noticeable {
		p.t.Errorf("%s: partitions %v paused for %v, want at most %v", what, partitions, pause, noticeable)
	}
}

// TestKilledProcessor: the partitions of one that is killed are processed again
// soon after its session is over, and the others' all the time, also when it is
// started again at once, while the group still waits for the one that died.
func TestKilledProcessor(t *testing.T) {
	onBoth(t, func(t *testing.T, p *pulse) {
		one, other, ones, others := p.two()
		killed := p.from()
		one.end(syscall.SIGKILL)
		p.await(ones, killed.Add(100*time.Millisecond)) // what it had committed is seen by then
		took := time.Since(killed)
		t.Logf("killed: its partitions are processed again after %v", took.Round(time.Millisecond))
		if took > sessionTimeout+takeOver {
			t.Errorf("partitions %v were processed again after %v, want at most %v", ones, took, sessionTimeout+takeOver)
		}
		p.still("killed", others)

		other.has(pulsePartitions)
		one.start()
		kept := one.has(pulsePartitions / 2)
		kept = slices.DeleteFunc([]int{0, 1, 2, 3}, func(at int) bool { return slices.Contains(kept, at) })
		p.await(others, p.from())
		killed = p.from()
		one.end(syscall.SIGKILL)
		one.start()
		one.has(pulsePartitions / 2)
		t.Logf("killed and started again at once: it has partitions after %v", time.Since(killed).Round(time.Millisecond))
		p.await([]int{0, 1, 2, 3}, time.Now())
		p.still("killed and started again at once", kept)
	})
}

// TestRestartedProcessor: that one ends well, and comes back, is nothing that the
// partitions of the other should notice.
func TestRestartedProcessor(t *testing.T) {
	onBoth(t, func(t *testing.T, p *pulse) {
		one, _, ones, others := p.two()
		asked := p.from()
		one.end(syscall.SIGTERM)
		t.Logf("asked to end: it did after %v", time.Since(asked).Round(time.Millisecond))
		p.await(ones, time.Now())
		t.Logf("its partitions were processed again after at most %v", p.longest(ones).Round(time.Millisecond))
		p.await(others, time.Now())
		p.still("ended", others)
		back := p.from()
		one.start()
		has := one.has(pulsePartitions / 2)
		t.Logf("started again: it has partitions after %v, %v; it had %v", time.Since(back).Round(time.Millisecond), has, ones)
		if !slices.Equal(has, ones) {
			t.Errorf("it had partitions %v, and what belongs to them, and was given %v", ones, has)
		}
		p.await([]int{0, 1, 2, 3}, time.Now())
		p.still("started again", slices.DeleteFunc([]int{0, 1, 2, 3}, func(at int) bool { return slices.Contains(has, at) }))
	})
}
