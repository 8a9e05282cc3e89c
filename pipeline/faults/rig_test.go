package faults

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"mailfate/pipeline/kafkalog"
	"mailfate/pipeline/process"
	"mailfate/schemas"
	"mailfate/sinks/clickhouse"
)

const (
	partitions = 4

	// settleWithin is how long a pipeline may take until all is well again.
	settleWithin = 3 * time.Minute

	// pollEvery is how often it is asked how far it has come.
	pollEvery = 50 * time.Millisecond

	// chunk is how many items are published at a time while a fault lasts.
	chunk = 15
)

// A layout says which processes make up a pipeline.
type layout struct {
	name    string
	members [][]string // roles of each; none: the real program
}

var (
	parts = layout{"parts", [][]string{{processor}, {processor}, {sink}, {sink}, {source}}}
	whole = layout{"whole", [][]string{nil, nil}}
)

func (l layout) hosts() int {
	n := 0
	for _, roles := range l.members {
		if len(roles) == 0 || slices.Contains(roles, source) {
			n++
		}
	}
	return n
}

// rig is a pipeline at work.
type rig struct {
	r        *rand.Rand
	dir      string
	w        *workload
	next     int // of the workload's items
	broker   Broker
	client   *kafkalog.Client // directly at the broker
	out      *kafkalog.Publisher
	enc      *schemas.Encoder
	members  []*member
	logs     []*hostLog
	server   *proxy // the rig's own way to ClickHouse
	db       *clickhouse.DB
	group    string // of the sinks
	database string
	patient  bool // groups find out by themselves who is dead, after its session
	guests   int  // members that came and went
	log      func(format string, args ...any)
}

var databases atomic.Int64

// newRig starts a pipeline.
func newRig(ctx context.Context, w *workload, l layout, start func(context.Context, string) (Broker, error), log func(string, ...any)) (_ *rig, err error) {
	g := &rig{log: log, patient: *runsFlag > 0 && w.seed%2 == 0, r: rand.New(rand.NewPCG(w.seed, 1)), w: w, enc: schemas.NewEncoder(), database: fmt.Sprintf("run_%d", databases.Add(1))}
	defer func() {
		if err != nil {
			err = errors.Join(err, g.close(ctx))
		}
	}()
	if g.dir, err = os.MkdirTemp("", "mailfate-faults-rig-"); err != nil {
		return g, err
	}
	if g.broker, err = start(ctx, filepath.Join(g.dir, "kafka")); err != nil {
		return g, err
	}
	if err = g.connect(ctx); err != nil {
		return g, err
	}
	for i, roles := range l.members {
		if _, err = g.add(fmt.Sprintf("%d", i), roles); err != nil {
			return g, err
		}
	}
	return g, nil
}

func (g *rig) connect(ctx context.Context) (err error) {
	g.client, err = kafkalog.Dial(kafkalog.Options{Brokers: []string{g.broker.Addr()}, MaxRecordBytes: schemas.MaxRecord})
	if err != nil {
		return err
	}
	g.out = g.client.NewPublisher()
	var topics []kafkalog.Topic
	for _, t := range schemas.Topics() {
		topics = append(topics, kafkalog.Topic{Name: t.Name, Partitions: partitions, Replication: 1, Config: t.Config})
	}
	if err := g.client.EnsureTopics(ctx, topics...); err != nil {
		return err
	}
	if g.server, err = newProxy(shared.addr(), talkPlain); err != nil {
		return err
	}
	if g.db, err = clickhouse.Open(clickhouse.Options{Addresses: []string{g.server.addr()}, Database: g.database}); err != nil {
		return err
	}
	if err := g.db.Migrate(ctx); err != nil {
		return err
	}
	g.group, err = g.db.Group(ctx)
	return err
}

// add starts one more member.
func (g *rig) add(name string, roles []string) (*member, error) {
	m := &member{name: strings.Join(roles, "+") + name, roles: roles, dir: filepath.Join(g.dir, name)}
	g.members = append(g.members, m)
	if !g.patient {
		m.bury = g.bury
	}
	m.cfg = part{Roles: roles, Database: g.database, Dir: m.dir, Partitions: partitions}
	var err error
	if m.kafka, err = newProxy(g.broker.Addr(), talkKafka); err != nil {
		return m, err
	}
	if m.server, err = newProxy(shared.addr(), talkPlain); err != nil {
		return m, err
	}
	if err := os.MkdirAll(m.dir, 0o700); err != nil {
		return m, err
	}
	if m.has(source) && len(g.logs) < len(g.w.logs) {
		host := filepath.Join(g.dir, fmt.Sprintf("host%d", len(g.logs)))
		if err := os.MkdirAll(host, 0o700); err != nil {
			return m, err
		}
		m.log = filepath.Join(host, "mail.log")
		m.cfg.Log = m.log
		log, err := newHostLog(m.log, g.w.logs[len(g.logs)])
		if err != nil {
			return m, err
		}
		g.logs = append(g.logs, log)
	}
	if len(roles) == 0 {
		if m.program, err = program(); err != nil {
			return m, err
		}
	}
	return m, m.start()
}

