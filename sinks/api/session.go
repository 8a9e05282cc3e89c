package api

import "net/http"

// sessionAnswer says who asks, and about whom they may.
type sessionAnswer struct {
	Keys     bool        `json:"keys"` // there are keys, so that one has to be sent
	Key      *sessionKey `json:"key"`
	Every    bool        `json:"every_account"`
	Accounts []string    `json:"accounts"`
	Version  string      `json:"version"`
}

type sessionKey struct {
	ID      string   `json:"id"`
	Label   string   `json:"label"`
	Account string   `json:"account"`
	Scopes  []string `json:"scopes"`
}

// session answers GET /session.
func (s *Server) session(r *http.Request, who caller) (any, error) {
	if err := checkNames(r.Form, nil); err != nil {
		return nil, err
	}
	if who.stranger {
		return &sessionAnswer{Keys: true, Accounts: []string{}}, nil
	}
	a := sessionAnswer{Keys: who.key != nil, Every: who.every(), Accounts: []string{who.owner.Account}, Version: s.version}
	if k := who.key; k != nil {
		a.Key = &sessionKey{k.ID, valid(k.Label), k.Account, k.Scopes.Names()}
	}
	if a.Every {
		var err error
		if a.Accounts, err = s.store.Accounts(r.Context()); err != nil {
			return nil, err
		}
	}
	if a.Accounts == nil {
		a.Accounts = []string{}
	}
	return &a, nil
}

// every reports whether somebody may see every account's messages, and how mailfate
// itself is doing.
func (c caller) every() bool {
	return !c.stranger && (c.key == nil || c.key.Scopes.Have(ScopeAdmin))
}
