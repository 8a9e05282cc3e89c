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
	"mailfate/schemas"
	"mailfate/sinks/clickhouse"
)

// partitions is enough for two processors to have some each, and to lose some.
const partitions = 4

// A layout says which processes make up a pipeline.
type layout struct {
	real    bool       // the real program, not parts of it
	members [][]string // roles of each; none: all
}

var (
	parts = layout{false, [][]string{{processor}, {processor}, {sink}, {sink}, {source}}}
	roles = layout{true, parts.members}
	whole = layout{true, [][]string{nil, nil}}
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
	limit    int // of those that may be published now
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
	patient  bool         // groups find out by themselves who is dead, after its session
	program  string       // the real one; "": members are parts
	guests   int          // members that came and went
	kills    atomic.Int64 // processes killed with kill -9, servers included
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
	if l.real {
		if g.program, err = program(); err != nil {
			return g, err
		}
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
	if g.server, err = newProxy(shared.addr, talkPlain); err != nil {
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
	m := &member{name: strings.Join(roles, "+") + name, roles: roles, program: g.program, dir: filepath.Join(g.dir, name), kills: &g.kills}
	g.members = append(g.members, m)
	if !g.patient {
		m.bury = g.bury
	}
	m.cfg = part{Roles: roles, Database: g.database, Dir: m.dir, Partitions: partitions}
	var err error
	if m.kafka, err = newProxy(g.broker.Addr, talkKafka); err != nil {
		return m, err
	}
	if m.server, err = newProxy(shared.addr, talkPlain); err != nil {
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

func (g *rig) close(ctx context.Context) error {
	var errs []error
	for _, m := range g.members {
		m.close()
	}
	for _, log := range g.logs {
		errs = append(errs, log.close())
	}
	if g.db != nil {
		_ = g.db.Conn().Exec(ctx, "DROP DATABASE IF EXISTS "+g.database) // or it goes with the server's directory
		errs = append(errs, g.db.Close())
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
