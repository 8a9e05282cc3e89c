package tracker

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mailfate/schemas"
	"mailfate/sources/tracker/spool"
)

func TestHits(t *testing.T) {
	r := start(t, Options{}, spool.Options{})
	pixel, click, unsubscribe := sign(t, schemas.Opened), sign(t, schemas.Clicked), sign(t, schemas.Unsubscribed)
	oneClick, urlencoded := form("One-Click")
	wrong, _ := form("no")
	multipart := http.Header{"Content-Type": {"multipart/form-data; boundary=b"}}
	agent := http.Header{"User-Agent": {"A \"quoted\" <script>\\ agent\xff"}}
	for _, tc := range []struct {
		method, path, body string
		header             http.Header
		status             int
		kind               schemas.Kind // KindNone: no hit
		command            string
	}{
		{"GET", pixel + ".gif", "", agent, 200, schemas.Opened, "GET"},
		{"GET", pixel, "", nil, 200, schemas.Opened, "GET"},
		{"GET", pixel + ".gif?x=y", "", nil, 200, schemas.Opened, "GET"},
		{"HEAD", pixel + ".gif", "", nil, 200, schemas.Opened, "HEAD"},
		{"GET", pixel + ".gif", "", http.Header{"Sec-Purpose": {"prefetch;prerender"}}, 200, schemas.Opened, "GET prefetch"},
		{"GET", click, "", nil, 307, schemas.Clicked, "GET"},
		{"GET", click + "?u=https://evil.example/", "", http.Header{"X-Moz": {"prefetch"}}, 307, schemas.Clicked, "GET prefetch"},
		{"HEAD", click, "", nil, 307, schemas.Clicked, "HEAD"},
		{"POST", unsubscribe, oneClick, urlencoded, 200, schemas.Unsubscribed, "POST"},
		{"POST", unsubscribe, multipartBody, multipart, 200, schemas.Unsubscribed, "POST"},
		{"POST", unsubscribe, wrong, urlencoded, 400, 0, ""},
		{"POST", unsubscribe, "", nil, 400, 0, ""},
		{"POST", unsubscribe + "?List-Unsubscribe=One-Click", "", urlencoded, 400, 0, ""},
		{"POST", unsubscribe, oneClick + "&x=" + strings.Repeat("y", maxBody), urlencoded, 400, 0, ""},
		{"GET", unsubscribe, "", nil, 200, 0, ""},
		{"HEAD", unsubscribe, "", nil, 200, 0, ""},
		{"POST", pixel, "", nil, 405, 0, ""},
		{"POST", click, "", nil, 405, 0, ""},
		{"DELETE", unsubscribe, "", nil, 405, 0, ""},
		{"OPTIONS", click, "", nil, 405, 0, ""},
		{"GET", "/", "", nil, 404, 0, ""},
		{"GET", "/robots.txt", "", nil, 200, 0, ""},
		{"GET", "/t/", "", nil, 404, 0, ""},
		{"GET", "/t/../" + click, "", nil, 404, 0, ""},
		{"GET", "/o/m/a@b.example.gif", "", nil, 404, 0, ""},
	} {
		before := len(r.events(t))
		res, body := r.do(t, tc.method, tc.path, tc.body, tc.header)
		if res.StatusCode != tc.status {
			t.Errorf("%s %s: %d, want %d", tc.method, tc.path, res.StatusCode, tc.status)
		}
		if location := res.Header.Get("Location"); location != "" && location != link || (location == "") != (tc.status != 307) {
			t.Errorf("%s %s: leads to %q", tc.method, tc.path, location)
		}
		if tc.kind == schemas.Opened && tc.method == "GET" && body != string(gif) {
			t.Errorf("%s: %q", tc.path, body)
		}
		events := r.events(t)[before:]
		if tc.kind == 0 {
			if len(events) > 0 {
				t.Errorf("%s %s is a hit: %+v", tc.method, tc.path, events)
			}
			continue
		}
		if len(events) != 1 {
			t.Errorf("%s %s: %d events", tc.method, tc.path, len(events))
			continue
		}
		e := events[0]
		if e.Kind != tc.kind || e.Command != tc.command || e.MessageID != messageID || e.Recipient != recipient || e.IP != "127.0.0.1" {
			t.Errorf("%s %s: %+v", tc.method, tc.path, e)
		}
		if tc.header.Get("User-Agent") != "" && e.UserAgent != "A \"quoted\" <script>\\ agent\ufffd" {
			t.Errorf("user agent %q", e.UserAgent)
		}
	}
}

