package api

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"time"
)

// A caller is who makes a call.
type caller struct {
	key      *Key // nil: there are no keys, or a stranger
	owner    Owner
	stranger bool // who sent no key, where there are keys
}

// statusCut is logged of an answer that was begun with another status and cut off.
const statusCut = 599

// call makes a handler of a method that answers with a JSON document.
func (s *Server) call(needs Scopes, method func(*http.Request, caller) (any, error)) http.Handler {
	return s.serve(needs, func(w http.ResponseWriter, r *http.Request, who caller) error {
		ctx, cancel := context.WithTimeout(r.Context(), answerTime)
		defer cancel()
		answer, err := method(r.WithContext(ctx), who)
		if err == nil {
			write(w, http.StatusOK, answer)
		}
		return err
	})
}

// serve makes a handler: who calls and whether they may, then the answer or what is
// wrong, and a line in the log about it. An answer that was begun and fails is cut
// off, so that nobody takes it for whole.
func (s *Server) serve(needs Scopes, answer func(http.ResponseWriter, *http.Request, caller) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := s.now()
		to := &reply{ResponseWriter: w}
		r.Body = http.MaxBytesReader(to, r.Body, maxBody)
		who, err := s.admit(r, needs)
		if err == nil {
			err = answer(to, r, who)
		}
		cut := err != nil && to.status != 0
		if err != nil && !cut {
			f := asFailure(err)
			clear(to.Header())
			if who.key == nil || f == errSeats { // strangers and crowds keep no connection
				to.Header().Set("Connection", "close")
			}
			write(to, f.status, f)
		}
		if cut {
			to.status = statusCut
		}
		s.tell(r, who, to.status, begun, err)
		if cut {
			panic(http.ErrAbortHandler) // what net/http has for this
		}
	})
}

// tell writes the line about a call.
func (s *Server) tell(r *http.Request, who caller, status int, begun time.Time, err error) {
	name := "none"
	if who.key != nil {
		name = who.key.ID
	}
	attrs := []slog.Attr{
		slog.String("method", r.Pattern), slog.Int("status", status), slog.String("key", name),
		slog.String("account", who.owner.Account), slog.String("client", r.RemoteAddr), slog.Duration("took", s.now().Sub(begun)),
	}
	level := slog.LevelInfo
	switch {
	case err != nil && r.Context().Err() != nil:
		attrs = append(attrs, slog.Bool("left", true))
	case err != nil && (status < http.StatusBadRequest || status >= http.StatusInternalServerError):
		level = slog.LevelError
		attrs = append(attrs, slog.Any("error", err))
	}
	s.log.LogAttrs(r.Context(), level, "answered", attrs...)
}

// reply notes what was begun to be answered.
type reply struct {
	http.ResponseWriter
	status int
}

func (r *reply) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *reply) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (r *reply) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// admit tells who calls, if they may.
func (s *Server) admit(r *http.Request, needs Scopes) (caller, error) {
	if err := parse(r); err != nil {
		return caller{}, err
	}
	who, err := s.identify(r)
	if errors.Is(err, errNoKey) && needs == 0 {
		return caller{stranger: true}, nil // it is told to all what a key is needed for
	}
	if err == nil && who.key != nil && !who.key.Scopes.Have(needs) {
		err = outOfScope(needs)
	}
	return who, err
}

// parse reads the parameters, of the URL and of a form.
func parse(r *http.Request) error {
	err := r.ParseForm()
	if err == nil {
		err = r.ParseMultipartForm(maxBody)
	}
	tooLarge := new(http.MaxBytesError)
	switch {
	case err == nil || errors.Is(err, http.ErrNotMultipart):
		return nil
	case errors.As(err, &tooLarge):
		return errTooLarge
	}
	return errMalformed
}

// identify tells who calls by the key, in api_key or as a bearer's token (RFC 6750).
func (s *Server) identify(r *http.Request) (caller, error) {
	secret := r.Form.Get("api_key")
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		secret = token
	}
	key, err := s.ring.admit(r.Context(), secret)
	switch {
	case errors.Is(err, errNoKeys) && isLocal(r):
		return caller{owner: Owner{Any: true}}, nil
	case errors.Is(err, errNoKeys):
		return caller{}, errHost
	case err != nil:
		return caller{}, err
	}
	return caller{key: key, owner: Owner{Account: key.Account}}, nil
}

// forwarded are the names of headers of requests that somebody passes on for others, as
// net/http writes them.
var forwarded = regexp.MustCompile(`^(Forwarded|Via|X-Real-Ip|X-Forwarded-.*|Cf-.*|.*-Client-Ip)$`)

// isForwarded reports whether a request says that it is passed on for somebody, or is
// one of HTTP/1.0, which proxies still speak and browsers do not.
func isForwarded(r *http.Request) bool {
	for name := range r.Header {
		if forwarded.MatchString(name) {
			return true
		}
	}
	return !r.ProtoAtLeast(1, 1)
}

// isOfPageElsewhere reports whether a page that is not ours has a browser ask.
func isOfPageElsewhere(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return false // and its Origin may be null: our pages tell no Referer
	case "":
		origin := r.Header.Get("Origin")
		return origin != "" && origin != "http://"+r.Host
	}
	return true
}

// isLocal reports whether a request came to a loopback address and by its name, and
// not by way of a proxy that says so: a page elsewhere can have a browser ask here by
// a name of its own.
func isLocal(r *http.Request) bool {
	to, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	at, err := netip.ParseAddrPort(to.String())
	if err != nil || !at.Addr().Unmap().IsLoopback() || isForwarded(r) || isOfPageElsewhere(r) {
		return false
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	named, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && named.IsLoopback()
}

func asFailure(err error) *failure {
	if f := new(failure); errors.As(err, &f) {
		return f
	}
	return errAway
}
