package api

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
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

// Who begins to listen hears at once that the server does too.
func TestLiveBegins(t *testing.T) {
	f := feedOf(0, "shop")
	r := start(t, f)
	s := r.listen(t, "api_key="+f.key("shop", ScopeRead, 1e6), "")
	if line, err := s.ReadString('\n'); err != nil || line != ": listening\n" {
		t.Errorf("%q, %v", line, err)
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
	back.Withdrawn, back.Insert, back.Sender, back.Kind, back.Befores, back.Statuses = true, 8, "", "", nil, nil
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
	for _, gone := range []mark{{0, 1, 1}, {LifeOf(1, 0), 5, 4}} {
		old := r.listen(t, "api_key="+key, gone.String())
		if _, kind, _ := old.event(t); kind != "reset" {
			t.Errorf("what is long gone is answered with %s", kind)
		}
	}
	unknown := r.listen(t, "api_key="+key, mark{0, 6, 99}.String()) // of another server's
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
	for range maxSeatsOf - 1000 {
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
	if err := h.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	at, _ := h.join(nil)
	var many []News
	for i := range keptNews + 10 {
		many = append(many, newsOf("shop", i))
	}
	h.add(many)
	if _, _, kept := h.read(at); kept || len(h.news) != keptNews {
		t.Errorf("%d are kept", len(h.news))
	}
	if _, missed := h.join(new(many[5].mark())); !missed {
		t.Error("what is forgotten is not missed")
	}
	at, missed := h.join(new(many[50].mark()))
	if news, _, kept := h.read(at); missed || !kept || len(news) != keptNews-41 {
		t.Errorf("%d are read, %v, %v", len(news), missed, kept)
	}
}

// TestComeAgain has listeners come again with an event of an insert that is kept, that
// is forgotten, or of which a part is.
func TestComeAgain(t *testing.T) {
	h := newHub(&fake{}, nil)
	if err := h.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	const forgotten = 20
	many := make([]News, keptNews+forgotten)
	for i := range many {
		many[i] = newsOf("shop", i)
		switch {
		case i < forgotten/2:
			many[i].Insert = 1
		case i < 2*forgotten:
			many[i].Insert = 2 // the first half of which is forgotten soon
		default:
			many[i].Insert = 3
		}
	}
	expect := func(last mark, missed bool, next int) {
		t.Helper()
		at, said := h.join(&last)
		news, _, kept := h.read(at)
		if said != missed || !kept || len(news) == 0 || news[0].Key != many[next].Key {
			t.Errorf("behind %s: missed %v, want %v; kept %v, %d are read, and not from %s on", last, said, missed, kept, len(news), many[next].mark())
		}
	}
	others := func(insert uint64) mark { return mark{insert: insert, key: 1 << 63} } // of another server's
	h.add(many[:2*forgotten])
	expect(others(1), false, 0)
	if _, missed := h.join(new(others(0))); !missed {
		t.Error("what was there before the beginning is not missed")
	}
	h.add(many[2*forgotten:])
	for _, i := range []int{0, forgotten/2 - 1} {
		if _, missed := h.join(new(many[i].mark())); !missed {
			t.Errorf("what came behind %s is not missed", many[i].mark())
		}
	}
	for _, i := range []int{forgotten / 2, forgotten - 1} {
		expect(many[i].mark(), true, forgotten)
	}
	expect(others(2), true, forgotten)
	for _, i := range []int{forgotten, 2*forgotten - 1, 2 * forgotten} {
		expect(many[i].mark(), false, i+1)
	}
	expect(others(3), false, 2*forgotten)
}

// TestHubTakesEachOnce asks again and again, also in the middle of an insert, and is
// told what a slow sink inserts long after it happened.
func TestHubTakesEachOnce(t *testing.T) {
	f := &fake{}
	h := newHub(f, nil)
	if err := h.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range pollRows + 10 { // two inserts, the first greater than an answer
		n := newsOf("shop", i)
		n.Insert = 1 + uint64(i/(pollRows+5))
		f.news = append(f.news, n)
	}
	for range 4 {
		if err := h.ask(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	late := newsOf("shop", 0)
	late.Key, late.Insert, late.Time = 77_777, 3, late.Time.Add(-24*time.Hour)
	f.set(func() { f.news = append([]News{late}, f.news...) })
	if err := h.ask(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(h.news) != pollRows+11 || h.news[pollRows+10].Key != 77_777 {
		t.Errorf("%d are kept", len(h.news))
	}
	seen := map[mark]bool{}
	for i := range h.news {
		seen[h.news[i].mark()] = true
	}
	if len(seen) != len(h.news) {
		t.Errorf("of %d changes %d differ", len(h.news), len(seen))
	}
}

// TestDatabaseBeginsAnew cuts listeners off, and says reset when they come again.
func TestDatabaseBeginsAnew(t *testing.T) {
	r := start(t, feedOf(1, "shop"))
	s := r.listen(t, "", "")
	r.take(newsOf("shop", 1))
	id, _, _ := s.event(t)
	r.set(func() { r.life, r.news = LifeOf(0, 60), nil }) // a restore, or a partition dropped and a restart
	r.take(newsOf("shop", 0))
	if rest, err := io.ReadAll(s); err == nil || bytes.Contains(rest, []byte("event:")) {
		t.Errorf("the stream goes on with %q, %v", rest, err)
	}
	again := r.listen(t, "", id)
	if _, kind, _ := again.event(t); kind != "reset" {
		t.Errorf("who comes again is told %s", kind)
	}
	r.take(newsOf("shop", 2))
	if _, kind, data := again.event(t); kind != "change" || !strings.Contains(data, "m2@x") {
		t.Errorf("then %s %s", kind, data)
	}
}

func TestLife(t *testing.T) {
	a := LifeOf(7, 1_800_000_000)
	if !a.Is(LifeOf(7, 1_800_000_001)) || a.Is(LifeOf(8, 1_800_000_000)) || a.Is(LifeOf(7, 1_800_000_060)) {
		t.Error("lives are taken for one another")
	}
	m := mark{a, 12, 1 << 63}
	if again, err := parseMark(m.String()); again != m || err != nil {
		t.Errorf("%s is read as %s, %v", m, again, err)
	}
	for _, id := range []string{"", "1", "1-2-3", m.String() + " ", strings.ToUpper(m.String()), "'; DROP TABLE x; --", strings.Repeat("9", 5000)} {
		if _, err := parseMark(id); err == nil && id != m.String() {
			t.Errorf("%.40q is an id", id)
		}
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
