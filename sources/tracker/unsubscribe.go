package tracker

import (
	"net/http"
	"strings"
)

// maxBody is more than anybody has to say who wants to unsubscribe.
const maxBody = 8 << 10

// The field that unsubscribes, and its value (RFC 8058, 3.2).
const (
	oneClickField = "List-Unsubscribe"
	oneClickValue = "One-Click"
)

// ask answers with the page that asks whether to unsubscribe. That nobody has done so
// yet is what programs count on that follow all links.
func (t *Tracker) ask(w http.ResponseWriter, r *http.Request, recipient string) {
	t.counts.add(Page)
	t.page(w, r, http.StatusOK, pageData{Recipient: recipient, Ask: true})
}

// unsubscribe does it, if the body says so: by a provider's one click, or by the form.
func (t *Tracker) unsubscribe(w http.ResponseWriter, h *hit, recipient string) {
	r := h.request
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	// Either encoding is fine (RFC 8058, 3.1); what is too long has no values.
	if strings.TrimSpace(r.PostFormValue(oneClickField)) != oneClickValue { // some end the body as a line
		t.refuse(w, BadBody, http.StatusBadRequest)
		return
	}
	h.status = http.StatusOK
	if t.onDisk(h) != nil {
		w.Header().Set("Retry-After", "60")
		t.refuse(w, NotKept, http.StatusServiceUnavailable)
		return
	}
	t.counts.add(Unsubscribed)
	t.page(w, r, http.StatusOK, pageData{Recipient: recipient})
}
