package api

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestDownloadWaitsForTheDatabase has it pause for longer than a reader may take, in
// the middle of what was sent, and before the last of it.
func TestDownloadWaitsForTheDatabase(t *testing.T) {
	for _, rows := range []int{3, 5000} {
		f := feedOf(rows, "shop")
		r := start(t, f)
		r.server.patience = 20 * time.Millisecond
		f.pause = func(_ context.Context, row int) {
			if row == rows-1 || row == 1 || row == 4000 {
				<-time.After(3 * r.server.patience) // a deadline is by the real clock
			}
		}
		got := download(t, r, "format=ndjson")
		if got.err != nil || bytes.Count(got.body, []byte("\n")) != rows || got.trailer.Get("X-Rows") != fmt.Sprint(rows) {
			t.Errorf("of %d rows there are %d bytes, %v: %v", rows, len(got.body), got.trailer, got.err)
		}
	}
}

// TestDownloadIsLeft has the reader go away while the last of it, which fits into a
// buffer, is read from the database.
func TestDownloadIsLeft(t *testing.T) {
	f := feedOf(3, "shop")
	r := start(t, f)
	begun := make(chan struct{})
	f.pause = func(ctx context.Context, row int) {
		if row == 2 {
			close(begun)
			<-ctx.Done()
		}
	}
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(r.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, "GET "+base+"/feed/download HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-begun
	if err := c.(*net.TCPConn).SetLinger(0); err != nil { // gone, and not only silent
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if err := r.server.Shutdown(t.Context()); err != nil { // waits for the line in the log
		t.Fatal(err)
	}
	if log := r.log.String(); !strings.Contains(log, "status=599") || strings.Contains(log, "status=200") {
		t.Errorf("logged:\n%s", log)
	}
}

// TestHeadReadsNothing asks only for headers.
func TestHeadReadsNothing(t *testing.T) {
	f := feedOf(3, "shop")
	r := start(t, f)
	f.pause = func(context.Context, int) { t.Error("a row was read") }
	for _, path := range []string{"/feed/download?format=parquet", "/feed/live"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodHead, r.base+base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") == "" || r.server.seats.all.all != 0 {
			t.Errorf("%s: %d %v", path, res.StatusCode, res.Header)
		}
	}
}

// TestSeats has one key take what it may and leave the rest to others.
func TestSeats(t *testing.T) {
	f := feedOf(3, "shop")
	greedy, other := f.key("shop", ScopeRead|ScopeDownload, 1e6), f.key("other", ScopeRead|ScopeDownload, 1e6)
	r := start(t, f)
	p := &r.server.seats
	var leaves []func()
	for range maxDownloadsOfOne {
		leave, err := p.take(caller{key: &f.keys[0]}, true)
		if err != nil {
			t.Fatal(err)
		}
		leaves = append(leaves, leave)
	}
	if got := download(t, r, "api_key="+greedy); got.status != http.StatusServiceUnavailable || !bytes.Contains(got.body, []byte("retry_later")) {
		t.Errorf("a third download of a key: %d %s", got.status, got.body)
	}
	if got := download(t, r, "api_key="+other); got.status != http.StatusOK {
		t.Errorf("another's download: %d %s", got.status, got.body)
	}
	for range maxSeatsOf - maxDownloadsOfOne {
		leave, err := p.take(caller{key: &f.keys[0]}, false)
		if err != nil {
			t.Fatal(err)
		}
		leaves = append(leaves, leave)
	}
	if s := r.listen(t, "api_key="+greedy, ""); s.status != http.StatusServiceUnavailable {
		t.Errorf("one listener too many of a key: %d", s.status)
	}
	if s := r.listen(t, "api_key="+other, ""); s.status != http.StatusOK {
		t.Errorf("another's listener: %d", s.status)
	} else {
		s.leave()
	}
	for i := range maxSeats - maxSeatsOf - 1 { // with keys of their own
		if _, err := p.take(caller{key: &Key{ID: fmt.Sprint(i)}}, false); err != nil {
			t.Fatal(i, err)
		}
	}
	for _, leave := range leaves {
		leave()
	}
	if _, held := p.ofKey[f.keys[0].ID]; held {
		t.Error("what was given back is held")
	}
}
