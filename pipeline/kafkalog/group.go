package kafkalog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/segmentio/kafka-go"
)

const (
	// defaultSessionTimeout is how long a dead member keeps its partitions.
	defaultSessionTimeout = 10 * time.Second
	// defaultRebalanceTimeout is how long a rebalance waits for members that
	// finish what they do; a transaction takes far less.
	defaultRebalanceTimeout = 10 * time.Second
	// heartbeatsPerSession is how many heartbeats may be late before a member
	// counts as dead. So many, for only by a heartbeat a member learns that the
	// group comes to a new generation, and all others wait for it then.
	heartbeatsPerSession = 30
	// joinBackoff is the longest wait after a failed attempt to join; members draw
	// theirs, so that those that failed together do not come back together.
	joinBackoff = 250 * time.Millisecond
)

// GroupOptions says which group to join and how patient to be.
type GroupOptions struct {
	// ID is the group's id.
	ID string
	// Topics are what the group divides among its members.
	Topics []string
	// SessionTimeout is how long a silent member keeps its partitions (default 10 s;
	// brokers refuse less than group.min.session.timeout.ms, 6 s).
	SessionTimeout time.Duration
	// Had is what this process worked on before and still has something of, by
	// topic: when it joins it gets these rather than others.
	Had map[string][]int
	// RebalanceTimeout is how long members may take to end a generation (default 10 s).
	RebalanceTimeout time.Duration
}

// Group is one member of a consumer group. From one generation to the next it
// keeps the partitions that it has, as far as an even division allows.
type Group struct {
	client *Client
	id     string
	group  *kafka.ConsumerGroup
	sticky *sticky
}

// NewGroup joins the group, in the background. Close leaves it.
func (c *Client) NewGroup(o GroupOptions) (*Group, error) {
	if o.SessionTimeout <= 0 {
		o.SessionTimeout = defaultSessionTimeout
	}
	if o.RebalanceTimeout <= 0 {
		o.RebalanceTimeout = defaultRebalanceTimeout
	}
	sticky := &sticky{data: holding{0, o.Had}.encode()} // generations begin at 1: whoever holds them now keeps them
	group, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID:      o.ID,
		Brokers: c.opts.Brokers,
		Dialer: &kafka.Dialer{
			ClientID: c.opts.ClientID, Timeout: c.opts.Timeout, DualStack: true, TLS: c.opts.TLS, SASLMechanism: c.mechanism,
		},
		Topics: o.Topics,
		// While members of an older version are there, the group agrees on ranges.
		GroupBalancers:    []kafka.GroupBalancer{sticky, kafka.RangeGroupBalancer{}},
		HeartbeatInterval: o.SessionTimeout / heartbeatsPerSession,
		SessionTimeout:    o.SessionTimeout,
		RebalanceTimeout:  o.RebalanceTimeout,
		JoinGroupBackoff:  joinBackoff/2 + rand.N(joinBackoff/2),
		Timeout:           c.opts.Timeout,
		StartOffset:       kafka.FirstOffset,
		Logger:            logLines{c.log, slog.LevelDebug},
		ErrorLogger:       logLines{c.log, slog.LevelDebug}, // Next tells of what matters
	})
	if err != nil {
		return nil, &Error{Op: "join group " + o.ID, Partition: NoPartition, Err: err}
	}
	return &Group{client: c, id: o.ID, group: group, sticky: sticky}, nil
}

// Next waits for this member's next generation. The one before has ended then,
// and all that ran in it has returned. Failed attempts to join are repeated until
// ctx ends or an error says that it is no use. After Close it returns ErrGroupClosed.
func (g *Group) Next(ctx context.Context) (*Generation, error) {
	var began time.Time
	for failed := false; ; failed = true {
		gen, err := g.group.Next(ctx)
		if !failed {
			began = time.Now() // the generation before may have been long
		}
		switch {
		case err == nil:
			next := newGeneration(gen)
			g.sticky.remember(next.ID, next.Assigned)
			return next, nil
		case errors.Is(err, kafka.ErrGroupClosed):
			return nil, &Error{Op: "join group " + g.id, Partition: NoPartition, Err: ErrGroupClosed}
		case ctx.Err() != nil || !rejoin(err):
			return nil, &Error{Op: "join group " + g.id, Partition: NoPartition, Err: err}
		}
		if g.client.worthAWord(err, began) {
			g.client.log.Warn("kafka: joining group again", "group", g.id, "error", err)
		}
	}
}

// rejoin says whether joining again can help; kafka-go does so by itself.
func rejoin(err error) bool {
	switch brokerCode(err) {
	case kafka.RebalanceInProgress, kafka.UnknownMemberId, kafka.IllegalGeneration, kafka.MemberIDRequired:
		return true
	default:
		return temporary(err)
	}
}

// Close ends the current generation, waits for what runs in it, and leaves the group.
func (g *Group) Close() error {
	if err := g.group.Close(); err != nil {
		return &Error{Op: "leave group " + g.id, Partition: NoPartition, Err: err}
	}
	return nil
}

// Generation is one assignment of partitions to this member.
type Generation struct {
	// GroupID, MemberID and ID identify this member in commits.
	GroupID  string
	MemberID string
	ID       int
	// Assigned lists this member's partitions by topic.
	Assigned map[string][]int

	gen *kafka.Generation
}

func newGeneration(gen *kafka.Generation) *Generation {
	assigned := make(map[string][]int, len(gen.Assignments))
	for topic, partitions := range gen.Assignments {
		for _, p := range partitions {
			assigned[topic] = append(assigned[topic], p.ID)
		}
	}
	return &Generation{GroupID: gen.GroupID, MemberID: gen.MemberID, ID: int(gen.ID), Assigned: assigned, gen: gen}
}

// Run calls fn in a goroutine. Its ctx ends with the generation, and fn must
// return soon after: no other generation begins before. When fn returns of its
// own accord the generation ends too, and the member joins again.
func (g *Generation) Run(fn func(ctx context.Context)) {
	g.gen.Start(func(generation context.Context) {
		// kafka-go's context ends with an error of its own; ours with the usual one.
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		defer context.AfterFunc(generation, cancel)()
		fn(ctx)
	})
}

// Offsets makes a commit of this member.
func (g *Generation) Offsets(offsets Positions) *GroupOffsets {
	return &GroupOffsets{Group: g.GroupID, MemberID: g.MemberID, Generation: g.ID, Offsets: offsets}
}

// logLines lets kafka-go's printf-like logging through to slog.
type logLines struct {
	log   *slog.Logger
	level slog.Level
}

// Printf logs one line.
func (l logLines) Printf(format string, args ...any) {
	if ctx := context.Background(); l.log.Enabled(ctx, l.level) {
		l.log.Log(ctx, l.level, "kafka group", "says", fmt.Sprintf(format, args...))
	}
}
