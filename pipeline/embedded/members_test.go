package embedded

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	testGroup   = "group"
	testSession = 3 * minSession
	unknownKind = "\x00\x00\x00\x0a\x7f\x7f\x00\x00\x00\x00\x00\x00\xff\xff"
)

// peer is a group member of which a test decides every step.
type peer struct {
	t          *testing.T
	conn       net.Conn
	id         string
	generation int32
}

func newPeer(t *testing.T, b *Broker) *peer {
	t.Helper()
	c, err := net.Dial("tcp", b.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return &peer{t: t, conn: c}
}

func (p *peer) send(req kmsg.Request) {
	p.t.Helper()
	b := binary.BigEndian.AppendUint16(make([]byte, 4), uint16(req.Key()))
	b = binary.BigEndian.AppendUint16(b, uint16(req.GetVersion()))
	b = binary.BigEndian.AppendUint32(b, 1)
	b = binary.BigEndian.AppendUint16(b, 0xffff) // no client id
	b = req.AppendTo(b)
	binary.BigEndian.PutUint32(b, uint32(len(b)-4))
	if _, err := p.conn.Write(b); err != nil {
		p.t.Fatal(err)
	}
}

func (p *peer) receive(resp kmsg.Response) {
	p.t.Helper()
	if err := p.conn.SetReadDeadline(time.Now().Add(4 * testSession)); err != nil {
		p.t.Fatal(err)
	}
	var head [answerHead]byte
	if _, err := io.ReadFull(p.conn, head[:]); err != nil {
		p.t.Fatalf("no %T: %v", resp, err)
	}
	body := make([]byte, binary.BigEndian.Uint32(head[:])-4)
	if _, err := io.ReadFull(p.conn, body); err != nil {
		p.t.Fatal(err)
	}
	if err := resp.ReadFrom(body); err != nil {
		p.t.Fatal(err)
	}
}

// askJoin asks as kafka-go does: version 1 lets a newcomer in at once.
func (p *peer) askJoin() {
	p.t.Helper()
	req := kmsg.NewPtrJoinGroupRequest()
	req.Version, req.Group, req.MemberID, req.ProtocolType = 1, testGroup, p.id, "consumer"
	req.SessionTimeoutMillis, req.RebalanceTimeoutMillis = int32(testSession.Milliseconds()), 60_000
	req.Protocols = []kmsg.JoinGroupRequestProtocol{{Name: "sticky"}}
	p.send(req)
}

func (p *peer) joined() {
	p.t.Helper()
	resp := kmsg.NewPtrJoinGroupResponse()
	resp.Version = 1
	p.receive(resp)
	if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
		p.t.Fatal(err)
	}
	p.id, p.generation = resp.MemberID, resp.Generation
}

func (p *peer) askSync() {
	p.t.Helper()
	req := kmsg.NewPtrSyncGroupRequest()
	req.Version, req.Group, req.MemberID, req.Generation = 1, testGroup, p.id, p.generation
	p.send(req)
}

func (p *peer) synced() error {
	p.t.Helper()
	resp := kmsg.NewPtrSyncGroupResponse()
	resp.Version = 1
	p.receive(resp)
	return kerr.ErrorForCode(resp.ErrorCode)
}

func (p *peer) beat() error {
	p.t.Helper()
	req := kmsg.NewPtrHeartbeatRequest()
	req.Group, req.MemberID, req.Generation = testGroup, p.id, p.generation
	p.send(req)
	resp := kmsg.NewPtrHeartbeatResponse()
	p.receive(resp)
	return kerr.ErrorForCode(resp.ErrorCode)
}

// live does what a client does until nothing has happened for a while.
func (p *peer) live(until func() bool) {
	p.t.Helper()
	tick := time.NewTicker(testSession / 10)
	defer tick.Stop()
	for !until() {
		err := p.beat()
		for errors.Is(err, kerr.RebalanceInProgress) {
			p.askJoin()
			p.joined()
			p.askSync()
			err = p.synced()
		}
		if err != nil {
			p.t.Fatal(err)
		}
		<-tick.C
	}
}

func newTestGroup(t *testing.T, b *Broker) *peer {
	t.Helper()
	p := newPeer(t, b)
	p.askJoin()
	p.joined()
	p.askSync()
	if err := p.synced(); err != nil {
		t.Fatal(err)
	}
	return p
}

