package tracker

import (
	"errors"
	"net/http"
	"strings"

	"mailfate/schemas"
	"mailfate/sources/tracker/spool"
	"mailfate/sources/tracking"
	"mailfate/sources/tracking/token"
)

// ServeHTTP answers one request.
func (t *Tracker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["Cache-Control"] = noStore
	h["Referrer-Policy"] = noReferrer
	h["X-Content-Type-Options"] = noSniff
	text, ok := strings.CutPrefix(r.URL.Path, tracking.TokenPath)
	if !ok {
		t.elsewhere(w, r)
		return
	}
	text, image := strings.CutSuffix(text, tracking.PixelEnding)
	tok, err := t.opts.Keys.Open([]byte(text))
	if err != nil {
		t.refuse(w, outcomeOf(err), http.StatusNotFound)
		return
	}
	hit := hit{target: text, image: image, began: t.opts.Now(), request: r}
	switch looks := r.Method == http.MethodGet || r.Method == http.MethodHead; {
	case tok.Kind == schemas.Opened && looks:
		t.pixel(w, &hit)
	case tok.Kind == schemas.Clicked && looks:
		t.redirect(w, &hit, tok.Link)
	case tok.Kind == schemas.Unsubscribed && looks:
		t.ask(w, r, tok.Recipient)
	case tok.Kind == schemas.Unsubscribed && r.Method == http.MethodPost:
		t.unsubscribe(w, &hit, tok.Recipient)
	default:
		h["Allow"] = allowed[tok.Kind == schemas.Unsubscribed]
		t.refuse(w, BadMethod, http.StatusMethodNotAllowed)
	}
}

// Values of headers, made once.
var (
	noStore    = []string{"no-store"}
	noReferrer = []string{"no-referrer"}
	noSniff    = []string{"nosniff"}
	allowed    = map[bool][]string{false: {"GET, HEAD"}, true: {"GET, HEAD, POST"}} // to unsubscribe or not
)

// robots keeps search engines away, which would click on what they find.
const robots = "User-agent: *\nDisallow: /\n"

// elsewhere answers what is no tracking link.
func (t *Tracker) elsewhere(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/robots.txt" {
		t.refuse(w, NotTracked, http.StatusNotFound)
		return
	}
	t.counts.add(NotTracked)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(robots)) // whoever asked is gone
}

// refuse answers a request that is no hit. Nothing of it stands in the answer.
func (t *Tracker) refuse(w http.ResponseWriter, why Outcome, status int) {
	t.counts.add(why)
	http.Error(w, http.StatusText(status), status)
}

func outcomeOf(err error) Outcome {
	switch {
	case errors.Is(err, token.ErrForged):
		return Forged
	case errors.Is(err, token.ErrUnknownKey):
		return UnknownKey
	}
	return Malformed
}

// redirect answers a click, whose hit is on disk by then, if it can be.
func (t *Tracker) redirect(w http.ResponseWriter, h *hit, link string) {
	h.status = http.StatusTemporaryRedirect
	t.counts.add(Clicked)
	_ = t.onDisk(h) // a reader is led on, whatever became of the hit, which is counted
	w.Header()["Location"] = []string{link}
	w.Header()["Content-Length"] = []string{"0"}
	w.WriteHeader(h.status)
}

// onDisk appends a hit and waits until it is on disk.
func (t *Tracker) onDisk(h *hit) error {
	c, err := t.append(h)
	if err != nil {
		return err
	}
	return c.Wait()
}

func (t *Tracker) append(h *hit) (*spool.Commit, error) {
	b := buffers.Get().(*[]byte)
	defer buffers.Put(b)
	*b = t.appendLine((*b)[:0], h)
	return t.opts.Spool.Append(*b)
}
