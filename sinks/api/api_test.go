package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mailfate/schemas"
	"mailfate/sinks/report"
)

// A fake store answers as it is told: what a real one answers is tested with that.
type fake struct {
	question   report.Question
	suppressed []Suppression
	asks       int // for suppressions

	mu      sync.Mutex
	checked map[string]Checked
	keys    []Key
	err     error
	asked   []string
	owner   Owner
	words   *schemas.Vocabulary
	news    []News // also the feed
	life    Life
	failAt  int                                // after so many changes an export fails, if not 0
	pause   func(ctx context.Context, row int) // before a row of an export
}

func (f *fake) Check(_ context.Context, owner Owner, v *schemas.Vocabulary, ids []string) ([]Checked, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked, f.owner, f.words = ids, owner, v
	answers := make([]Checked, len(ids))
	for i, id := range ids {
		answers[i] = f.checked[id]
	}
	return answers, f.err
}

func (f *fake) Keys(context.Context) ([]Key, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.keys), f.err
}

func (f *fake) set(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
}

// A clock stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// logged is what was written to a log.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

type rig struct {
	*fake
	*clock
	base   string
	log    *logged
	server *Server
}

// start serves; change may set the server up otherwise before it does.
func start(t *testing.T, f *fake, change ...func(*Server)) *rig {
	t.Helper()
	r := &rig{fake: f, clock: &clock{at: time.Unix(1e9, 0)}, log: new(logged)}
	s := New(Options{Store: f, Now: r.now, Logger: slog.New(slog.NewTextHandler(r.log, nil))})
	r.server = s
	for _, c := range change {
		c(s)
	}
	if err := s.hub.start(t.Context()); err != nil && f.err == nil {
		t.Fatal(err)
	}
	s.hub.begun = true // the tests poll themselves
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.base = "http://" + l.Addr().String()
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		if err := errors.Join(s.Shutdown(context.WithoutCancel(t.Context())), <-served); err != nil {
			t.Error(err)
		}
	})
	return r
}

// key makes a key that the store knows.
func (f *fake) key(account string, scopes Scopes, rate uint32) string {
	secret, k := NewKey()
	k.Account, k.Scopes, k.Rate = account, scopes, rate
	f.set(func() { f.keys = append(f.keys, k) })
	return secret
}

func (r *rig) get(t *testing.T, path string, change ...func(*http.Request)) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return do(t, req, change...)
}

func do(t *testing.T, req *http.Request, change ...func(*http.Request)) (int, string) {
	t.Helper()
	for _, c := range change {
		c(req)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(b) || res.Header.Get("Content-Type") != "application/json; charset=utf-8" || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s: %v %s", req.URL, res.Header, b)
	}
	return res.StatusCode, strings.TrimSpace(string(b))
}

func own(status string) Checked { return Checked{Own, status} }

