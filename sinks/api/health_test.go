package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

func (f *fake) Health(_ context.Context, owner Owner, every bool) (Health, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.owner = owner
	n := uint64(3)
	h := Health{
		Messages: 7, Span: Span{From: Instant(time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC).UnixMilli())}, Unmatched: 2,
		Streams: []StreamNews{{Stream: "postfix:secret"}}, Unread: []Unread{{Example: "secret <script>"}}, Contested: &n,
	}
	_ = every // a store that forgets it must not matter
	return h, f.err
}

func TestHealth(t *testing.T) {
	f := &fake{}
	r := start(t, f)
	lag, dead, stale := int64(5), uint64(9), uint64(1)
	r.server.process = func(context.Context) Process {
		return Process{Lag: Lag{Sink: &lag}, DeadLetters: &dead, Rollup: Rollup{ComparedAt: 1000, StaleHours: &stale}}
	}
	status, body := r.get(t, base+"/health")
	const all = `{"messages":7,"span":{"from":"2026-11-02T10:00:00.000Z","to":""},"kept_from":"","taken_in_at":"","unmatched":2,` +
		`"streams":[{"stream":"postfix:secret","newest_at":"","taken_in_at":""}],` +
		`"unread":[{"stream":"","shape":"","lines":0,"share":0,"first_at":"","last_at":"","example":"secret \u003cscript\u003e"}],"contested":3,` +
		`"dead_letters":9,"rollup":{"counted_at":"","compared_at":"1970-01-01T00:00:01.000Z","stale_hours":1,"failures":null},"lag":{"processor":null,"sink":5}}`
	if status != http.StatusOK || body != all {
		t.Errorf("%d %s", status, body)
	}
	key, admin := f.key("shop", ScopeRead, 0), f.key("shop", ScopeRead|ScopeAdmin, 0)
	r.move(renewEvery)
	status, body = r.get(t, base+"/health?api_key="+key)
	if status != http.StatusOK || strings.Contains(body, "secret") || f.owner != (Owner{Account: "shop"}) {
		t.Errorf("of one account: %d %s", status, body)
	}
	var of map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &of); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"dead_letters": "null", "contested": "null", "streams": "[]", "unread": "[]", "messages": "7"} {
		if string(of[name]) != want {
			t.Errorf("of one account: %s is %s", name, of[name])
		}
	}
	if status, body = r.get(t, base+"/health?account=other&api_key="+key); status != http.StatusForbidden {
		t.Errorf("another's: %d %s", status, body)
	}
	if status, body = r.get(t, base+"/health?account=other&api_key="+admin); status != http.StatusOK || f.owner != (Owner{Account: "other"}) || !strings.Contains(body, `"dead_letters":9`) {
		t.Errorf("another's for who may: %d %s", status, body)
	}
}
