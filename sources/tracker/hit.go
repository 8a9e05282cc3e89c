package tracker

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"mailfate/schemas"
	"mailfate/sources/jsonline"
	"mailfate/sources/tracking"
)

// A hit is a request that counts.
type hit struct {
	request *http.Request
	target  string // the token's text
	image   bool   // it was asked for with the ending of a pixel
	began   time.Time
	status  int
	// rest says that it is what became of a pixel whose hit has a line already, and
	// took is how long that took; else it is not known yet.
	rest bool
	took time.Duration
}

// maxName is more than a host or the name of a purpose has.
const maxName = 255

// prefetchHeaders are those in which browsers say that nobody has asked yet, and what
// lines call them: as nginx does.
var prefetchHeaders = [...]struct{ header, key string }{
	{"Purpose", tracking.KeyPurpose},
	{"X-Purpose", tracking.KeyXPurpose},
	{"Sec-Purpose", tracking.KeySecPurpose},
	{"X-Moz", tracking.KeyXMoz},
}

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 1024); return &b }}

// appendLine appends a hit as a line that package tracking reads, with a number that no
// other line has: so no two of them are taken for one.
func (t *Tracker) appendLine(b []byte, h *hit) []byte {
	r := h.request
	at := h.began.Add(h.took)
	b = append(b, `{"msec":`...)
	b = tracking.AppendSeconds(b, at.UnixMilli())
	b = append(b, `,"request_id":"`...)
	b = append(b, t.run...)
	b = append(b, '-')
	b = strconv.AppendUint(b, t.lines.Add(1), 10)
	b = append(b, `","remote_addr":"`...)
	b = t.client(r).AppendTo(b)
	b = append(b, `","request_method":"`...)
	b = append(b, r.Method...) // GET, HEAD or POST
	b = append(b, `","request_uri":"`...)
	b = append(b, tracking.TokenPath...)
	b = append(b, h.target...) // a token: nothing to be escaped
	if h.image {
		b = append(b, tracking.PixelEnding...)
	}
	b = append(b, `","status":`...)
	b = strconv.AppendInt(b, int64(h.status), 10)
	b = append(b, `,"request_time":`...)
	b = tracking.AppendSeconds(b, h.took.Milliseconds())
	if h.rest {
		b = append(b, `,"`+tracking.KeyRest+`":1`...)
	}
	b = appendText(b, "host", r.Host, maxName)
	b = appendText(b, "http_user_agent", r.UserAgent(), schemas.MaxText)
	for _, p := range &prefetchHeaders {
		if v := r.Header[p.header]; len(v) > 0 {
			b = appendText(b, p.key, v[0], maxName)
		}
	}
	return append(b, '}')
}

func appendText(b []byte, key, s string, limit int) []byte {
	if s == "" {
		return b
	}
	b = append(append(append(b, `,"`...), key...), `":`...)
	return jsonline.AppendString(b, s[:min(len(s), limit)])
}

// prefetched reports whether a browser fetches it before anybody has asked.
func prefetched(r *http.Request) bool {
	for _, p := range &prefetchHeaders {
		if v := r.Header[p.header]; len(v) > 0 && tracking.IsPrefetch(v[0]) {
			return true
		}
	}
	return false
}
