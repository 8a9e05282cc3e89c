package api

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// A caller is who makes a call.
type caller struct {
	key   *Key // nil: there are no keys
	owner Owner
}

// call makes a handler of a method: who calls and whether they may, then its answer or
// failure, and a line in the log about it.
func (s *Server) call(needs Scopes, method func(*http.Request, caller) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := s.now()
		ctx, cancel := context.WithTimeout(r.Context(), answerTime)
		defer cancel()
		r = r.WithContext(ctx)
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		who, answer, err := s.answer(r, needs, method)
		status := http.StatusOK
		if err != nil {
			f := asFailure(err)
			status, answer = f.status, f
		}
		write(w, status, answer)

		name := "none"
		if who.key != nil {
			name = who.key.ID
		}
		attrs := []slog.Attr{
			slog.String("method", r.Pattern), slog.Int("status", status), slog.String("key", name),
			slog.String("account", who.owner.Account), slog.String("client", r.RemoteAddr), slog.Duration("took", s.now().Sub(begun)),
		}
		level := slog.LevelInfo
		if status >= http.StatusInternalServerError {
			level = slog.LevelError
			attrs = append(attrs, slog.Any("error", err))
		}
		s.log.LogAttrs(r.Context(), level, "answered", attrs...)
	})
}

func (s *Server) answer(r *http.Request, needs Scopes, method func(*http.Request, caller) (any, error)) (caller, any, error) {
	if err := parse(r); err != nil {
		return caller{}, nil, err
	}
	who, err := s.identify(r)
	if err != nil {
		return who, nil, err
	}
	if who.key != nil && !who.key.Scopes.Have(needs) {
		return who, nil, errScope
	}
	answer, err := method(r, who)
	return who, answer, err
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
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		secret = bearer
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
	return caller{key, Owner{Account: key.Account}}, nil
}

// isLocal reports whether a request came to a loopback address and by its name: a page
// elsewhere can have a browser ask here by a name of its own.
func isLocal(r *http.Request) bool {
	to, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	at, err := netip.ParseAddrPort(to.String())
	if err != nil || !at.Addr().Unmap().IsLoopback() {
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
