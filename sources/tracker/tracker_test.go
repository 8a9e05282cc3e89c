package tracker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/tail"
	"mailfate/sources/tracker/spool"
	"mailfate/sources/tracking"
	"mailfate/sources/tracking/token"
)

const (
	messageID = "4f1c9a7be0d24c1b@news.shop.example"
	recipient = "user@example.org"
	link      = "https://www.shop.example/autumn?utm_source=mail&id=4711"
)

func testKeys(tb testing.TB) *token.Keys {
	tb.Helper()
	k, err := loadKeys()
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

func loadKeys() (*token.Keys, error) {
	return token.NewKeys(token.Key{ID: 1, Secret: strings.Repeat("k", token.MinSecret)})
}

func sign(tb testing.TB, kind schemas.Kind) string {
	tb.Helper()
	t := token.Token{Kind: kind, MessageID: messageID, Recipient: recipient}
	if kind == schemas.Clicked {
		t.Link = link
	}
	text, err := testKeys(tb).Sign(t)
	if err != nil {
		tb.Fatal(err)
	}
	return tracking.TokenPath + text
}

// A rig is a tracker that serves on loopback, and its spool.
type rig struct {
	*Tracker
	dir    string
	addr   string
	client *http.Client
}

func start(t *testing.T, o Options, so spool.Options) *rig {
	t.Helper()
	so.Dir = t.TempDir()
	sp, err := spool.Open(so)
	if err != nil {
		t.Fatal(err)
	}
	o.Keys, o.Spool = testKeys(t), sp
	r := &rig{Tracker: New(o), dir: so.Dir, client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.addr = l.Addr().String()
	served := make(chan error, 1)
	go func() { served <- r.Serve(l) }()
	t.Cleanup(func() {
		r.client.CloseIdleConnections()
		if err := errors.Join(r.Shutdown(context.WithoutCancel(t.Context())), <-served, sp.Close()); err != nil {
			t.Error(err)
		}
	})
	return r
}

// An answer is a response without its body.
type answer struct {
	StatusCode int
	Header     http.Header
}

func (r *rig) do(t *testing.T, method, path, body string, header http.Header) (answer, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+r.addr+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		req.Header[k] = v
	}
	res, err := r.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Cookies()) > 0 || res.Header.Get("Cache-Control") != "no-store" || res.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%s %s: headers %v", method, path, res.Header)
	}
	return answer{res.StatusCode, res.Header}, string(text)
}

// events returns what package tracking reads in the spool.
func (r *rig) events(t *testing.T) (events []schemas.Event) {
	t.Helper()
	return readEvents(t, r.dir)
}

func readEvents(t *testing.T, dir string) (events []schemas.Event) {
	t.Helper()
	p := tracking.New(tracking.Options{Keys: testKeys(t)})
	tr := tail.Open(tail.Segments(dir, spool.Ending), tail.Options{})
	defer tr.Close()
	ids := map[schemas.EventID]bool{}
	for tr.Next(func(l sources.Line) {
		text := string(l.Data)
		if res := p.Line(l, func(e *schemas.Event) { events, ids[e.ID] = append(events, *e), true }); res.Outcome != sources.Events {
			t.Errorf("%+v: %s", res, text)
		}
	}) != tail.Idle {
	}
	if len(ids) != len(events) {
		t.Errorf("%d events have %d ids", len(events), len(ids))
	}
	return events
}

func form(v string) (string, http.Header) {
	return url.Values{"List-Unsubscribe": {v}}.Encode(), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
}

const multipartBody = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n"

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

// TestRaw sends what no client does.
func TestRaw(t *testing.T) {
	r := start(t, Options{}, spool.Options{})
	click := sign(t, schemas.Clicked)
	for _, request := range []string{
		"GET " + click + "\r\nSet-Cookie: x HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET " + click + " HTTP/1.1\r\nHost: a\r\nUser-Agent: x\r\n y\r\nX\x00: y\r\n\r\n",
		"GET " + click + " HTTP/1.1\r\nHost: a\nLocation: https://evil.example/\r\n\r\n",
		"GET http://evil.example" + click + " HTTP/1.1\r\nHost: evil.example\r\n\r\n",
		"POST " + sign(t, schemas.Unsubscribed) + " HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=\"" + strings.Repeat("b", 5000) + "\"\r\nContent-Length: 3\r\n\r\nabc",
		"GET /" + strings.Repeat("x", 2*maxHeader) + " HTTP/1.1\r\n\r\n",
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		strings.Repeat("\n", 100),
	} {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", r.addr)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, request) // it may have been refused before its end
		_ = conn.(*net.TCPConn).CloseWrite()
		answer, _ := io.ReadAll(conn)
		_ = conn.Close()
		if strings.Contains(string(answer), "evil") || strings.Contains(string(answer), "Set-Cookie") {
			t.Errorf("%q is answered with %q", request, answer)
		}
	}
}

