package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mailfate/pipeline/app/cli"
	"mailfate/pipeline/embedded"
	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
)

func TestRolesThatDoNotGoTogether(t *testing.T) {
	for line, want := range map[string]string{
		"run --role sink --data d":                                                    "--brokers",
		"run --role source,api --data d --brokers h:1":                                "roles[1]",
		"run --role sink,sink --data d --brokers h:1":                                 "roles[1]",
		"run --role= --data d":                                                        "roles",
		"run --role source --brokers h:1":                                             "--data",
		"run --role sink --brokers h:1":                                               "name ClickHouse with --clickhouse",
		"replay --brokers h:1 ../../../testdata/replay/mail.log":                      "--clickhouse",
		"run --role processor --brokers h:1 --clickhouse h:2":                         "--data",
		"run --role processor --data d --brokers h:1 --out f":                         "--out",
		"run --role sink --brokers h:1 --clickhouse h:2 postfix:x":                    "only a source",
		"run --role source,processor --data d --brokers h:1 --config nonsense.yaml":   "nonsense.yaml",
		"run --role processor --role source --data d --brokers h:1 --clickhouse h:2 ": "nothing to read",
	} {
		var out, errOut bytes.Buffer
		code := cli.Run(t.Context(), strings.Fields(line), &out, &errOut)
		if said := errOut.String(); code != 2 || !strings.Contains(said, want) {
			t.Errorf("%s: exit %d, want 2 with %q:\n%s", line, code, want, said)
		}
	}
}

// A cluster is a broker and, each in a process of its own, what works with it.
type cluster struct {
	t       *testing.T
	address string
	client  *kafkalog.Client
	dir     string
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	if testing.Short() {
		t.Skip("runs the whole program on the real parts")
	}
	dir := t.TempDir()
	broker, err := embedded.StartBroker(t.Context(), embedded.BrokerOptions{Dir: filepath.Join(dir, "kafka")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = broker.Stop() })
	client, err := kafkalog.Dial(kafkalog.Options{Brokers: []string{broker.Addr()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return &cluster{t: t, address: broker.Addr(), client: client, dir: dir}
}

// start starts a process with these roles and returns when it works.
func (c *cluster) start(name, roles string, args ...string) *exec.Cmd {
	c.t.Helper()
	args = append([]string{"run", "-v", "--brokers", c.address, "--data", filepath.Join(c.dir, name), "--role", roles}, args...)
	cmd := mailfate(c.t, args...)
	pipe, err := cmd.StderrPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	following := make(chan bool, 1)
	go func() {
		for lines := bufio.NewScanner(pipe); lines.Scan(); {
			if strings.Contains(lines.Text(), "following") {
				following <- true
			} else if strings.Contains(lines.Text(), `"WARN"`) {
				c.t.Log(name, lines.Text())
			}
		}
		close(following)
	}()
	if !<-following {
		c.t.Fatalf("%s ended: %v", name, cmd.Wait())
	}
	return cmd
}

// stop ends a process well.
func (c *cluster) stop(cmd *exec.Cmd) {
	c.t.Helper()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		c.t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		c.t.Errorf("%v: %v", cmd.Args, err)
	}
}

// waitFor reads a topic's first partition until a record is what is waited for.
func (c *cluster) waitFor(topic string, is func(r kafkalog.Record) bool) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 2*time.Minute)
	defer cancel()
	r := c.client.NewReader(topic, 0, 0)
	for found := false; !found; {
		_, err := r.Fetch(ctx, time.Second, 1<<20, func(r kafkalog.Record) error {
			found = found || is(r)
			return nil
		})
		if err != nil {
			c.t.Fatal(err)
		}
	}
}

// waitUntilRead waits until the clock of the only stream has come so far.
func (c *cluster) waitUntilRead(end int64) {
	c.t.Helper()
	dec := schemas.NewDecoder()
	c.waitFor(schemas.TopicEvents, func(r kafkalog.Record) bool {
		var ev schemas.Event
		control, isControl, err := dec.Record(r.Value, &ev)
		return err == nil && isControl && control.Clock.Time >= end
	})
}

// replay replays a log in one process on this cluster, and returns the
// digest and how far the log's clock came.
func (c *cluster) replay(log string) (digest string, clock int64) {
	c.t.Helper()
	digest = replay(c.t, "--brokers", c.address, "--data", filepath.Join(c.dir, "all"), "postfix:"+log).Digest
	ends, err := c.client.EndOffsets(c.t.Context(), schemas.TopicEvents)
	if err != nil {
		c.t.Fatal(err)
	}
	dec := schemas.NewDecoder()
	r := c.client.NewReader(schemas.TopicEvents, 0, 0)
	for r.Position() < ends[0] {
		_, err := r.Fetch(c.t.Context(), time.Second, 1<<20, func(r kafkalog.Record) error {
			var ev schemas.Event
			if control, isControl, err := dec.Record(r.Value, &ev); err == nil && isControl {
				clock = control.Clock.Time
			}
			return nil
		})
		if err != nil {
			c.t.Fatal(err)
		}
	}
	return digest, clock
}

// waitForDigest asks what a sink has written until it is what it should be.
func (c *cluster) waitForDigest(sink, want string) {
	c.t.Helper()
	var got string
	for began := time.Now(); time.Since(began) < 90*time.Second; {
		code, out, errOut := output(c.t, mailfate(c.t, "report", "--digest", "--data", filepath.Join(c.dir, sink)))
		if got = strings.TrimSpace(out); code == 0 && got == want {
			return
		} else if code != 0 {
			c.t.Fatal(errOut)
		}
	}
	c.t.Fatalf("digest %s, want %s", got, want)
}

// TestRolesInProcesses shares the work among three processes, then among four,
// of which one that processes is killed in the middle.
func TestRolesInProcesses(t *testing.T) {
	f := newFollower(t)
	half := len(f.rest) / 2
	whole := write(t, filepath.Join(t.TempDir(), "mail.log"), f.rest)
	want, end := newCluster(t).replay(whole)
	t.Run("one each", func(t *testing.T) {
		c := newCluster(t)
		source := c.start("source", "source", "postfix:"+whole)
		processor := c.start("processor", "processor")
		sink := c.start("sink", "sink")
		c.waitUntilRead(end)
		c.stop(source)
		c.waitForDigest("sink", want)
		c.stop(processor)
		c.stop(sink)
		c.waitForDigest("sink", want)
	})
	t.Run("one is killed", func(t *testing.T) {
		c := newCluster(t)
		victim := c.start("victim", "processor")
		other := c.start("other", "processor")
		sink := c.start("sink", "sink")
		f.grow(half)
		source := c.start("source", "source", "postfix:"+f.log)
		c.waitFor(schemas.TopicStatus, func(r kafkalog.Record) bool { return !schemas.IsBookkeeping(r.Key) })
		_ = victim.Process.Kill()
		_ = victim.Wait() // it cannot end well
		f.grow(len(f.rest))
		c.waitUntilRead(end)
		c.stop(source)
		c.waitForDigest("sink", want)
		c.stop(other)
		c.stop(sink)
	})
}