// TestCheckEmail holds the answer against the text's example and its words.
func TestCheckEmail(t *testing.T) {
	f := &fake{checked: map[string]Checked{
		"8219732882": own("not_sent"), "8269722886": own("ok_delivered"), "8219722800": own("err_unsubscribed"),
		"573405639": {Found: Foreign}, "9": {Found: Several}, "10": own("none"), "<b>": own("ok_read"),
	}}
	key := f.key("shop", ScopeCheck, 0)
	r := start(t, f)
	many := strings.Repeat("1,", 500)
	for _, c := range []struct{ query, answer string }{
		{
			"format=json&email_id=8219732882,8269722886,8219722800,23,573405639",
			`{"result":{"statuses":[{"id":"8219732882","status":"not_sent"},{"id":"8269722886","status":"ok_delivered"},{"id":"8219722800","status":"err_unsubscribed"}]},` +
				`"failed_email_id":[{"23":"email_id does not exist"},{"573405639":"passed email_id doesn't match passed api_key"}]}`,
		},
		{"format=json&email_id=8269722886", `{"result":{"statuses":[{"id":"8269722886","status":"ok_delivered"}],"status":"ok_delivered"}}`},
		{"email_id=+8269722886+,,8269722886,", `{"result":{"statuses":[{"id":"8269722886","status":"ok_delivered"},{"id":"8269722886","status":"ok_delivered"}]}}`},
		{"email_id=23", `{"result":{"statuses":[]},"failed_email_id":[{"23":"email_id does not exist"}]}`},
		{"email_id=9,10", `{"result":{"statuses":[]},"failed_email_id":[{"9":"email_id does not exist"},{"10":"email_id does not exist"}]}`},
		{"email_id=%3Cb%3E", `{"result":{"statuses":[{"id":"\u003cb\u003e","status":"ok_read"}],"status":"ok_read"}}`},
		{"email_id=%2C+", `{"error":"email_id is missing","code":"invalid_arg"}`},
		{"format=json", `{"error":"email_id is missing","code":"invalid_arg"}`},
		{"format=xml&email_id=1", `{"error":"format is json and no other","code":"invalid_arg"}`},
		{"vocabulary=klingon&email_id=1", `{"error":"vocabulary is not known","code":"invalid_arg"}`},
		{"email_id=" + many + "2", `{"error":"email_id has 501 ids; 500 is the most","code":"invalid_arg"}`},
		{"email_id=1&email_id=2", `{"error":"email_id is repeated, and has one value","code":"invalid_arg"}`},
		{"email_id=1&format=json&format=json", `{"error":"format is repeated, and has one value","code":"invalid_arg"}`},
		{"email_id=1&vocabulary=unisender&vocabulary=tipimail", `{"error":"vocabulary is repeated, and has one value","code":"invalid_arg"}`},
		{"email_id=1&api_key=other", `{"error":"api_key is repeated, and has one value","code":"invalid_arg"}`},
		{"email_id=%zz", `{"error":"the request's parameters cannot be read","code":"invalid_arg"}`},
	} {
		want := http.StatusOK
		if strings.HasPrefix(c.answer, `{"error"`) {
			want = http.StatusBadRequest
		}
		for _, path := range []string{"/en/api/checkEmail", "/api/checkEmail", "/ru/api/checkEmail"} {
			if status, got := r.get(t, path+"?api_key="+key+"&"+c.query); got != c.answer || status != want {
				t.Errorf("%s?%.60s: %d\n got %s\nwant %s", path, c.query, status, got, c.answer)
			}
		}
	}
	if status, _ := r.get(t, "/api/checkEmail?api_key="+key+"&email_id="+many); status != http.StatusOK || len(f.asked) != 500 {
		t.Errorf("500 ids: %d, %d asked for", status, len(f.asked))
	}
	if f.owner != (Owner{Account: "shop"}) || f.words != schemas.Unisender {
		t.Errorf("asked for %+v in %s", f.owner, f.words.Name)
	}
	r.get(t, "/api/checkEmail?email_id=1&vocabulary=tipimail", func(req *http.Request) { req.Header.Set("Authorization", "bearer "+key) })
	if f.words != schemas.Tipimail {
		t.Errorf("asked for in the words of %s", f.words.Name)
	}
}

func TestPost(t *testing.T) {
	f := &fake{checked: map[string]Checked{"1": own("ok_read")}}
	key := f.key("shop", ScopeCheck, 0)
	r := start(t, f)
	multipart := "--b\r\nContent-Disposition: form-data; name=\"email_id\"\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; name=\"api_key\"\r\n\r\n" + key + "\r\n--b--\r\n"
	for _, c := range []struct {
		kind, body string
		want       int
	}{
		{"application/x-www-form-urlencoded", url.Values{"api_key": {key}, "email_id": {"1"}}.Encode(), 200},
		{"multipart/form-data; boundary=b", multipart, 200},
		{"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"email_id\"\r\n\r\n1", 400},
		{"application/json", `{"email_id": "1"}`, 401},
		{"application/x-www-form-urlencoded", "email_id=" + strings.Repeat("1", maxBody), 413},
		{"multipart/form-data; boundary=b", strings.Replace(multipart, "\r\n1\r\n", "\r\n"+strings.Repeat("1", maxBody)+"\r\n", 1), 413},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.base+"/en/api/checkEmail", strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", c.kind)
		if status, got := do(t, req); status != c.want {
			t.Errorf("%s: %d %s", c.kind, status, got)
		}
	}
}

func TestAccess(t *testing.T) {
	f := &fake{}
	read := f.key("shop", ScopeRead, 0)
	slow := f.key("shop", ScopeCheck, 1)
	old := f.key("shop", ScopeCheck, 0)
	r := start(t, f)
	expect := func(path string, status int, code string) {
		t.Helper()
		got, body := r.get(t, path)
		if got != status || !strings.Contains(body, `"code":"`+code+`"`) && code != "" {
			t.Errorf("%s: %d %s, want %d %s", path, got, body, status, code)
		}
	}
	const method = "/en/api/checkEmail?email_id=1&api_key="
	expect("/en/api/checkEmail?email_id=1", 401, "invalid_api_key")
	expect(method+"wrong", 401, "invalid_api_key")
	expect(method+read, 403, "access_denied")
	expect("/en/api/nothing", 404, "invalid_method")
	expect("/en/api/checkemail", 404, "invalid_method") // names are spelled as they are

	expect(method+slow, 200, "")
	expect(method+slow, 200, "")
	expect(method+slow, 429, "api_call_limit_exceeded_for_api_key")
	r.move(time.Second)
	expect(method+slow, 200, "")
	expect(method+old, 200, "")
	f.set(func() { f.keys[2].Revoked = true })
	r.move(renewEvery)
	expect(method+old, 401, "invalid_api_key")
	f.set(func() { f.err = errors.New("away") })
	r.move(renewEvery)
	expect(method+slow, 503, "retry_later")
	r.move(maxAge)
	expect(method+"wrong", 503, "retry_later")
	f.set(func() { f.err = nil })
	guessed := 0
	for range 2 * guesses {
		if status, _ := r.get(t, method+"wrong"); status == 429 {
			guessed++
		}
	}
	if guessed == 0 {
		t.Error("who guesses is let guess")
	}
	if strings.Contains(r.log.String(), slow) || !strings.Contains(r.log.String(), f.keys[1].ID) {
		t.Errorf("logged:\n%s", r.log)
	}
}

