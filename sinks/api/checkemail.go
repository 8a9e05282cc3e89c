package api

import (
	"fmt"
	"net/http"
	"strings"

	"mailfate/schemas"
)

// maxIDs is how many ids a call of checkEmail may ask for.
const maxIDs = 500

// What checkEmail says of an id that it has no status for.
const (
	noSuchID  = "email_id does not exist"
	foreignID = "passed email_id doesn't match passed api_key"
)

// unknown is the status of what a vocabulary does not know.
var unknown = schemas.Unisender.Row(schemas.None).ID

// checkEmailAnswer is the answer as UniSender's text has it.
type checkEmailAnswer struct {
	Result checkEmailResult    `json:"result"`
	Failed []map[string]string `json:"failed_email_id,omitempty"` // each the id, and why
}

type checkEmailResult struct {
	Statuses []idStatus `json:"statuses"`
	Status   string     `json:"status,omitempty"` // of the only id that was asked for
}

type idStatus struct {
	ID     string `json:"id"`
	Status string `json:"status"`
}

// checkEmail answers checkEmail (string email_id), with an extension: vocabulary names
// another vocabulary than UniSender's.
func (s *Server) checkEmail(r *http.Request, who caller) (any, error) {
	if err := checkSingles(r.Form, "api_key", "format", "email_id", "vocabulary"); err != nil {
		return nil, err
	}
	if f := r.Form.Get("format"); f != "" && f != "json" {
		return nil, invalid("format is json and no other")
	}
	v, err := vocabulary(r, schemas.Unisender)
	if err != nil {
		return nil, err
	}
	ids := splitIDs(r.Form.Get("email_id"))
	switch {
	case len(ids) == 0:
		return nil, invalid("email_id is missing")
	case len(ids) > maxIDs:
		return nil, invalid(fmt.Sprintf("email_id has %d ids; %d is the most", len(ids), maxIDs))
	}
	checked, err := s.store.Check(r.Context(), who.owner, v, ids)
	if err != nil {
		return nil, err
	}
	a := checkEmailAnswer{Result: checkEmailResult{Statuses: make([]idStatus, 0, len(ids))}}
	for i, c := range checked {
		switch {
		case c.Found == Own && c.Status != unknown:
			a.Result.Statuses = append(a.Result.Statuses, idStatus{ids[i], c.Status})
		case c.Found == Foreign:
			a.Failed = append(a.Failed, map[string]string{ids[i]: foreignID})
		default:
			a.Failed = append(a.Failed, map[string]string{ids[i]: noSuchID})
		}
	}
	if len(ids) == 1 && len(a.Result.Statuses) == 1 {
		a.Result.Status = a.Result.Statuses[0].Status
	}
	return &a, nil
}

// splitIDs splits a list at its commas; what is empty is no id.
func splitIDs(list string) (ids []string) {
	for id := range strings.SplitSeq(list, ",") {
		if id = strings.TrimSpace(id); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}