// bury tells groups that a member is dead, which they would find out when its
// session is over.
func (g *rig) bury(groups map[string]string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	client, err := kgo.NewClient(kgo.SeedBrokers(g.broker.Addr()))
	if err != nil {
		return
	}
	defer client.Close()
	for group, id := range groups {
		leave := kmsg.NewPtrLeaveGroupRequest()
		leave.Group, leave.MemberID = group, id
		member := kmsg.NewLeaveGroupRequestMember()
		member.MemberID = id
		leave.Members = append(leave.Members, member)
		_, _ = leave.RequestWith(ctx, client) // then it is found out
	}
}

// remove stops a member for good.
func (g *rig) remove(m *member) {
	m.stop()
	m.close()
	g.members = slices.DeleteFunc(g.members, func(o *member) bool { return o == m })
}

// any returns a member that has a role.
func (g *rig) any(role string) *member {
	var list []*member
	for _, m := range g.members {
		if m.has(role) {
			list = append(list, m)
		}
	}
	return list[g.r.IntN(len(list))]
}

// between draws a time.
func (g *rig) between(least, most time.Duration) time.Duration {
	return least + time.Duration(g.r.Int64N(int64(most-least)+1))
}

// feed publishes the next items, and lets the logs grow likewise. After the last
// item, earlier ones come again.
func (g *rig) feed(ctx context.Context, n int) error {
	records := make([][]kafkalog.Record, partitions)
	for range n {
		it := &g.w.items[g.r.IntN(len(g.w.items))]
		if g.next < len(g.w.items) {
			it = &g.w.items[g.next]
			g.next++
		}
		if err := g.encode(it, records); err != nil {
			return err
		}
	}
	for p := range records {
		if err := g.out.Publish(ctx, schemas.TopicEvents, p, records[p]); err != nil {
			return err
		}
	}
	for i, log := range g.logs {
		if err := log.grow(len(g.w.logs[i]) * n / len(g.w.items)); err != nil {
			return err
		}
	}
	return nil
}

func (g *rig) encode(it *item, records [][]kafkalog.Record) error {
	switch {
	case it.event != nil:
		value, err := g.enc.Event(it.event)
		key := []byte(it.event.MessageID)
		p := kafkalog.Partition(key, partitions)
		records[p] = append(records[p], kafkalog.Record{Key: key, Value: slices.Clone(value)})
		return err
	case it.clock != nil:
		value, err := g.enc.Clock(*it.clock)
		for p := range records {
			records[p] = append(records[p], kafkalog.Record{Key: []byte("clock:" + it.clock.Stream), Value: slices.Clone(value)})
		}
		return err
	}
	p := g.r.IntN(partitions)
	records[p] = append(records[p], kafkalog.Record{Key: []byte("rubbish"), Value: it.raw})
	return nil
}

// during lets time pass, and events come.
func (g *rig) during(ctx context.Context, d time.Duration) error {
	end := time.NewTimer(d)
	defer end.Stop()
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { end.Reset(0) })
	defer stop()
	go func() { <-end.C; close(done) }()
	return g.until(ctx, done)
}

// until lets events come until something has happened. A broker that is away
// holds up nobody but the feed.
func (g *rig) until(ctx context.Context, done <-chan struct{}) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return ctx.Err()
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		feeding, cancel := context.WithTimeout(ctx, time.Second)
		at := g.next
		if err := g.feed(feeding, chunk); err != nil {
			g.next = at // some may be there; they come again
		}
		cancel()
	}
}

// caughtUp waits until all that was published is processed and in ClickHouse.
func (g *rig) caughtUp(ctx context.Context) error {
	ends, err := g.client.EndOffsets(ctx, schemas.TopicEvents)
	if err != nil {
		return err
	}
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		behind := g.behind(ctx, ends)
		if behind == 0 {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("catch up: %d partitions are behind: %w", behind, ctx.Err())
		}
	}
}

