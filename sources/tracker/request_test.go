package tracker

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/tracker/spool"
	"mailfate/sources/tracking"
)

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
