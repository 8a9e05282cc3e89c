package faults

import (
	"net"
	"slices"
	"sync"
	"time"
)

// proxy stands between one process and one server, under an address of its own
// that stays while servers come and go.
type proxy struct {
	listener net.Listener
	target   func() string           // where the server is now; "" while there is none
	talk     func(p *proxy, c *call) // carries one connection until either side ends
	wg       sync.WaitGroup

	mu     sync.Mutex
	calls  map[*call]struct{}
	refuse bool
	hole   chan struct{} // not nil: nothing passes until it is closed
	delay  time.Duration // of everything that passes
	rules  []*rule
	known  map[string]string // Kafka: the process's member ids, by group
	closed bool
}

// call is one connection through the proxy.
type call struct{ client, server net.Conn }

func (c *call) close() {
	_ = c.client.Close()
	_ = c.server.Close()
}

func newProxy(target func() string, talk func(*proxy, *call)) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{listener: l, talk: talk, target: target, calls: map[*call]struct{}{}, known: map[string]string{}}
	p.wg.Go(p.serve)
	return p, nil
}

func (p *proxy) addr() string { return p.listener.Addr().String() }

func (p *proxy) port() int { return p.listener.Addr().(*net.TCPAddr).Port }

func (p *proxy) serve() {
	for {
		in, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.wg.Go(func() { p.connect(in) })
	}
}

func (p *proxy) connect(in net.Conn) {
	defer in.Close()
	p.mu.Lock()
	refuse := p.refuse
	p.mu.Unlock()
	target := p.target()
	if refuse || target == "" {
		return
	}
	out, err := net.DialTimeout("tcp", target, time.Second)
	if err != nil {
		return
	}
	c := &call{in, out}
	defer c.close()
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return
	}
	p.calls[c] = struct{}{}
	p.mu.Unlock()
	p.talk(p, c)
	p.mu.Lock()
	delete(p.calls, c)
	p.mu.Unlock()
}

// pipe runs both directions of a call and ends both when one ends.
func (c *call) pipe(up, down func()) {
	var wg sync.WaitGroup
	for _, run := range []func(){up, down} {
		wg.Go(func() {
			defer c.close()
			run()
		})
	}
	wg.Wait()
}

// pass waits until something may go on.
func (p *proxy) pass() {
	p.mu.Lock()
	hole, delay := p.hole, p.delay
	p.mu.Unlock()
	if delay > 0 {
		time.Sleep(delay) // a slow network is what this is
	}
	if hole != nil {
		<-hole
	}
}

// cut ends all calls.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.calls {
		c.close()
	}
}

// setRefuse refuses further calls, or takes them again.
func (p *proxy) setRefuse(refuse bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = refuse
}

// swallow lets nothing through without closing anything.
func (p *proxy) swallow() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.hole == nil {
		p.hole = make(chan struct{})
	}
}

func (p *proxy) slow(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
}

// heal undoes everything; what was swallowed is gone.
func (p *proxy) heal() {
	p.mu.Lock()
	hole := p.hole
	p.hole, p.refuse, p.delay, p.rules = nil, false, 0, nil
	p.mu.Unlock()
	if hole != nil {
		p.cut()
		close(hole)
	}
}

// close ends the proxy.
func (p *proxy) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	_ = p.listener.Close()
	p.heal()
	p.cut()
	p.wg.Wait()
}

// A rule meets one of the things that pass and does something about it.
type rule struct {
	step  step
	after int // this many that match pass before
	times int // and this many are met
	act   func() action
	met   chan struct{} // closed when it was met for the last time
}

// action is what becomes of what a rule has met.
type action struct {
	stop bool            // the call ends here
	half bool            // half of it goes through before
	code int16           // the answer says so; with stop, without anybody being asked
	hold <-chan struct{} // not nil: it goes through when this is closed
}

// meet returns what the rules say about a step.
func (p *proxy) meet(s step) (action, bool) {
	p.mu.Lock()
	at := slices.IndexFunc(p.rules, func(r *rule) bool { return r.step == s })
	if at < 0 {
		p.mu.Unlock()
		return action{}, false
	}
	r := p.rules[at]
	if r.after--; r.after >= 0 {
		p.mu.Unlock()
		return action{}, false
	}
	last := false
	if r.times--; r.times <= 0 {
		p.rules = slices.Delete(p.rules, at, at+1)
		last = true
	}
	p.mu.Unlock()
	a := r.act()
	if last {
		close(r.met)
	}
	if a.hold != nil {
		<-a.hold
	}
	return a, true
}

// on adds a rule; the channel is closed when it was met.
func (p *proxy) on(s step, after, times int, act func() action) <-chan struct{} {
	r := &rule{step: s, after: after, times: times, act: act, met: make(chan struct{})}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules = append(p.rules, r)
	return r.met
}

// A step is a moment in what a process does that others can see: a request, right
// before the server gets it, or right after it was answered and before the
// process knows.
type step struct {
	what string
	when moment
}

type moment string

const (
	before moment = "before"
	after  moment = "after"
)
