package api

import "net/http"

// NewReply is a wording of replies that is new, or comes more often.
type NewReply struct {
	Provider    string  `json:"provider"`
	Template    string  `json:"template"`
	Fingerprint string  `json:"fingerprint"`
	Rule        string  `json:"rule"`
	Reason      string  `json:"reason"` // as the rules in force have it
	Class       string  `json:"class"`  // what a bounce for that reason is
	Fault       string  `json:"fault"`
	Events      uint64  `json:"events"`
	Messages    uint64  `json:"messages"`
	LastDay     uint64  `json:"last_day"`   // events of the newest day
	DayBefore   uint64  `json:"day_before"` // and of the one before
	DaysOld     uint64  `json:"days_old"`
	FirstSeen   Instant `json:"first_seen"`
	LastSeen    Instant `json:"last_seen"`
	Example     string  `json:"example"`
}

// newDays is how old a new wording is at most.
const newDays = 30

// errNotApart is for what nobody can tell the accounts of.
var errNotApart = &failure{"wordings of replies are those of all accounts, and their examples may be anybody's; a key with scope admin sees them", "access_denied", http.StatusForbidden}

// newReplies answers GET /replies/new.
func (s *Server) newReplies(r *http.Request, who caller) (any, error) {
	if err := checkNames(r.Form, nil, "days", "limit"); err != nil {
		return nil, err
	}
	if !who.every() {
		return nil, errNotApart
	}
	days, err := number(r, "days", newDays, newDays)
	if err != nil {
		return nil, err
	}
	n, err := limit(r)
	if err != nil {
		return nil, err
	}
	list, err := s.store.NewReplies(r.Context(), days, n)
	if err != nil {
		return nil, err
	}
	if list == nil {
		list = []NewReply{}
	}
	return map[string]any{"replies": list}, nil
}
