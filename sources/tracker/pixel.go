package tracker

import (
	"net/http"
	"time"

	"mailfate/sources/tracking"
)

// gif is one transparent pixel (GIF 89a). Its last byte says only that it ends: what
// comes before is all that a browser needs to show it.
var gif = []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00\x21\xf9\x04\x01\x00\x00\x00\x00\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b")

var (
	gifType   = []string{"image/gif"}
	gifLength = []string{"43"}
	// unbuffered has nginx hand on what there is of a pixel, and tell when its reader goes.
	unbuffered = []string{"no"}
)

// pixel answers with the pixel. That it was opened is in the spool before.
func (t *Tracker) pixel(w http.ResponseWriter, h *hit) {
	h.status = http.StatusOK
	t.counts.add(Opened)
	_, _ = t.append(h) // a mail is shown, whatever became of the hit, which is counted
	header := w.Header()
	header["Content-Type"] = gifType
	header["Content-Length"] = gifLength
	if h.request.Method == http.MethodHead || prefetched(h.request) || !t.hold(h.target) {
		_, _ = w.Write(gif)
		return
	}
	defer t.release(h.target)
	header["X-Accel-Buffering"] = unbuffered
	end := len(gif) - 1
	_, _ = w.Write(gif[:end])
	if http.NewResponseController(w).Flush() == nil && t.looksOn(h) {
		t.counts.add(Read)
		h.rest, h.took = true, max(t.opts.Now().Sub(h.began), tracking.ReadAfter*time.Second+time.Millisecond)
		_, _ = t.append(h)
	}
	_, _ = w.Write(gif[end:])
}

// hold takes one of the places for pixels that are held open, if there is one: one for
// each token, or who asks for the same pixel again and again would take them all.
func (t *Tracker) hold(target string) bool {
	t.holding.Lock()
	defer t.holding.Unlock()
	if _, already := t.held[target]; already || len(t.held) >= t.opts.MaxHeld {
		return false
	}
	t.held[target] = struct{}{}
	return true
}

func (t *Tracker) release(target string) {
	t.holding.Lock()
	defer t.holding.Unlock()
	delete(t.held, target)
}

// looksOn reports whether whoever asks is still there after some time.
func (t *Tracker) looksOn(h *hit) bool {
	timer := time.NewTimer(t.opts.HoldFor)
	defer timer.Stop()
	select {
	case <-timer.C:
		return h.request.Context().Err() == nil
	case <-h.request.Context().Done():
	case <-t.closing:
	}
	return false
}
