package app

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"time"

	"mailfate/schemas"
	"mailfate/sources/publish"
	"mailfate/sources/tail"
	"mailfate/sources/tracker"
	"mailfate/sources/tracker/spool"
	"mailfate/sources/tracking/token"
)

// TrackerOptions says how hits are answered.
type TrackerOptions struct {
	Listen    string // host:port
	Keys      *token.Keys
	Proxies   []netip.Prefix      // whose X-Forwarded-For is believed
	MaxHeld   int                 // pixels that are held open
	MaxConns  int                 // at a time; 0: as the tracker has it
	MaxSpool  int64               // bytes; 0: as the spool has it
	Keep      time.Duration       // what Kafka has
	MessageID func(string) string // as Settings has it
}

// trackerStream is the name of the hits' stream.
const trackerStream = "tracker"

// tidyEvery is how often hits that Kafka has are removed.
const tidyEvery = 10 * time.Second

// hitTracker answers hits from before Kafka is asked for until the very end: what it
// has answered is on disk, and read into Kafka whenever that is there.
type hitTracker struct {
	*tracker.Tracker
	spool   *spool.Spool
	address string
	source  Source     // its hits, as a stream like any other
	failed  chan error // why it has ended by itself
}

func (a *App) openTracker(ctx context.Context) error {
	if !a.opts.tracks() {
		return nil
	}
	o := a.opts.Tracker
	dir, err := filepath.Abs(filepath.Join(a.opts.Dir, "hits"))
	if err != nil {
		return fmt.Errorf("find spool: %w", err)
	}
	kept, err := spool.Open(spool.Options{Dir: dir, MaxBytes: o.MaxSpool, Logger: a.log})
	if err != nil {
		return err
	}
	a.undo = append(a.undo, func(context.Context) error { return kept.Close() })
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.Listen)
	if err != nil {
		return fmt.Errorf("listen for hits: %w; choose another tracker.listen", err)
	}
	t := &hitTracker{
		Tracker: tracker.New(tracker.Options{
			Keys: o.Keys, Spool: kept, Proxies: o.Proxies, MaxHeld: o.MaxHeld, MaxConns: o.MaxConns, Logger: a.log,
		}),
		spool:   kept,
		address: listener.Addr().String(),
		source: Source{
			Type:     schemas.SourceTracking,
			Set:      tail.Segments(dir, spool.Ending),
			Settings: Settings{Stream: trackerStream, Keys: o.Keys, MessageID: o.MessageID},
		},
		failed: make(chan error, 1),
	}
	go func() { t.failed <- t.Serve(listener) }() // ends when it is shut down
	a.undo = append(a.undo, t.Shutdown)
	a.tracker = t
	a.log.Info("answering hits", "address", "http://"+t.address)
	return nil
}

// watchTracker ends everything when nobody answers any more.
func (a *App) watchTracker() error {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		select {
		case err := <-a.tracker.failed:
			return err
		case <-tick.C:
			if err := a.tidyHits(); err != nil {
				a.log.Warn("cannot remove hits that were read", "error", err)
			}
		case <-a.ctx.Done():
			return nil
		}
	}
}

// tidyHits removes the segments of the spool that the checkpoint says were read: all
// of them is in Kafka then.
func (a *App) tidyHits() error {
	st, err := a.checkpoints.Renewed()
	if err != nil {
		return err
	}
	marks, err := publish.Marks(st, a.tracker.source.Name())
	if err != nil {
		return err
	}
	read := make(map[string]int64, len(marks))
	for _, m := range marks {
		read[m.Path] = m.Offset
	}
	return a.tracker.spool.Tidy(a.opts.Tracker.Keep, func(seg spool.Segment) bool { return read[seg.Path] == seg.Size })
}

// TrackerAddress says where hits are answered; "" when they are not answered here.
func (a *App) TrackerAddress() string {
	if a.tracker == nil {
		return ""
	}
	return a.tracker.address
}
