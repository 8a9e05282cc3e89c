package api

import (
	"encoding/json"
	"net/http"
	"strings"
)

// failure is what is wrong with a request, as the answer says it. The codes are those
// of UniSender's API.
type failure struct {
	Text   string `json:"error"`
	Code   string `json:"code"`
	status int
}

func (f *failure) Error() string { return f.Text }

var (
	errNoKey     = &failure{"api_key is missing", "invalid_api_key", http.StatusUnauthorized}
	errWrongKey  = &failure{"api_key is not known", "invalid_api_key", http.StatusUnauthorized}
	errAccount   = &failure{"api_key does not allow this call: it is of one account, and not of the one that is named", "access_denied", http.StatusForbidden}
	errHost      = &failure{"there are no keys yet, so only requests from this machine, to a loopback address by its name, are answered, and none that a proxy passes on: by its headers, or in HTTP/1.0; make a key with mailfate key add, or ask in HTTP/1.1", "access_denied", http.StatusForbidden}
	errTooMany   = &failure{"too many calls with this api_key; slow down", "api_call_limit_exceeded_for_api_key", http.StatusTooManyRequests}
	errGuessing  = &failure{"too many calls with unknown keys; slow down", "api_call_limit_exceeded_for_ip", http.StatusTooManyRequests}
	errAway      = &failure{"the database cannot be asked at the moment; try again later", "retry_later", http.StatusServiceUnavailable}
	errNoRoute   = &failure{"there is nothing at this path; " + base + "/openapi.yaml tells of all that there are", "invalid_method", http.StatusNotFound}
	errMethod    = &failure{"this path is not asked for in that way; header Allow says how", "invalid_method", http.StatusMethodNotAllowed}
	errTooLarge  = &failure{"the request is too large", "invalid_arg", http.StatusRequestEntityTooLarge}
	errMalformed = &failure{"the request's parameters cannot be read", "invalid_arg", http.StatusBadRequest}
)

// outOfScope tells a caller what the key lacks.
func outOfScope(needs Scopes) *failure {
	text := "api_key does not allow this call: it needs the scopes " + strings.Join(needs.Names(), ", ")
	return &failure{text, "access_denied", http.StatusForbidden}
}

func invalid(text string) *failure { return &failure{text, "invalid_arg", http.StatusBadRequest} }

// write answers with a JSON document.
func write(w http.ResponseWriter, status int, v any) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(true)
	_ = e.Encode(v) // the caller has gone away
}
