package api

import (
	"errors"
	"net/http"

	"mailfate/schemas"
)

// message answers GET /messages/{id}: the story of a message.
func (s *Server) message(r *http.Request, who caller) (any, error) {
	if err := checkNames(r.Form, nil, "recipient", "vocabulary", "account"); err != nil {
		return nil, err
	}
	owner, err := who.owns(r)
	if err != nil {
		return nil, err
	}
	in := schemas.Vocabularies[:]
	if r.Form.Get("vocabulary") != "" {
		v, err := vocabulary(r, nil)
		if err != nil {
			return nil, err
		}
		in = []*schemas.Vocabulary{v}
	}
	id, recipient := r.PathValue("id"), r.Form.Get("recipient")
	if len(id) > maxText || len(recipient) > maxText {
		return nil, invalid("the id or the recipient is too long")
	}
	story, err := s.store.Message(r.Context(), owner, id, recipient, in)
	if errors.Is(err, ErrNothingKnown) {
		return nil, &failure{err.Error(), "not_found", http.StatusNotFound}
	}
	if errors.Is(err, ErrSeveral) {
		return nil, &failure{err.Error(), "invalid_arg", http.StatusConflict}
	}
	if err != nil {
		return nil, err
	}
	return &story, nil
}
