package tracker

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"mailfate/schemas"
	"mailfate/sources/tracker/spool"
)

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
		_, conn := r.holdOne(t, recipient)
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
		in, conn := r.holdOne(t, recipient)
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
func (r *rig) holdOne(t *testing.T, recipient string) (*bufio.Reader, net.Conn) {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "GET %s.gif HTTP/1.1\r\nHost: a\r\n\r\n", signFor(t, schemas.Opened, recipient))
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
	for i := range places {
		_, conn := r.holdOne(t, fmt.Sprintf("%d@example.org", i))
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

// TestHeldOnce asks for one pixel again while it is held.
func TestHeldOnce(t *testing.T) {
	r := start(t, Options{MaxHeld: 2, HoldFor: time.Hour}, spool.Options{})
	for _, to := range []string{recipient, "another@example.org"} {
		if _, body := r.do(t, "GET", signFor(t, schemas.Opened, "another@example.org")+".gif", "", http.Header{"Purpose": {"prefetch"}}); body != string(gif) {
			t.Errorf("%q", body)
		}
		_, conn := r.holdOne(t, to)
		defer conn.Close()
		if _, body := r.do(t, "GET", signFor(t, schemas.Opened, to)+".gif", "", nil); body != string(gif) {
			t.Errorf("%q", body)
		}
	}
	if s := r.Stats(); s.Held != 2 || s.Requests["opened"] != 6 {
		t.Errorf("%+v", s)
	}
}