func TestPage(t *testing.T) {
	r := start(t, Options{}, spool.Options{})
	unsubscribe := sign(t, schemas.Unsubscribed)
	for accept, lang := range map[string]string{
		"": "en", "de-AT,de;q=0.9,en;q=0.5": "de", "fr-CA": "fr", "es-419": "es", "pt-BR,pt;q=0.8": "pt", "it": "it", "ru-RU": "ru", "pl": "pl",
		"nl-BE": "nl", "uk": "uk", "ja": "en", "*": "en", "\"><script>": "en", strings.Repeat("a-", 500): "en", "zh;q=0.9, ru;q=0.1": "ru",
	} {
		res, body := r.do(t, "GET", unsubscribe, "", http.Header{"Accept-Language": {accept}})
		if res.Header.Get("Content-Language") != lang || !strings.Contains(body, `<html lang="`+lang+`">`) {
			t.Errorf("%q is answered in %s", accept, res.Header.Get("Content-Language"))
		}
		if strings.Contains(body, "<script") || strings.Contains(body, "http:") || strings.Contains(body, "https:") || !strings.Contains(body, recipient) {
			t.Errorf("%s", body)
		}
		if policy := res.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") {
			t.Error(policy)
		}
	}
	text, err := testKeys(t).Sign(token.Token{Kind: schemas.Unsubscribed, MessageID: "m", Recipient: `"<script>alert(1)</script>"@b.example`})
	if err != nil {
		t.Fatal(err)
	}
	if _, body := r.do(t, "GET", tracking.TokenPath+text, "", nil); strings.Contains(body, "<script") {
		t.Error(body)
	}
	for _, text := range allTexts {
		if text.Lang == "" || text.Title == "" || text.Question == "" || text.Button == "" || text.Done == "" {
			t.Errorf("%+v", text)
		}
	}
}

func TestRead(t *testing.T) {
	r := start(t, Options{MaxHeld: 1, HoldFor: 20 * time.Millisecond}, spool.Options{})
	pixel := sign(t, schemas.Opened) + ".gif"
	for _, header := range []http.Header{nil, {"Purpose": {"prefetch"}}} {
		if _, body := r.do(t, "GET", pixel, "", header); body != string(gif) {
			t.Errorf("%q", body)
		}
	}
	kinds := map[schemas.Kind]int{}
	for _, e := range r.events(t) {
		kinds[e.Kind]++
	}
	if kinds[schemas.Opened] != 2 || kinds[schemas.Read] != 1 {
		t.Errorf("%v", kinds)
	}
}

// TestLooksAway leaves while a pixel is held, and ends a tracker that holds one.
func TestLooksAway(t *testing.T) {
	t.Run("leave", func(t *testing.T) {
		r := start(t, Options{MaxHeld: 1, HoldFor: time.Hour}, spool.Options{})
		_, conn := r.holdOne(t)
		_ = conn.Close()
		if err := r.server.Shutdown(t.Context()); err != nil { // which waits until nothing is held
			t.Error(err)
		}
		if events := r.events(t); len(events) != 1 || events[0].Kind != schemas.Opened {
			t.Errorf("%+v", events)
		}
	})
	t.Run("end", func(t *testing.T) {
		r := start(t, Options{MaxHeld: 1, HoldFor: time.Hour}, spool.Options{})
		in, conn := r.holdOne(t)
		defer conn.Close()
		go func() { _ = r.Shutdown(context.WithoutCancel(t.Context())) }()
		last, err := in.ReadByte()
		if err != nil || last != gif[len(gif)-1] {
			t.Errorf("%q, %v", last, err)
		}
		if events := r.events(t); len(events) != 1 || events[0].Kind != schemas.Opened {
			t.Errorf("%+v", events)
		}
	})
}

// holdOne asks for a pixel and reads all of it but the last byte.
func (r *rig) holdOne(t *testing.T) (*bufio.Reader, net.Conn) {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "GET %s.gif HTTP/1.1\r\nHost: a\r\n\r\n", sign(t, schemas.Opened))
	in := bufio.NewReader(conn)
	for line := ""; line != "\r\n"; {
		var err error
		if line, err = in.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.ReadFull(in, make([]byte, len(gif)-1)); err != nil {
		t.Fatal(err)
	}
	return in, conn
}

