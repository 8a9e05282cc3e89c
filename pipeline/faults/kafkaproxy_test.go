package faults

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// maxFrame bounds a frame; brokers take no larger request.
const maxFrame = 100 << 20

// request is a request that waits for its answer.
type request struct {
	key, version int16
	body         []byte
	code         int16 // that its answer is to say
}

func (r *request) name() string { return kmsg.NameForKey(r.key) }

// talkKafka carries frames of Kafka's protocol. It changes the broker's address
// in answers into the proxy's, so that what a client learns leads through it too.
func talkKafka(p *proxy, c *call) {
	var mu sync.Mutex
	waiting := map[int32]*request{}
	c.pipe(func() {
		for {
			frame, err := readFrame(c.client)
			if err != nil || len(frame) < 12 {
				return
			}
			p.pass()
			id, req := parseRequest(frame)
			frame = hasten(frame, req)
			a, met := p.meet(step{req.name(), before})
			switch {
			case met && a.stop && a.code != 0:
				if err := answerWith(c.client, id, req, a.code); err != nil {
					return
				}
				continue
			case met && a.stop:
				if a.half {
					_, _ = c.server.Write(frame[:len(frame)/2])
				}
				return
			case met:
				req.code = a.code
			}
			mu.Lock()
			waiting[id] = req
			mu.Unlock()
			if _, err := c.server.Write(frame); err != nil {
				return
			}
		}
	}, func() {
		for {
			frame, err := readFrame(c.server)
			if err != nil || len(frame) < 8 {
				return
			}
			p.pass()
			id := int32(binary.BigEndian.Uint32(frame[4:]))
			mu.Lock()
			req := waiting[id]
			delete(waiting, id)
			mu.Unlock()
			if req == nil {
				return
			}
			if a, met := p.meet(step{req.name(), after}); met {
				req.code = a.code
				if a.stop {
					if a.half {
						_, _ = c.client.Write(frame[:len(frame)/2])
					}
					return
				}
			}
			if req.code != 0 {
				frame = withCode(frame, req)
			}
			if req.name() == "JoinGroup" {
				p.joined(frame, req)
			}
			p.readdress(frame)
			if _, err := c.client.Write(frame); err != nil {
				return
			}
		}
	})
}

// session is for how long a group waits for a member that says nothing, and
// transaction for how long a broker waits for the end of one. What the program
// asks for would make most of a run a wait for the dead.
const (
	session     = 3 * time.Second
	transaction = 4 * time.Second
)

// hasten changes the timeouts that a process asks for.
func hasten(frame []byte, r *request) []byte {
	req := kmsg.RequestForKey(r.key)
	switch req.(type) {
	case *kmsg.JoinGroupRequest, *kmsg.InitProducerIDRequest:
	default:
		return frame
	}
	req.SetVersion(r.version)
	if err := req.ReadFrom(r.body); err != nil {
		return frame
	}
	switch req := req.(type) {
	case *kmsg.JoinGroupRequest:
		req.SessionTimeoutMillis = int32(session.Milliseconds())
	case *kmsg.InitProducerIDRequest:
		req.TransactionTimeoutMillis = int32(transaction.Milliseconds())
	}
	head := frame[:len(frame)-len(r.body)]
	frame = req.AppendTo(slices.Clip(head))
	binary.BigEndian.PutUint32(frame, uint32(len(frame)-4))
	return frame
}

// joined remembers as whom a process is known to a group.
func (p *proxy) joined(frame []byte, r *request) {
	ask, answer := kmsg.NewPtrJoinGroupRequest(), kmsg.NewPtrJoinGroupResponse()
	ask.SetVersion(r.version)
	answer.SetVersion(r.version)
	body := frame[8:]
	if answer.IsFlexible() && len(body) > 0 {
		body = body[1:]
	}
	if ask.ReadFrom(r.body) != nil || answer.ReadFrom(body) != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known[ask.Group] = answer.MemberID
}

// forget returns as whom a process is known to groups, for the last time.
func (p *proxy) forget() map[string]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	known := p.known
	p.known = map[string]string{}
	return known
}

// readFrame reads a frame with its size.
func readFrame(r io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > maxFrame {
		return nil, fmt.Errorf("frame of %d bytes", n)
	}
	frame := make([]byte, 4+n)
	copy(frame, head[:])
	_, err := io.ReadFull(r, frame[4:])
	return frame, err
}

// parseRequest reads a request's header.
func parseRequest(frame []byte) (id int32, req *request) {
	req = &request{key: int16(binary.BigEndian.Uint16(frame[4:])), version: int16(binary.BigEndian.Uint16(frame[6:]))}
	id = int32(binary.BigEndian.Uint32(frame[8:]))
	body := frame[12:]
	if len(body) >= 2 {
		client := int16(binary.BigEndian.Uint16(body))
		body = body[min(len(body), 2+int(max(client, 0))):]
	}
	if k := kmsg.RequestForKey(req.key); k != nil {
		if k.SetVersion(req.version); k.IsFlexible() && len(body) > 0 {
			body = body[1:] // no tags
		}
	}
	req.body = body
	return id, req
}

// readdress replaces the broker's address by the proxy's: host and port stand
// side by side in every answer that names brokers.
func (p *proxy) readdress(frame []byte) {
	host, portText, err := net.SplitHostPort(p.target())
	if err != nil {
		return
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return
	}
	is := binary.BigEndian.AppendUint32([]byte(host), uint32(port))
	for rest := frame; ; {
		at := bytes.Index(rest, is)
		if at < 0 {
			return
		}
		binary.BigEndian.PutUint32(rest[at+len(host):], uint32(p.port()))
		rest = rest[at+len(is):]
	}
}
