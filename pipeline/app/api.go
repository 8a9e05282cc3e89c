package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"runtime/debug"

	"mailfate/schemas"
	"mailfate/sinks/api"
	"mailfate/sinks/explain"
	"mailfate/sinks/pages"
)

// API answers questions over HTTP from a database.
type API struct {
	server  *api.Server
	address string
	failed  chan error // why it has ended by itself
}

// ServeAPI begins to answer at an address, host:port. While there are no keys that is
// a loopback address, whatever is asked for: anybody could ask anything. Process tells
// what this process knows beside the database; nil: nothing.
func ServeAPI(ctx context.Context, db *Database, process func(context.Context) api.Process, listen string, log *slog.Logger) (*API, error) {
	server := api.New(api.Options{Store: db, Process: process, Version: Version(), Pages: pages.Handler(), Logger: log})
	a := &API{server: server, failed: make(chan error, 1)}
	keys, err := a.server.HasKeys(ctx)
	if err != nil {
		return nil, err
	}
	if at := loopback(listen); !keys {
		if at != listen {
			log.Warn("there are no keys, so only this machine is answered; make one with mailfate key add, and start again", "asked", listen, "address", at)
		}
		listen = at
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("listen for questions: %w; choose another address: api.listen or --listen", err)
	}
	a.address = listener.Addr().String()
	go func() { a.failed <- a.server.Serve(listener) }() // ends with Close
	log.Info("answering questions", "address", a.Address(), "keys", keys)
	return a, nil
}

// Version is mailfate's, as it was built.
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}

// Message tells the story of one message of an owner's.
func (db *Database) Message(ctx context.Context, owner api.Owner, id, recipient string, in []*schemas.Vocabulary) (explain.Story, error) {
	found, err := db.StoryOf(ctx, owner, id, recipient)
	if err != nil {
		return explain.Story{}, err
	}
	return explain.Tell(found, explain.Options{Vocabularies: in, Timers: db.timers, Replies: db.replies}), nil
}

// loopback returns an address as such that only this machine reaches it.
func loopback(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen // listening says what is wrong with it
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsLoopback() {
		return listen
	}
	return net.JoinHostPort("127.0.0.1", port)
}

// Address says where questions are answered, as a URL that this machine can ask.
func (a *API) Address() string {
	at, err := netip.ParseAddrPort(a.address)
	if err == nil && at.Addr().IsUnspecified() {
		return fmt.Sprintf("http://localhost:%d", at.Port())
	}
	return "http://" + a.address
}

// Wait returns when ctx ends, or why there are no answers any more.
func (a *API) Wait(ctx context.Context) error {
	select {
	case err := <-a.failed:
		return err
	case <-ctx.Done():
		return nil
	}
}

// Close waits for the answers that were begun, until ctx ends.
func (a *API) Close(ctx context.Context) error { return a.server.Shutdown(ctx) }

// openAPI answers questions where it is said to.
func (a *App) openAPI(ctx context.Context) (err error) {
	if a.opts.API == "" {
		return nil
	}
	if a.db == nil {
		return errors.New("questions are answered by a sink, and this process is none: leave out api.listen, add sink to the roles, or use mailfate serve")
	}
	a.api, err = ServeAPI(ctx, a.db, a.tellProcess, a.opts.API, a.log)
	return err
}

// APIAddress says where questions are answered; "" when they are not answered here.
func (a *App) APIAddress() string {
	if a.api == nil {
		return ""
	}
	return a.api.Address()
}
