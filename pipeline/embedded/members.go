package embedded

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	// beatEvery is how often the sessions of members that wait are renewed.
	beatEvery = minSession / 4
	// beatTime bounds one request.
	beatTime = 5 * time.Second
)

// members looks after consumer groups' members while they wait for an answer
// to JoinGroup or SyncGroup, where the broker is less careful than Apache Kafka:
//
//   - Who waits sends no heartbeats, and the broker ends the session all the
//     same, without an answer. Here the session is renewed.
//   - Who dies while waiting may stay for ever, with the partitions that nobody
//     else gets then. Here it leaves its group as soon as it is answered, not
//     earlier: the broker would miscount whom it has to wait for.
type members struct {
	mu      sync.Mutex
	waits   map[*conn]*wait
	leaving []wait // nobody reads their answers

	cancel  context.CancelFunc
	running sync.WaitGroup
}

// wait is for one answer to one member.
type wait struct {
	group, member string // member is empty when it has none yet
	answer        kmsg.Response
	hungUp        bool          // nobody reads the answer
	over          chan struct{} // closed when it came, or never will
}

func newMembers() *members {
	return &members{waits: make(map[*conn]*wait), cancel: func() {}}
}

// start renews and removes the cluster's members until stop, through client.
func (m *members) start(cluster *kfake.Cluster, client *kgo.Client) {
	var ctx context.Context
	ctx, m.cancel = context.WithCancel(context.Background())
	m.running.Go(func() {
		tick := time.NewTicker(beatEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				m.removeDead(ctx, client)
				m.renew(ctx, cluster, client)
			}
		}
	})
}

func (m *members) stop() {
	m.cancel()
	m.running.Wait()
}

// asks notes that a member's request is about to be handed to the broker.
func (m *members) asks(c *conn, request []byte) {
	w := &wait{over: make(chan struct{})}
	switch req := parseRequest(request).(type) {
	case *kmsg.JoinGroupRequest:
		w.group, w.member, w.answer = req.Group, req.MemberID, req.ResponseKind()
	case *kmsg.SyncGroupRequest:
		w.group, w.member, w.answer = req.Group, req.MemberID, req.ResponseKind()
	default:
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for other, o := range m.waits {
		if o.group == w.group && o.member == w.member && w.member != "" {
			m.end(other, o) // the broker answers a member's last request only
		}
	}
	m.waits[c] = w
}

// end has a wait be over; the caller holds the lock.
func (m *members) end(c *conn, w *wait) {
	delete(m.waits, c)
	close(w.over)
}

// hungUp returns when no group's answer is due on a connection without client.
func (m *members) hungUp(c *conn) {
	m.mu.Lock()
	w := m.waits[c]
	if w != nil {
		w.hungUp = true
	}
	m.mu.Unlock()
	if w != nil {
		<-w.over
	}
}

// closed notes that the broker has given a connection up.
func (m *members) closed(c *conn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if w := m.waits[c]; w != nil {
		m.leaving = append(m.leaving, *w)
		m.end(c, w)
	}
}

// answered notes that the broker has answered, without the answer's head.
func (m *members) answered(c *conn, answer []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.waits[c]
	if w == nil {
		return
	}
	if w.hungUp {
		dead := *w
		if join, ok := w.answer.(*kmsg.JoinGroupResponse); ok {
			dead.member = memberOf(join, answer)
		}
		m.leaving = append(m.leaving, dead)
	}
	m.end(c, w)
}

// renew has the broker hear of all who wait.
func (m *members) renew(ctx context.Context, cluster *kfake.Cluster, client *kgo.Client) {
	m.mu.Lock()
	waits := maps.Clone(m.waits)
	m.mu.Unlock()
	for c, w := range waits {
		if w.member == "" {
			continue // a first session begins with the answer
		}
		group := cluster.GroupInfo(w.group)
		if group == nil || !slices.ContainsFunc(group.Members, func(g kfake.GroupMember) bool { return g.MemberID == w.member }) {
			m.forget(c, w)
			continue
		}
		req := kmsg.NewPtrHeartbeatRequest()
		req.Group, req.MemberID, req.Generation = w.group, w.member, group.Epoch
		request(ctx, client, req)
	}
}

// forget ends a wait that the broker knows nothing of, if its client is gone:
// that is seen only after the broker has taken the request on.
func (m *members) forget(c *conn, w *wait) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if w.hungUp && m.waits[c] == w {
		m.end(c, w)
	}
}

func (m *members) removeDead(ctx context.Context, client *kgo.Client) {
	m.mu.Lock()
	leaving := m.leaving
	m.leaving = nil
	m.mu.Unlock()
	for _, w := range leaving {
		req := kmsg.NewPtrLeaveGroupRequest()
		req.Group = w.group
		member := kmsg.NewLeaveGroupRequestMember()
		member.MemberID = w.member
		req.Members = append(req.Members, member)
		request(ctx, client, req)
	}
}

// request needs no answer: a member that is not known any more is gone, and a
// broker that does not answer is being stopped.
func request(ctx context.Context, client *kgo.Client, req kmsg.Request) {
	ctx, cancel := context.WithTimeout(ctx, beatTime)
	defer cancel()
	_, _ = client.Request(ctx, req)
}
