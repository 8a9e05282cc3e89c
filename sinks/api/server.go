package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/net/netutil"
)

// base is where everything is but checkEmail, whose path UniSender's text says.
const base = "/api/v1"

// downloads is where, under base, the feed is as a file.
const downloads = "/feed/download"

const (
	headerTime  = 5 * time.Second
	readTime    = 15 * time.Second
	answerTime  = 30 * time.Second
	idleTime    = time.Minute
	maxHeader   = 512 << 10 // 500 Message-IDs fit into a URL
	maxBody     = 512 << 10
	connections = 8192 // listeners among them
)

// Options says how questions are answered.
type Options struct {
	Store   Store
	Process func(context.Context) Process // tells of the process that answers; nil: it knows nothing
	Version string                        // of mailfate
	Pages   http.Handler                  // answers for what is not the API's; nil: nobody does
	Logger  *slog.Logger                  // nil: silent
	Now     func() time.Time              // nil: time.Now
}

// Server answers. Make it with New.
type Server struct {
	store   Store
	process func(context.Context) Process
	version string
	pages   http.Handler

	ring *ring
	log  *slog.Logger
	now  func() time.Time
	http http.Server

	hub       *hub
	seats     seats
	heartbeat time.Duration
	patience  time.Duration // with who downloads
}

// New returns a server that does not listen yet.
func New(o Options) *Server {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Process == nil {
		o.Process = knowsNothing
	}
	s := &Server{
		store: o.Store, process: o.Process, version: o.Version, pages: o.Pages,
		ring: newRing(o.Store, o.Now), log: o.Logger, now: o.Now,
		hub: newHub(o.Store, o.Logger), seats: newSeats(), heartbeat: heartbeat, patience: writeTime,
	}
	s.http = http.Server{
		Handler:           s.routes(),
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       readTime,
		WriteTimeout:      readTime + answerTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(o.Logger.Handler(), slog.LevelDebug), // what clients do wrong
	}
	s.http.RegisterOnShutdown(s.hub.end)
	return s
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	both := func(pattern string, h http.Handler) {
		mux.Handle("GET "+pattern, h)
		mux.Handle("POST "+pattern, h)
		mux.Handle(pattern, otherMethod("GET, HEAD, POST"))
	}
	for _, pattern := range []string{"/api/checkEmail", "/{language}/api/checkEmail"} {
		both(pattern, s.call(ScopeCheck, s.checkEmail))
	}
	for path, handler := range s.resources() {
		if path == downloads {
			both(base+path, handler) // so that a page's form needs no key in a URL
			continue
		}
		mux.Handle("GET "+base+path, handler)
		mux.Handle(base+path, otherMethod("GET, HEAD"))
	}
	mux.HandleFunc("/{language}/api/{rest...}", noRoute)
	mux.HandleFunc("/", s.other)
	return mux
}

// otherMethod answers for a path that is not asked for with the request's method.
func otherMethod(allow string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Allow", allow)
		write(w, errMethod.status, errMethod)
	})
}

func noRoute(w http.ResponseWriter, _ *http.Request) { write(w, errNoRoute.status, errNoRoute) }

// other answers for all that is none of the API's paths.
func (s *Server) other(w http.ResponseWriter, r *http.Request) {
	if s.pages == nil || strings.HasPrefix(r.URL.Path, "/api/") {
		noRoute(w, r)
		return
	}
	s.pages.ServeHTTP(w, r)
}

// resources are what there is under base.
func (s *Server) resources() map[string]http.Handler {
	return map[string]http.Handler{
		"/feed":                 s.call(ScopeRead, s.feed),
		downloads:               s.serve(ScopeRead|ScopeDownload, s.download),
		"/feed/live":            s.serve(ScopeRead, s.live),
		"/messages/{id}":        s.call(ScopeRead, s.message),
		"/recipients/{address}": s.call(ScopeRead, s.recipient),
		"/reports/{name}":       s.serve(ScopeRead, s.report),
		"/suppressions":         s.serve(ScopeRead, s.suppressions),
		"/replies/new":          s.call(ScopeRead, s.newReplies),
		"/health":               s.call(ScopeRead, s.health),
		"/session":              s.call(0, s.session),
		"/vocabularies":         s.call(ScopeRead, s.vocabularies),
		"/openapi.yaml":         http.HandlerFunc(openAPI),
	}
}

// Serve answers on a listener until Shutdown.
func (s *Server) Serve(l net.Listener) error {
	if err := s.http.Serve(netutil.LimitListener(l, connections)); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("answer at %s: %w", l.Addr(), err)
	}
	return nil
}

// Shutdown ends Serve and waits for the answers that were begun, until ctx ends.
func (s *Server) Shutdown(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, s.http.Close())
	}
	return err
}

// HasKeys reports whether a key was ever made: without one, there is nobody to tell
// from anybody.
func (s *Server) HasKeys(ctx context.Context) (bool, error) {
	k, err := s.ring.keys(ctx)
	return err == nil && len(k.byHash) > 0, err
}
