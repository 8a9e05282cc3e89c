package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const (
	// heartbeat is how often a silent stream shows that it is there.
	heartbeat = 15 * time.Second
	// liveTime is how long a listener may take for what is sent at once.
	liveTime = 10 * time.Second
	// sendEvents is how many events are sent at once.
	sendEvents = 256
)

var (
	errMissed  = &failure{"the listener reads too slowly, or the database was started anew", "retry_later", http.StatusServiceUnavailable}
	errRevoked = &failure{"the key was revoked", "invalid_api_key", http.StatusUnauthorized}
)

// live answers GET /feed/live with server-sent events: change, withdrawn, and reset
// for who has to read the feed anew because something was missed.
func (s *Server) live(w http.ResponseWriter, r *http.Request, who caller) error {
	f, err := filter(r, who, "last_event_id")
	if err != nil {
		return err
	}
	last, err := lastEvent(r)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Accel-Buffering", "no") // a proxy must not wait for more
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	leave, err := s.seats.take(who, false)
	if err != nil {
		return err
	}
	defer leave()
	if err := s.hub.begin(r.Context()); err != nil {
		return err
	}
	to, err := newSender(w, liveTime)
	if err != nil {
		return err
	}
	at, missed := s.hub.join(last)
	l := listener{server: s, who: who, filter: &f, to: to, at: at}
	l.out.WriteString(": listening\nretry: 2000\n\n") // at once, so that nobody wonders
	if missed {
		l.out.WriteString("event: reset\ndata: {}\n\n")
	}
	if err := l.send(); err != nil {
		return err
	}
	return l.listen(r)
}

// lastEvent reads which event a listener had last.
func lastEvent(r *http.Request) (*mark, error) {
	id := r.Header.Get("Last-Event-ID")
	if id == "" {
		id = r.Form.Get("last_event_id") // for who cannot set a header
	}
	if id == "" {
		return nil, nil
	}
	m, err := parseMark(id)
	if err != nil {
		return nil, err
	}
	return &m, nil
}

// listener is one stream of events.
type listener struct {
	server *Server
	who    caller
	filter *Filter
	to     *sender
	out    bytes.Buffer
	at     uint64
}

// listen sends what comes until the listener leaves or the server ends.
func (l *listener) listen(r *http.Request) error {
	beat := time.NewTicker(l.server.heartbeat)
	defer beat.Stop()
	for {
		news, wake, kept := l.server.hub.read(l.at)
		if !kept {
			return errMissed
		}
		if len(news) > 0 {
			if err := l.tell(news[:min(len(news), sendEvents)]); err != nil {
				return err
			}
			continue
		}
		select {
		case <-wake:
		case <-beat.C:
			if !l.may(r.Context()) {
				return errRevoked
			}
			l.out.WriteString(":\n\n")
			if err := l.send(); err != nil {
				return err
			}
		case <-r.Context().Done():
			return nil // left, as all do who listen
		case <-l.server.hub.ended:
			return nil
		}
	}
}

// may reports whether the listener's key is still good, or, of one without, that there
// is still none.
func (l *listener) may(ctx context.Context) bool {
	if l.who.key != nil {
		return l.server.ring.has(ctx, l.who.key)
	}
	keys, err := l.server.HasKeys(ctx)
	return err == nil && !keys
}

// tell sends the events among the news that the filter wants.
func (l *listener) tell(news []News) error {
	for i := range news {
		if err := l.event(&news[i]); err != nil {
			return err
		}
	}
	l.at += uint64(len(news))
	if l.out.Len() == 0 {
		return nil
	}
	return l.send()
}

func (l *listener) event(n *News) error {
	c := n.in(l.filter.Vocabulary)
	kind, data := "change", any(nil)
	switch {
	case n.Withdrawn && l.filter.concerns(&c):
		kind, data = "withdrawn", map[string]string{"change": fmt.Sprintf("%016x", c.Key)}
	case n.Withdrawn || !l.filter.Fits(&c):
		return nil
	default:
		line := lineOf(l.filter.Vocabulary, &c)
		data = &line
	}
	b, err := json.Marshal(data)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(&l.out, "id: %s\nevent: %s\ndata: %s\n\n", n.mark(), kind, b)
	return err
}

// concerns reports whether a change that was taken back may have been wanted, by
// what is left of it.
func (f *Filter) concerns(c *Change) bool {
	return f.Owner.Is(c.Account) && f.Recipient.In(c.Recipient) && (f.MessageID == "" || f.MessageID == c.MessageID)
}

func (l *listener) send() error {
	defer l.out.Reset()
	if _, err := l.to.Write(l.out.Bytes()); err != nil {
		return err
	}
	return l.to.Flush()
}
