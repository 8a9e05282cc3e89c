package api

import "net/http"

// feedPage is a page of changes, the newest first.
type feedPage struct {
	Vocabulary string       `json:"vocabulary"`
	Changes    []changeLine `json:"changes"`
	Next       string       `json:"next,omitempty"` // the cursor of the page behind this one; none: there is nothing behind
}

// feed answers GET /feed.
func (s *Server) feed(r *http.Request, who caller) (any, error) {
	f, err := filter(r, who, "limit", "cursor")
	if err != nil {
		return nil, err
	}
	n, err := limit(r)
	if err != nil {
		return nil, err
	}
	before, err := parseCursor(r.Form.Get("cursor"))
	if err != nil {
		return nil, err
	}
	found, err := s.store.Feed(r.Context(), &f, before, n+1)
	if err != nil {
		return nil, err
	}
	page := feedPage{Vocabulary: f.Vocabulary.Name, Changes: make([]changeLine, 0, min(n, len(found)))}
	if len(found) > n {
		found = found[:n]
		page.Next = found[n-1].cursor()
	}
	for i := range found {
		page.Changes = append(page.Changes, lineOf(f.Vocabulary, &found[i]))
	}
	return &page, nil
}
