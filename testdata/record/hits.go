package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// what is the kind of a touch.
type what string

const (
	opened       what = "opened"
	clicked      what = "clicked"
	unsubscribed what = "unsubscribed"
	complained   what = "complained"
)

// touch is one sign that somebody, or something, dealt with a letter after it arrived.
type touch struct {
	what  what
	class agentClass
	at    time.Time
}

// request is one HTTP request as it goes over the wire.
type request struct {
	from, method, target, agent, referer, proto, body string
}

// site is one of the two tracking servers, which differ in the form of their log.
type site struct {
	addr, addr6, name, log, format string

	mu          sync.Mutex
	hits, noise int
}

func newSites() []*site {
	return []*site{
		{addr: trackAddr + ":80", addr6: "[2001:db8:80::1]:80", name: "track.mailfate.example", log: "access.log", format: "combined"},
		{addr: "198.51.100.81:80", addr6: "[2001:db8:80::2]:80", name: "click.mailfate.example", log: "access.json", format: "json"},
	}
}

// ask sends a request and tells the status.
func (s *site) ask(r request) (int, error) {
	addr := s.addr
	if strings.Contains(r.from, ":") {
		addr = s.addr6
	}
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(r.from)}, Timeout: 10 * time.Second}
	conn, err := d.Dial("tcp", addr)
	if err != nil {
		return 0, fmt.Errorf("connect to nginx: %w", err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, r.wire(s.name)); err != nil {
		return 0, fmt.Errorf("ask nginx: %w", err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: r.method})
	if err != nil {
		return 0, fmt.Errorf("read answer of nginx to %s %s: %w", r.method, r.target, err)
	}
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode, res.Body.Close()
}

func (r request) wire(host string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s\r\nHost: %s\r\nConnection: close\r\n", r.method, r.target, or(r.proto, "HTTP/1.1"), host)
	for _, h := range [][2]string{{"User-Agent", r.agent}, {"Referer", r.referer}} {
		if h[1] != "" {
			fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
		}
	}
	if r.method == "POST" || r.method == "PUT" {
		fmt.Fprintf(&b, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n", len(r.body))
	}
	return b.String() + "\r\n" + r.body
}

// hit sends a request that an addressee's link leads to, and notes it when it counts.
func (s *site) hit(c *cast, a *addressee, w what, g agent, rnd *rand.Rand) error {
	r := linkRequest(a.letter.id, a.written, w, g, rnd)
	status, err := s.ask(r)
	if err != nil {
		return err
	}
	if status >= 400 {
		return fmt.Errorf("request %s: status %d", r.target, status)
	}
	s.count(true)
	c.mu.Lock()
	defer c.mu.Unlock()
	a.touches = append(a.touches, touch{w, g.class, time.Now()})
	return nil
}

func (s *site) count(isHit bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if isHit {
		s.hits++
	} else {
		s.noise++
	}
}

// linkRequest is a request for one of a letter's links.
func linkRequest(id, recipient string, w what, g agent, rnd *rand.Rand) request {
	esc := pick(rnd, []func(string) string{url.PathEscape, escapeAll, escapeAll})
	r := request{from: pick(rnd, g.from), method: "GET", agent: g.name, proto: g.proto}
	key := esc(id) + "/" + esc(recipient)
	switch w {
	case opened:
		r.target, r.method = "/o/"+key+".gif", or(g.method, "GET")
	case clicked:
		r.target = "/c/" + key + "?u=" + url.QueryEscape(pick(rnd, targets))
		r.referer = pick(rnd, []string{"", "https://mail.gmail.example/", "https://outlook.live.example/mail/"})
	default:
		r.target = "/u/" + key
		if rnd.IntN(2) == 0 {
			r.method, r.body = "POST", "List-Unsubscribe=One-Click"
		}
	}
	return r
}

var targets = []string{
	"https://www.shop.example/", "https://www.shop.example/orders/4711?from=mail&utm_source=letter", "https://news.mailfate.example/2026/11/autumn#top",
	"https://www.shop.example/suche?q=grün+tee", "mailto:help@shop.example",
}

// escapeAll escapes every byte but letters and digits, as some mail programs do, in either case.
func escapeAll(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-':
			b.WriteByte(c)
		default:
			h := strconv.FormatUint(uint64(c)+0x100, 16)[1:]
			if len(s)%2 == 0 {
				h = strings.ToUpper(h)
			}
			b.WriteString("%" + h)
		}
	}
	return b.String()
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
