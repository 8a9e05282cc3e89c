package api

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// stream is what a listener hears.
type stream struct {
	*bufio.Reader
	leave  context.CancelFunc
	status int
}

func (r *rig) listen(t *testing.T, query, last string) *stream {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.base+base+"/feed/live?"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); res.Body.Close() })
	return &stream{bufio.NewReader(res.Body), cancel, res.StatusCode}
}

// event reads the next event, which is no heartbeat.
func (s *stream) event(t *testing.T) (id, kind, data string) {
	t.Helper()
	for {
		line, err := s.ReadString('\n')
		if err != nil {
			t.Fatalf("the stream ends: %v", err)
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "id":
			id = value
		case "event":
			kind = value
		case "data":
			data = value
		case "":
			if kind != "" {
				return id, kind, data
			}
		}
	}
}

// poll has the server look for news.
func (r *rig) poll() { r.server.hub.poll() }

func (r *rig) take(n News) { r.set(func() { r.news = append(r.news, n) }); r.poll() }

func TestLive(t *testing.T) {
	f := feedOf(3, "shop")
	key, foreign := f.key("shop", ScopeRead, 1e6), f.key("other", ScopeRead, 1e6)
	r := start(t, f)
	r.poll() // what is there is no news
	all := r.listen(t, "vocabulary=unisender&api_key="+key, "")
	one := r.listen(t, "recipient=user5@x.example&api_key="+key, "")
	none := r.listen(t, "api_key="+foreign, "")
	for i := 3; i < 6; i++ {
		r.take(newsOf("shop", i))
	}
	r.take(newsOf("other", 6))
	var ids []string
	for i := 3; i < 6; i++ {
		id, kind, data := all.event(t)
		if kind != "change" || !strings.Contains(data, fmt.Sprintf(`"message_id":"m%d@x"`, i)) || !strings.Contains(data, `"status":"ok_delivered"`) {
			t.Errorf("%s %s %s", id, kind, data)
		}
		ids = append(ids, id)
	}
	if _, _, data := one.event(t); !strings.Contains(data, "m5@x") {
		t.Errorf("%s", data)
	}
	if _, _, data := none.event(t); !strings.Contains(data, "m6@x") {
		t.Errorf("another account hears %s", data)
	}
	back := newsOf("shop", 4)
	back.Withdrawn, back.Revision, back.Sender, back.Kind, back.Befores, back.Statuses = true, back.Revision+5_000, "", "", nil, nil
	r.take(back)
	if _, kind, data := all.event(t); kind != "withdrawn" || data != `{"change":"0000000000000004"}` {
		t.Errorf("%s %s", kind, data)
	}
	again := r.listen(t, "api_key="+key, ids[0])
	for i := 4; i < 6; i++ {
		if id, _, _ := again.event(t); id != ids[i-3] {
			t.Errorf("resumed at %s, want %s", id, ids[i-3])
		}
	}
	old := r.listen(t, "api_key="+key, "5-0000000000000001")
	if _, kind, _ := old.event(t); kind != "reset" {
		t.Errorf("what is long gone is answered with %s", kind)
	}
	unknown := r.listen(t, "api_key="+key, mark{newsOf("", 5).Revision, 99}.String()) // of another server's
	if _, kind, _ := unknown.event(t); kind != "change" {
		t.Errorf("another server's event is answered with %s", kind)
	}
	all.leave()
}

// TestLiveIsAskedOnce has many listen and do nothing.
func TestLiveIsAskedOnce(t *testing.T) {
	f := feedOf(1, "shop")
	key := f.key("shop", ScopeRead, 1e6)
	r := start(t, f)
	r.poll()
	var all []*stream
	for range 1000 {
		all = append(all, r.listen(t, "api_key="+key, ""))
	}
	r.take(newsOf("shop", 1))
	for _, s := range all {
		if _, _, data := s.event(t); !strings.Contains(data, "m1@x") {
			t.Fatalf("%s", data)
		}
	}
	for range maxOfKey - 1000 {
		r.listen(t, "api_key="+key, "")
	}
	if s := r.listen(t, "api_key="+key, ""); s.status != http.StatusServiceUnavailable {
		t.Errorf("one too many: %d", s.status)
	}
}

// TestLivePolls leaves the asking to the server.
func TestLivePolls(t *testing.T) {
	r := start(t, feedOf(1, "shop"))
	r.server.hub.begun, r.server.hub.every = false, time.Millisecond
	s := r.listen(t, "", "")
	r.set(func() { r.news = append(r.news, newsOf("shop", 1)) })
	if _, _, data := s.event(t); !strings.Contains(data, "m1@x") {
		t.Errorf("%s", data)
	}
}

// TestSlowListener has fallen behind what is kept.
func TestSlowListener(t *testing.T) {
	h := newHub(&fake{}, nil)
	h.begun = true
	at, _, err := h.join("k", nil)
	if err != nil {
		t.Fatal(err)
	}
	h.add(nil)
	var many []News
	for i := range keptNews + 10 {
		many = append(many, newsOf("shop", i))
	}
	h.add(many)
	if _, _, kept := h.read(at); kept || len(h.news) != keptNews {
		t.Errorf("%d are kept", len(h.news))
	}
	if _, missed, _ := h.join("k", &mark{many[5].Revision, many[5].Key}); !missed {
		t.Error("what is forgotten is not missed")
	}
	at, missed, _ := h.join("k", &mark{many[50].Revision, many[50].Key})
	if news, _, kept := h.read(at); missed || !kept || len(news) != keptNews-41 {
		t.Errorf("%d are read, %v, %v", len(news), missed, kept)
	}
}

// TestHubTakesEachOnce is told the same rows again, and late ones.
func TestHubTakesEachOnce(t *testing.T) {
	f := feedOf(10, "shop")
	h := newHub(f, nil)
	h.begun = true
	for range 3 {
		if err := h.ask(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	late := newsOf("shop", 3)
	late.Key = 77
	f.set(func() { f.news = append(f.news[:4:4], append([]News{late}, f.news[4:]...)...) })
	if err := h.ask(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(h.news) != 11 || h.news[10].Key != 77 {
		t.Errorf("%d are kept", len(h.news))
	}
}

func TestLiveHeartbeat(t *testing.T) {
	f := feedOf(1, "shop")
	key := f.key("shop", ScopeRead, 1e6)
	r := start(t, f)
	r.server.heartbeat = time.Millisecond
	s := r.listen(t, "api_key="+key, "")
	for beats := 0; beats < 3; {
		line, err := s.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if line == ":\n" {
			beats++
		}
	}
	f.set(func() { f.keys[0].Revoked = true })
	r.move(renewEvery)
	for {
		if _, err := s.ReadString('\n'); err != nil {
			break // a key that was revoked ends it
		}
	}
}

// TestFirstKeyEndsListeningWithoutOne makes a key while somebody listens who has none.
func TestFirstKeyEndsListeningWithoutOne(t *testing.T) {
	f := feedOf(1, "shop")
	r := start(t, f)
	r.server.heartbeat = time.Millisecond
	s := r.listen(t, "", "")
	f.key("shop", ScopeRead, 0)
	r.move(renewEvery)
	for {
		if _, err := s.ReadString('\n'); err != nil {
			break // it ends
		}
	}
}