func (g *rig) caughtUpWithin(ctx context.Context, d time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	return g.caughtUp(ctx)
}

// behind counts the partitions that the processors, or the sinks, have not read up
// to their ends. A group that nobody can tell of has read nothing.
func (g *rig) behind(ctx context.Context, ends []int64) (n int) {
	for _, group := range []string{process.Group, g.group} {
		committed, err := g.client.CommittedOffsets(ctx, group, schemas.TopicEvents)
		for p, end := range ends {
			if err != nil || committed[p] < end {
				n++
			}
		}
	}
	return n
}

// settle undoes all that is wrong, publishes the rest, and waits until the rows
// are as they have to be, and stay so. What it returns last is the verdict.
func (g *rig) settle(ctx context.Context, ought string) (*verdict, error) {
	ctx, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	for _, m := range g.members {
		m.kafka.heal()
		m.server.heal()
		if err := m.start(); err != nil {
			return nil, err
		}
	}
	for g.next < len(g.w.items) {
		if err := g.feed(ctx, min(500, len(g.w.items)-g.next)); err != nil {
			return nil, err
		}
	}
	for i, log := range g.logs {
		if err := log.grow(len(log.rest)); err != nil {
			return nil, err
		}
		clock := item{clock: &schemas.Clock{Stream: "log:" + filepath.Base(filepath.Dir(log.path)), Time: endOfTime}}
		records := make([][]kafkalog.Record, partitions)
		if err := g.encode(&clock, records); err != nil {
			return nil, err
		}
		for p := range records {
			if err := g.out.Publish(ctx, schemas.TopicEvents, p, records[p]); err != nil {
				return nil, fmt.Errorf("end log %d: %w", i, err)
			}
		}
	}
	return g.untilExact(ctx, ought)
}

// untilExact asks for the verdict until it is that all is exact and nothing is
// written any more, or for as long as there is time.
func (g *rig) untilExact(ctx context.Context, ought string) (v *verdict, err error) {
	tick := time.NewTicker(10 * pollEvery)
	defer tick.Stop()
	var before []int64
	for {
		if err := g.caughtUp(ctx); err != nil {
			return v, err
		}
		now, err := g.client.EndOffsets(ctx, schemas.TopicStatus)
		if err != nil {
			return v, err
		}
		latest, err := judge(ctx, g.db, g.database, ought)
		if err != nil && ctx.Err() != nil {
			return v, nil // the one before is the last word
		}
		if err != nil {
			return v, err
		}
		v = latest
		if v.exact() && slices.Equal(before, now) {
			return v, nil
		}
		before = now
		select {
		case <-tick.C:
		case <-ctx.Done():
			return v, nil
		}
	}
}

// deadLetters counts the different dead letters that are not among those that
// have to be there, and those that are missing.
func (g *rig) deadLetters(ctx context.Context) (lost, unexpected int, err error) {
	seen := map[string]bool{}
	ends, err := g.client.EndOffsets(ctx, schemas.TopicDead)
	if err != nil {
		return 0, 0, err
	}
	dec := schemas.NewDecoder()
	for p := range ends {
		reader := g.client.NewReader(schemas.TopicDead, p, 0)
		for reader.Position() < ends[p] {
			_, err := reader.Fetch(ctx, time.Second, 1<<20, func(r kafkalog.Record) error {
				letter, err := dec.DeadLetter(r.Value)
				seen[string(letter.Bytes)] = true
				return err
			})
			if err != nil {
				return 0, 0, err
			}
		}
	}
	for text := range g.w.dead {
		if !seen[text] {
			lost++
		}
		delete(seen, text)
	}
	return lost, len(seen), nil
}

// serverMoved leads all proxies to where ClickHouse is now.
func (g *rig) serverMoved() {
	for _, m := range g.members {
		m.server.to(shared.addr())
	}
	g.server.to(shared.addr())
}

func (g *rig) close(ctx context.Context) error {
	var errs []error
	for _, m := range g.members {
		m.close()
	}
	for _, log := range g.logs {
		errs = append(errs, log.close())
	}
	if g.db != nil {
		drop := g.db.Conn().Exec(ctx, "DROP DATABASE IF EXISTS "+g.database)
		errs = append(errs, drop, g.db.Close())
	}
	if g.server != nil {
		g.server.close()
	}
	if g.client != nil {
		errs = append(errs, g.client.Close())
	}
	if g.broker != nil {
		errs = append(errs, g.broker.Stop(ctx))
	}
	return errors.Join(append(errs, os.RemoveAll(g.dir))...)
}