// TestReplayed asks for the same thing twice: two hits, of the same message.
func TestReplayed(t *testing.T) {
	now := time.Now()
	r := start(t, Options{Now: func() time.Time { return now }}, spool.Options{})
	for range 3 {
		r.do(t, "GET", sign(t, schemas.Clicked), "", nil)
	}
	events := r.events(t)
	if len(events) != 3 {
		t.Fatalf("%d events", len(events))
	}
	for _, e := range events {
		if e.Identity != (schemas.Identity{MessageID: messageID, Recipient: recipient}) || e.URL != link {
			t.Errorf("%+v", e)
		}
	}
}

// TestForged changes each character of a click's path, and cuts it anywhere.
func TestForged(t *testing.T) {
	r := start(t, Options{}, spool.Options{})
	click := sign(t, schemas.Clicked)
	paths := []string{click + "A", click + "%0d%0aSet-Cookie:x", click + "%00", "/t/" + url.PathEscape(link), "//evil.example/" + click}
	for i := len("/t/"); i < len(click); i++ {
		other := byte('A')
		if click[i] == other {
			other = 'B'
		}
		paths = append(paths, click[:i], click[:i]+string(other)+click[i+1:])
	}
	for _, path := range paths {
		res, _ := r.do(t, "GET", path, "", http.Header{"X-Forwarded-Host": {"evil.example"}, "Referer": {"https://evil.example/"}})
		if res.StatusCode != http.StatusNotFound || res.Header.Get("Location") != "" {
			t.Errorf("%s: %d, leads to %q", path, res.StatusCode, res.Header.Get("Location"))
		}
	}
	if events := r.events(t); len(events) > 0 {
		t.Errorf("%d hits", len(events))
	}
	n := r.Stats().Requests
	if n["forged"]+n["malformed"]+n["unknown_key"]+n["not_tracked"] != uint64(len(paths)) || n["forged"] == 0 || n["malformed"] == 0 || n["unknown_key"] == 0 {
		t.Errorf("%v of %d", n, len(paths))
	}
}

// TestSlow connects and says little: such connections end, others are served.
func TestSlow(t *testing.T) {
	const conns = 50
	sp, err := spool.Open(spool.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer sp.Close()
	tr := New(Options{Keys: testKeys(t), Spool: sp, MaxConns: conns})
	tr.server.ReadHeaderTimeout = 50 * time.Millisecond
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- tr.Serve(l) }()
	ended := make(chan struct{}, conns)
	for range conns {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nX-a: ")
		go func() {
			_, _ = io.Copy(io.Discard, conn)
			ended <- struct{}{}
		}()
	}
	r := &rig{addr: l.Addr().String(), client: &http.Client{}} // waits until there is room
	if res, _ := r.do(t, "GET", "/robots.txt", "", nil); res.StatusCode != 200 {
		t.Error(res.StatusCode)
	}
	for range conns {
		<-ended
	}
	r.client.CloseIdleConnections()
	if err := errors.Join(tr.Shutdown(t.Context()), <-served); err != nil {
		t.Error(err)
	}
}

func TestSpoolFull(t *testing.T) {
	r := start(t, Options{}, spool.Options{MaxBytes: 1})
	body, header := form("One-Click")
	for path, want := range map[string]int{sign(t, schemas.Opened): 200, sign(t, schemas.Clicked): 307} {
		if res, _ := r.do(t, "GET", path, "", nil); res.StatusCode != want {
			t.Errorf("%d, want %d", res.StatusCode, want)
		}
	}
	if res, _ := r.do(t, "POST", sign(t, schemas.Unsubscribed), body, header); res.StatusCode != 503 || res.Header.Get("Retry-After") == "" {
		t.Errorf("told to be unsubscribed, which nobody knows: %d", res.StatusCode)
	}
	if lost := r.opts.Spool.Stats().Lost; lost != 3 {
		t.Errorf("%d lost", lost)
	}
}
