package api

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// dial opens a connection on which nothing is asked for the caller.
func (r *rig) dial(t *testing.T) net.Conn {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(r.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// TestSlowRequests have headers or a body that come by single bytes: each ends in its
// time, and others are answered meanwhile.
func TestSlowRequests(t *testing.T) {
	f := &fake{checked: map[string]Checked{"1": own("ok_read")}}
	key := f.key("shop", ScopeCheck, 1e6)
	r := start(t, f, func(s *Server) {
		if s.http.ReadHeaderTimeout != headerTime || s.http.ReadTimeout != readTime || s.http.IdleTimeout != idleTime {
			t.Error("requests have no time to end in")
		}
		s.http.ReadHeaderTimeout, s.http.ReadTimeout = 150*time.Millisecond, 300*time.Millisecond
	})
	const each = 100
	ended := make(chan error, 2*each)
	for i := range 2 * each {
		begin := "GET /api/checkEmail?email_id=1 HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
		if i%2 == 0 {
			begin = "POST /api/checkEmail HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10000\r\n\r\napi_key=" + key
		}
		c := r.dial(t)
		go func() {
			_, err := io.WriteString(c, begin)
			for err == nil {
				_ = c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
				_, err = io.Copy(io.Discard, c) // until the next byte is due, or the end
				if errors.Is(err, os.ErrDeadlineExceeded) {
					_, err = io.WriteString(c, "x")
				} else if err == nil {
					err = io.EOF
				}
			}
			ended <- err
		}()
	}
	for range 20 {
		if status, body := r.get(t, "/api/checkEmail?email_id=1&api_key="+key); status != 200 {
			t.Errorf("meanwhile: %d %s", status, body)
		}
	}
	late := time.After(20 * time.Second)
	for range 2 * each {
		select {
		case <-ended:
		case <-late:
			t.Fatal("who sends slowly is waited for")
		}
	}
}

// TestMemoryOfListeners has as many listen as can connect: those beyond the seats
// are refused, and the others and whoever asks are answered.
func TestMemoryOfListeners(t *testing.T) {
	all, seats := 10_000, maxSeats
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if most := int(min(limit.Cur, 1<<20))/2 - 100; most < all { // both ends are this process's
		all, seats = most, min(seats, most/2)
	}
	if raced { // which counts goroutines, up to 8128
		all, seats = 1500, 500
	}
	f := feedOf(1, "shop")
	var keys []string
	for range 10 {
		keys = append(keys, f.key("shop", ScopeRead, 1e6))
	}
	r := start(t, f, func(s *Server) { s.seats.most = seats })
	used := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapInuse + m.StackInuse
	}
	before := used()
	listening, refused := []*bufio.Reader{}, 0
	for i := range all {
		c := r.dial(t)
		_, err := fmt.Fprintf(c, "GET %s/feed/live?api_key=%s HTTP/1.1\r\nHost: localhost\r\n\r\n", base, keys[i%len(keys)])
		if err != nil {
			t.Fatal(err)
		}
		in := bufio.NewReaderSize(c, 512)
		line, err := in.ReadString('\n')
		switch {
		case err != nil:
			t.Fatal(i, err)
		case strings.Contains(line, "200"):
			listening = append(listening, in)
		case strings.Contains(line, "503"):
			refused++
		default:
			t.Fatal(line)
		}
	}
	t.Logf("%d listen, %d are refused: %d bytes each, of both ends", len(listening), refused, (used()-before)/uint64(max(1, len(listening))))
	if len(listening) != min(all, seats) || refused != all-len(listening) {
		t.Errorf("of %d, %d listen and %d are refused", all, len(listening), refused)
	}
	if status, body := r.get(t, base+"/feed?api_key="+keys[0]); status != 200 {
		t.Errorf("meanwhile: %d %s", status, body)
	}
	r.take(newsOf("shop", 1))
	for _, in := range listening {
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(line, "data: {") {
				break
			}
		}
	}
}

// TestGuessing tries keys while the holder of one asks from elsewhere.
func TestGuessing(t *testing.T) {
	f := &fake{checked: map[string]Checked{"1": own("ok_read")}}
	right := f.key("shop", ScopeCheck, 1e6)
	r := start(t, f)
	elsewhere := &http.Client{Transport: &http.Transport{DialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 9)}}).DialContext}}
	defer elsewhere.CloseIdleConnections()
	wrong := map[int]int{}
	for i := range 500 {
		status, _ := r.get(t, fmt.Sprintf("/api/checkEmail?email_id=1&api_key=%s%d", right[:20], i))
		wrong[status]++
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.base+"/api/checkEmail?email_id=1&api_key="+right, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := elsewhere.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Fatalf("the holder is told %d", res.StatusCode)
		}
	}
	if wrong[http.StatusUnauthorized] != guesses || wrong[http.StatusTooManyRequests] != 500-guesses {
		t.Errorf("who guesses is told %v", wrong)
	}
	if strings.Contains(r.log.String(), right[:20]) {
		t.Error("a key is in the log")
	}
}
