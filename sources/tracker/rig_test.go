package tracker

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

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
	return signFor(tb, kind, recipient)
}

func signFor(tb testing.TB, kind schemas.Kind, recipient string) string {
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
