package clickhouse

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"mailfate/pipeline/embedded"
	"mailfate/pipeline/embedded/embeddedtest"
	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
	"mailfate/sinks/intake"
)

// switchboard is one address behind which servers come and go.
type switchboard struct {
	net.Listener
	mu     sync.Mutex
	target string
	open   map[net.Conn]struct{}
}

func newSwitchboard(t *testing.T) *switchboard {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &switchboard{Listener: l, open: map[net.Conn]struct{}{}}
	go s.serve()
	t.Cleanup(func() { _ = l.Close(); s.connect("") })
	return s
}

// connect leads further calls to target, nowhere if it is "", and ends the others.
func (s *switchboard) connect(target string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.target = target
	for c := range s.open {
		_ = c.Close()
	}
	clear(s.open)
}

func (s *switchboard) serve() {
	for {
		in, err := s.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		out, err := net.Dial("tcp", s.target)
		if err != nil {
			_ = in.Close()
			s.mu.Unlock()
			continue
		}
		s.open[in], s.open[out] = struct{}{}, struct{}{}
		s.mu.Unlock()
		for from, to := range map[net.Conn]net.Conn{in: out, out: in} {
			go func() {
				_, _ = io.Copy(to, from) // ends when either side does
				_ = to.Close()
			}()
		}
	}
}

// memoryLog is a partition that grows when told.
type memoryLog struct {
	mu      sync.Mutex
	records []kafkalog.Record
	grown   chan struct{}
	next    int64
}

func (l *memoryLog) append(records ...kafkalog.Record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.records = append(l.records, records...)
	close(l.grown)
	l.grown = make(chan struct{})
}

func (l *memoryLog) Fetch(ctx context.Context, maxWait time.Duration, _ int, fn func(kafkalog.Record) error) (kafkalog.Progress, error) {
	l.mu.Lock()
	grown, waiting := l.grown, l.records[l.next:]
	end := int64(len(l.records))
	l.mu.Unlock()
	if len(waiting) == 0 {
		select {
		case <-grown:
		case <-time.After(maxWait):
		case <-ctx.Done():
		}
	}
	for _, r := range waiting {
		if err := fn(r); err != nil {
			return kafkalog.Progress{Position: l.next}, err
		}
		l.next++
	}
	return kafkalog.Progress{Position: l.next, LastStable: end}, nil
}

// message is the n-th of many messages.
func message(tb testing.TB, n int) *schemas.Snapshot {
	s := delivered(tb)
	s.MessageID = fmt.Sprintf("%08d.%x@acme.example", n, n*2654435761)
	s.Recipient = fmt.Sprintf("user%d@domain%d.example", n, n%500)
	s.Fresh = []schemas.EventID{11, 12, 13, 14}
	return s
}

// The server is killed while rows are written and comes back at its leisure:
// every row is there once, and what was committed was there before.
func TestServerAwayAndBack(t *testing.T) {
	if testing.Short() {
		t.Skip("a real ClickHouse is not for -short")
	}
	options := embedded.ClickHouseOptions{Dir: t.TempDir(), Executable: embeddedtest.Host(t)}
	begin := func() *embedded.ClickHouse {
		c, err := embedded.StartClickHouse(t.Context(), options)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := begin()
	line := newSwitchboard(t)
	line.connect(c.Native())
	db, err := Open(Options{Addresses: []string{line.Addr().String()}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}

	in := db.Writer(intake.Options{MaxRows: 100, Every: time.Millisecond})
	log := &memoryLog{grown: make(chan struct{})}
	ctx, cancel := context.WithCancel(t.Context())
	var consumers sync.WaitGroup
	consumers.Go(func() {
		p := intake.Partition{Topic: schemas.TopicStatus, Log: log, Commit: func(context.Context, int64) error { return nil }}
		if err := in.Consume(ctx, p); err != nil {
			t.Error(err)
		}
	})
	waitFor := func(n int64) {
		t.Helper()
		limit, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		if err := in.WaitFor(limit, schemas.TopicStatus, map[int]int64{0: n}); err != nil {
			t.Fatalf("wait for offset %d: %v; %+v", n, err, in.Status())
		}
	}

	const each, outages = 200, 3
	for outage := range outages {
		for i := range each {
			n := outage*each + i
			log.append(statusRecords(t, int64(n), message(t, n))...)
			if i == each/2 {
				waitFor(int64(n - each/4))
				if err := syscall.Kill(c.PID(), syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
				<-c.Done()
				line.connect("")
			}
		}
		awaitTrouble(t, in)
		c = begin()
		line.connect(c.Native())
		waitFor(int64((outage + 1) * each))
		if s := in.Status(); s != (intake.Status{}) {
			t.Errorf("when all is well: %+v", s)
		}
	}
	if n := numberOf(t, db, "SELECT count() FROM messages"); n != each*outages {
		t.Errorf("%d messages, want %d", n, each*outages)
	}
	if n := numberOf(t, db, "SELECT count() FROM history"); n != 4*each*outages {
		t.Errorf("%d changes, want %d", n, 4*each*outages)
	}
	cancel()
	consumers.Wait()
	if err := c.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

// awaitTrouble waits until the intake says that it waits.
func awaitTrouble(t *testing.T, in *intake.Intake) {
	t.Helper()
	limit := time.After(time.Minute)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for in.Status().LastError == nil {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatal("the intake never said that it waits")
		}
	}
	if s := in.Status(); s.Lag == 0 || s.WaitingSince.IsZero() {
		t.Errorf("while it waits: %+v", s)
	}
}
