package api

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	// pollEvery is how often the Store is asked for news, once for all listeners.
	pollEvery = 250 * time.Millisecond
	// pollTime bounds one question.
	pollTime = 20 * time.Second
	// pollRows is how much one question brings.
	pollRows = 20_000
	// overlap is how much later than a newer row one may be written, in µs: the
	// partitions of the pipeline are written side by side. What is written later
	// than that is in the feed and is not told live.
	overlap = 5_000_000
	// keptNews is how many are kept for who reads slowly or comes again.
	keptNews = 32_768
)

// hub asks the Store for news, once for all who listen, and keeps the newest. It
// queues nothing for anybody: who falls behind what it keeps has missed something.
type hub struct {
	store Store
	log   *slog.Logger
	every time.Duration
	ended chan struct{}
	once  sync.Once

	starting sync.Mutex
	begun    bool // whether it asks

	mu        sync.Mutex
	ready     bool          // it is known what is no news
	wake      chan struct{} // closed when there are news
	news      []News        // the newest, as they came; the first has number first
	first     uint64
	floor     uint64 // what has a greater revision and is kept no more, was never there
	seen      map[mark]struct{}
	since     uint64 // the revision from which on is asked
	listeners int
	byKey     map[string]int
}

// mark names a version of a change, as an event's id does.
type mark struct{ revision, key uint64 }

func newHub(store Store, log *slog.Logger) *hub {
	return &hub{
		store: store, log: log, every: pollEvery, ended: make(chan struct{}), wake: make(chan struct{}),
		seen: map[mark]struct{}{}, byKey: map[string]int{},
	}
}

func (h *hub) end() { h.once.Do(func() { close(h.ended) }) }

// begin starts the asking, when first somebody listens; it goes on until end. What
// there is already is no news to them.
func (h *hub) begin(ctx context.Context) error {
	h.starting.Lock()
	defer h.starting.Unlock()
	if h.begun {
		return nil
	}
	if err := h.ask(ctx); err != nil {
		return err
	}
	h.begun = true
	go h.run()
	return nil
}

func (h *hub) run() {
	tick := time.NewTicker(h.every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			h.poll()
		case <-h.ended:
			return
		}
	}
}

// poll asks once.
func (h *hub) poll() {
	ctx, cancel := context.WithTimeout(context.Background(), pollTime)
	defer cancel()
	if err := h.ask(ctx); err != nil {
		h.log.WarnContext(ctx, "live feeds wait for the database", "error", err)
	}
}

func (h *hub) ask(ctx context.Context) error {
	if !h.ready {
		newest, err := h.store.Newest(ctx)
		if err != nil {
			return err
		}
		h.since = newest - min(newest, overlap)
	}
	news, err := h.store.News(ctx, h.since, pollRows)
	if err != nil {
		return err
	}
	h.add(news)
	return nil
}

// add takes what an answer brought.
func (h *hub) add(news []News) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.ready {
		h.ready, h.floor = true, h.since
	}
	fresh := false
	for i := range news {
		m := mark{news[i].Revision, news[i].Key}
		if _, old := h.seen[m]; old {
			continue
		}
		h.seen[m] = struct{}{}
		h.news = append(h.news, news[i])
		fresh = true
	}
	if len(news) > 0 {
		last := news[len(news)-1].Revision
		if len(news) == pollRows {
			h.since = max(h.since+1, last)
		} else {
			h.since = max(h.since, last-min(last, overlap))
		}
	}
	for m := range h.seen {
		if m.revision < h.since {
			delete(h.seen, m)
		}
	}
	h.forget()
	if fresh {
		close(h.wake)
		h.wake = make(chan struct{})
	}
}

// forget lets go of more than is kept.
func (h *hub) forget() {
	n := len(h.news) - keptNews
	if n <= 0 {
		return
	}
	for i := range h.news[:n] {
		h.floor = max(h.floor, h.news[i].Revision)
	}
	h.news = append(h.news[:0:0], h.news[n:]...)
	h.first += uint64(n)
}

// join lets somebody listen, from what comes next or behind the event that they had
// last; missed says that they may have missed something.
func (h *hub) join(key string, last *mark) (at uint64, missed bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.listeners >= maxListeners || h.byKey[key] >= maxOfKey {
		return 0, false, errListeners
	}
	h.listeners++
	h.byKey[key]++
	at = h.first + uint64(len(h.news))
	if last == nil {
		return at, false, nil
	}
	for i := len(h.news) - 1; i >= 0; i-- {
		if (mark{h.news[i].Revision, h.news[i].Key}) == *last {
			return h.first + uint64(i) + 1, false, nil
		}
	}
	if !h.ready || last.revision < h.floor {
		return at, true, nil
	}
	for i := range h.news {
		if h.news[i].Revision+overlap >= last.revision { // another server's event: some may come twice
			return h.first + uint64(i), false, nil
		}
	}
	return at, false, nil
}

func (h *hub) leave(key string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.listeners--
	if h.byKey[key]--; h.byKey[key] == 0 {
		delete(h.byKey, key)
	}
}

// read returns what came from a number on, a part of it at least, and what is
// closed when there is more; kept says that it is still there.
func (h *hub) read(at uint64) (news []News, wake <-chan struct{}, kept bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if at < h.first {
		return nil, nil, false
	}
	return h.news[at-h.first:], h.wake, true // which is appended to, and never changed
}