// arrive has a second member come. Both know their generation then, and only
// the second has asked for its share.
func arrive(t *testing.T, b *Broker, first *peer) *peer {
	t.Helper()
	second := newPeer(t, b)
	second.askJoin()
	awaitMembers(t, b, 2)
	first.askJoin()
	first.joined()
	second.joined()
	second.askSync()
	return second
}

// awaitMembers waits until the broker knows of so many.
func awaitMembers(t *testing.T, b *Broker, want int) {
	t.Helper()
	if _, err := b.cluster.WaitGroupInfo(t.Context(), testGroup, func(g *kfake.GroupInfo) bool { return g != nil && len(g.Members) == want }); err != nil {
		t.Fatal(err)
	}
}

// wantAlone fails unless the group is at rest with one member in time.
func wantAlone(t *testing.T, b *Broker, p *peer) {
	t.Helper()
	began := time.Now()
	p.live(func() bool {
		if time.Since(began) > testSession+2*time.Second {
			t.Fatal("the dead member is in the group still")
		}
		g := b.cluster.GroupInfo(testGroup)
		return len(g.Members) == 1 && g.State == "Stable"
	})
	t.Logf("after %v", time.Since(began))
}

func TestMemberThatDiesWhileJoiningLeaves(t *testing.T) {
	b := testBroker(t, t.TempDir())
	alive := newTestGroup(t, b)
	for range 8 { // the broker forgets about every second one
		dead := newPeer(t, b)
		dead.askJoin()
		awaitMembers(t, b, 2)
		_ = dead.conn.Close()
		wantAlone(t, b, alive)
	}
}

func TestMemberThatDiesWhileSyncingLeaves(t *testing.T) {
	b := testBroker(t, t.TempDir())
	leader := newTestGroup(t, b)
	_ = arrive(t, b, leader).conn.Close()
	leader.askSync()
	if err := leader.synced(); err != nil {
		t.Fatal(err)
	}
	wantAlone(t, b, leader)
}

func TestMemberThatIsRefusedWhileJoiningLeaves(t *testing.T) {
	b := testBroker(t, t.TempDir())
	alive := newTestGroup(t, b)
	dead := newPeer(t, b)
	dead.askJoin()
	awaitMembers(t, b, 2)
	if _, err := dead.conn.Write([]byte(unknownKind)); err != nil {
		t.Fatal(err)
	}
	wantAlone(t, b, alive)
}

// TestWaitingMemberStays: one member keeps the others waiting for longer than
// their sessions.
func TestWaitingMemberStays(t *testing.T) {
	b := testBroker(t, t.TempDir())
	slow := newTestGroup(t, b)
	patient := arrive(t, b, slow)
	outlive := func() {
		tick := time.NewTicker(testSession / 10)
		defer tick.Stop()
		for range 13 {
			<-tick.C
			_ = slow.beat() // it is told to join, and does not
		}
	}
	outlive()
	slow.askSync()
	if err := errors.Join(slow.synced(), patient.synced()); err != nil {
		t.Fatal(err)
	}
	newPeer(t, b).askJoin()
	awaitMembers(t, b, 3)
	patient.askJoin()
	outlive()
	if g := b.cluster.GroupInfo(testGroup); len(g.Members) != 3 {
		t.Errorf("%d members, want 3: who waits is alive", len(g.Members))
	}
	slow.askJoin()
	patient.joined()
}

func TestRequestsThatNobodyKnowsAreRefused(t *testing.T) {
	b := testBroker(t, t.TempDir())
	for name, sent := range map[string]string{
		"unknown kind": unknownKind,
		"HTTP":         "GET / HTTP/1.1\r\n\r\n",
		"empty":        "\x00\x00\x00\x00\x00\x00",
	} {
		p := newPeer(t, b)
		if _, err := p.conn.Write([]byte(sent)); err != nil {
			t.Fatal(err)
		}
		if n, err := p.conn.Read(make([]byte, 1)); n != 0 || err == nil {
			t.Errorf("%s: got an answer", name)
		}
	}
	createTopic(t, b, "t", 1) // it is there still
}