// TestManyHeld asks for 10,000 pixels where 100 may be held.
func TestManyHeld(t *testing.T) {
	const places, all = 100, 10_000
	r := start(t, Options{MaxHeld: places, HoldFor: time.Hour}, spool.Options{})
	for range places {
		_, conn := r.holdOne(t)
		defer conn.Close()
	}
	pixel := sign(t, schemas.Opened) + ".gif"
	for range all - places {
		if _, body := r.do(t, "GET", pixel, "", nil); body != string(gif) {
			t.Fatalf("%q", body)
		}
	}
	if s := r.Stats(); s.Held != places || s.Requests["opened"] != all {
		t.Errorf("%+v", s)
	}
	if n := len(r.events(t)); n != all {
		t.Errorf("%d events", n)
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

func TestClient(t *testing.T) {
	tr := New(Options{Proxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/32")}})
	for _, tc := range []struct {
		peer      string
		forwarded []string
		want      string
	}{
		{"198.51.100.1:5", []string{"203.0.113.9"}, "198.51.100.1"},
		{"192.0.2.1:5", nil, "192.0.2.1"},
		{"192.0.2.1:5", []string{"203.0.113.9"}, "203.0.113.9"},
		{"192.0.2.1:5", []string{"1.1.1.1, 203.0.113.9"}, "203.0.113.9"},
		{"192.0.2.1:5", []string{"1.1.1.1", "203.0.113.9, 192.0.2.7"}, "203.0.113.9"},
		{"192.0.2.1:5", []string{"junk, 192.0.2.7"}, "192.0.2.7"},
		{"192.0.2.1:5", []string{`"><script>`}, "192.0.2.1"},
		{"[2001:db8::1]:5", []string{"2001:4860::1"}, "2001:4860::1"},
		{"[::ffff:192.0.2.1]:5", []string{"::ffff:203.0.113.9"}, "203.0.113.9"},
		{"192.0.2.1:5", []string{strings.Repeat("192.0.2.2,", 10_000)}, "192.0.2.1"},
		{"@", nil, "0.0.0.0"},
	} {
		r := &http.Request{RemoteAddr: tc.peer, Header: http.Header{"X-Forwarded-For": tc.forwarded}}
		if got := tr.client(r).String(); got != tc.want {
			t.Errorf("%+v: %s", tc, got)
		}
	}
}

// FuzzRequest answers any request, and leads nowhere that was not signed; what it
// notes is one line that says what was asked.
func FuzzRequest(f *testing.F) {
	sp, err := spool.Open(spool.Options{Dir: f.TempDir()})
	if err != nil {
		f.Fatal(err)
	}
	defer sp.Close()
	tr := New(Options{Keys: testKeys(f), Spool: sp, Proxies: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}})
	for _, kind := range []schemas.Kind{schemas.Opened, schemas.Clicked, schemas.Unsubscribed} {
		f.Add("GET "+sign(f, kind)+" HTTP/1.1\r\nHost: a.example\r\nUser-Agent: b\xff\"\r\nX-Forwarded-For: 1.1.1.1\r\nPurpose: prefetch\r\n\r\n", "b", "c")
	}
	body, _ := form("One-Click")
	f.Add("POST "+sign(f, schemas.Unsubscribed)+" HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 26\r\n\r\n"+body, "", "")
	click := sign(f, schemas.Clicked)
	f.Fuzz(func(t *testing.T, raw, agent, host string) {
		if req, err := http.ReadRequest(bufio.NewReader(strings.NewReader(raw))); err == nil {
			req.RemoteAddr = "192.0.2.1:1"
			w := httptest.NewRecorder()
			tr.ServeHTTP(w, req)
			if l := w.Header().Get("Location"); l != "" && (l != link || !strings.HasPrefix(req.URL.Path, click)) {
				t.Errorf("%q leads to %q", raw, l)
			}
		}
		h := hit{
			request: &http.Request{Method: "GET", Host: host, Header: http.Header{"User-Agent": {agent}, "Sec-Purpose": {host}}, RemoteAddr: agent},
			target:  strings.TrimPrefix(click, tracking.TokenPath), began: time.Unix(1790000000, 0), status: 307,
		}
		line := tr.appendLine(nil, &h)
		p := tracking.New(tracking.Options{Keys: testKeys(t)})
		var got schemas.Event
		if res := p.Line(sources.Line{Data: line}, func(e *schemas.Event) { got = *e }); res.Outcome != sources.Events || strings.ContainsAny(string(line), "\r\n") {
			t.Errorf("%+v: %q", res, line)
		}
		if want := strings.ToValidUTF8(agent, ""); len(agent) < 100 && !strings.Contains(agent, "\ufffd") && strings.ReplaceAll(got.UserAgent, "\ufffd", "") != want && agent != "-" {
			t.Errorf("user agent %q is read as %q", agent, got.UserAgent)
		}
	})
}