// TestChangedRate gives a key more calls than it had.
func TestChangedRate(t *testing.T) {
	f := &fake{}
	key := f.key("shop", ScopeCheck, 1)
	r := start(t, f)
	for _, perSecond := range []uint32{1, 10} {
		f.set(func() { f.keys[0].Rate = perSecond })
		r.move(renewEvery)
		for i := range burst*perSecond + 1 {
			want := http.StatusOK
			if i == burst*perSecond {
				want = http.StatusTooManyRequests
			}
			if status, body := r.get(t, "/api/checkEmail?email_id=1&api_key="+key); status != want {
				t.Errorf("call %d of %d in a second: %d %s", i+1, perSecond, status, body)
			}
		}
	}
}

// TestNoKeys asks as a page elsewhere would have a browser ask.
func TestNoKeys(t *testing.T) {
	f := &fake{}
	r := start(t, f)
	for host, want := range map[string]int{"": 200, "localhost": 200, "LOCALHOST:1": 200, "127.0.0.1:9": 200, "[::1]:9": 200, "evil.example": 403, "127.0.0.1.evil.example": 403, "10.0.0.1": 403} {
		status, body := r.get(t, "/en/api/checkEmail?email_id=1", func(req *http.Request) { req.Host = host })
		if status != want {
			t.Errorf("%s: %d %s", host, status, body)
		}
	}
	if f.owner != (Owner{Any: true}) {
		t.Errorf("asked for %+v", f.owner)
	}
	for name, value := range map[string]string{
		"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Port": "443", "X-Forwarded-Server": "www", "Forwarded": "for=192.0.2.1", "Via": "1.1 proxy", "X-Real-IP": "192.0.2.1",
		"CF-Connecting-IP": "192.0.2.1", "CF-Ray": "1", "True-Client-IP": "192.0.2.1", "X-Client-IP": "192.0.2.1", "X-Cluster-Client-IP": "", "Sec-Fetch-Site": "cross-site", "Origin": "http://elsewhere.example",
	} {
		status, body := r.get(t, "/en/api/checkEmail?email_id=1", func(req *http.Request) { req.Header.Set(name, value) })
		if status != 403 {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if status, body := r.get(t, "/en/api/checkEmail?email_id=1", func(req *http.Request) { req.Header.Set("X-Client", "curl") }); status != 200 {
		t.Errorf("a header of the client's own: %d %s", status, body)
	}
	old := r.dial(t) // nginx asks so, if it is not told otherwise
	if _, err := io.WriteString(old, "GET /api/checkEmail?email_id=1 HTTP/1.0\r\nHost: 127.0.0.1:8026\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if answer, err := io.ReadAll(old); err != nil || !strings.HasPrefix(string(answer), "HTTP/1.0 403") || !strings.Contains(string(answer), "ask in HTTP/1.1") {
		t.Errorf("in HTTP/1.0: %s, %v", answer, err)
	}
	revoked := f.key("shop", ScopeCheck, 0)
	f.set(func() { f.keys[0].Revoked = true })
	r.move(renewEvery)
	for _, key := range []string{"", revoked} {
		if status, _ := r.get(t, "/en/api/checkEmail?email_id=1&api_key="+key); status != 401 {
			t.Errorf("with revoked keys alone: %d", status)
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	f := &fake{}
	key := f.key("shop", ScopeCheck, 1e6)
	r := start(t, f)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 50 {
				if status, body := r.get(t, fmt.Sprintf("/api/checkEmail?email_id=%d&api_key=%s", i, key)); status != 200 {
					t.Errorf("%d %s", status, body)
				}
				r.move(time.Second)
			}
		})
	}
	all.Wait()
}
