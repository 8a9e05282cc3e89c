package api

import (
	"context"
	"errors"
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

	mu    sync.Mutex
	next  Place         // from which on is asked
	wake  chan struct{} // closed when there are news
	news  []News        // the newest, as they came; the first has number first
	first uint64
	floor Place // what stands before it is kept no more, or was never there
}

func newHub(store Store, log *slog.Logger) *hub {
	return &hub{
		store: store, log: log, every: pollEvery, ended: make(chan struct{}), wake: make(chan struct{}),
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
	if err := h.start(ctx); err != nil {
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

// start has what is there already be no news. Who listened hears of what came since
// when they come again: they are cut off.
func (h *hub) start(ctx context.Context) error {
	next, err := h.store.Next(ctx)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.next, h.floor = next, next
	h.first += uint64(len(h.news)) + 1
	h.news = nil
	h.rouse()
	return nil
}

func (h *hub) ask(ctx context.Context) error {
	news, err := h.store.News(ctx, h.next, pollRows)
	if errors.Is(err, ErrAnew) {
		h.log.WarnContext(ctx, "live feeds begin anew", "error", err)
		return h.start(ctx)
	}
	if err == nil && len(news) > 0 {
		h.add(news)
	}
	return err
}

// add takes what an answer brought.
func (h *hub) add(news []News) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.news = append(h.news, news...)
	h.next = news[len(news)-1].behind(len(news) < pollRows)
	h.forget()
	h.rouse()
}

func (h *hub) rouse() {
	close(h.wake)
	h.wake = make(chan struct{})
}

// forget lets go of more than is kept.
func (h *hub) forget() {
	n := len(h.news) - keptNews
	if n <= 0 {
		return
	}
	h.floor = h.news[n-1].behind(false)
	h.news = append(h.news[:0:0], h.news[n:]...)
	h.first += uint64(n)
}

// join lets somebody listen, from what comes next or behind the event that they had
// last; missed says that they may have missed something.
func (h *hub) join(last *mark) (at uint64, missed bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	at = h.first + uint64(len(h.news))
	if last == nil {
		return at, false
	}
	if !last.life.Is(h.floor.Life) || last.insert < h.floor.Insert {
		return at, true
	}
	for i := len(h.news) - 1; i >= 0; i-- {
		if h.news[i].Insert == last.insert && h.news[i].Key == last.key {
			return h.first + uint64(i) + 1, false
		}
	}
	missed = last.insert == h.floor.Insert && !h.floor.Time.IsZero() // a part of its insert is forgotten
	for i := range h.news {
		if h.news[i].Insert >= last.insert { // it was forgotten or another's: some may come twice
			return h.first + uint64(i), missed
		}
	}
	return at, missed
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
