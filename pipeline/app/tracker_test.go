package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"mailfate/pipeline/kafkalog"
	"mailfate/pipeline/store"
	"mailfate/sources/publish"
	"mailfate/sources/tail"
	"mailfate/sources/tracker/links"
	"mailfate/sources/tracking"
	"mailfate/sources/tracking/token"
)

// trackerAlone is an app of which only the tracker has been started.
func trackerAlone(t *testing.T, dir string) *App {
	t.Helper()
	keys, err := token.NewKeys(token.Key{ID: 1, Secret: strings.Repeat("k", token.MinSecret)})
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Dir: dir, Roles: RoleTracker, Tracker: &TrackerOptions{Listen: "127.0.0.1:0", Keys: keys}}
	a := &App{opts: o, roles: o.roles(), log: slog.New(slog.DiscardHandler)}
	if a.checkpoints, err = store.Open(filepath.Join(o.Dir, "state"), store.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
		_ = a.checkpoints.Close() // which a test may have done
	})
	if err := a.openTracker(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestTrackerMetrics(t *testing.T) {
	a := trackerAlone(t, t.TempDir())
	for _, path := range []string{"/", tracking.TokenPath} {
		res, err := http.Get("http://" + a.TrackerAddress() + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
	var b strings.Builder
	(&metrics{tracker: a.tracker}).write(&b)
	for _, want := range []string{
		"\nmailfate_tracker_requests_total{outcome=\"malformed\"} 1\n", "{outcome=\"not_tracked\"} 1\n", "{outcome=\"opened\"} 0\n",
		"\nmailfate_tracker_held_pixels 0\n", "\nmailfate_tracker_lost_hits_total 0\n", "\nmailfate_tracker_spool_bytes 0\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not told:\n%s", want, &b)
		}
	}
	if err := a.tidyHits(); err != nil {
		t.Error(err)
	}
}

// taken is a log that takes everything.
type taken struct{}

func (taken) Publish(context.Context, string, int, []kafkalog.Record) error { return nil }

// TestHitsAreRemoved removes what the checkpoint says was read, and nothing else.
func TestHitsAreRemoved(t *testing.T) {
	dir := t.TempDir()
	hit := func(a *App) {
		mail := links.Mail{Keys: a.opts.Tracker.Keys, Base: "http://" + a.TrackerAddress(), MessageID: "m"}
		u, err := mail.Pixel()
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.Get(u)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
	segments := func() int {
		found, err := filepath.Glob(filepath.Join(dir, "hits", "*"))
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	a := trackerAlone(t, dir)
	hit(a)
	if err := errors.Join(a.Close(t.Context()), a.checkpoints.Close()); err != nil {
		t.Fatal(err)
	}
	a = trackerAlone(t, dir)
	hit(a)
	if err := a.tidyHits(); err != nil || segments() != 2 {
		t.Fatalf("%d segments before they are read: %v", segments(), err)
	}
	src := a.tracker.source
	s, err := publish.New(publish.Options{
		Name: src.Name(), Reader: tail.Open(tail.Rotation(src.Set), tail.Options{}), Parser: src.Parser, Store: a.checkpoints, Log: taken{}, Partitions: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Replay(t.Context()); err != nil || s.Stats().Events != 2 {
		t.Fatalf("%+v, %v", s.Stats(), err)
	}
	if err := a.tidyHits(); err != nil || segments() != 1 {
		t.Fatalf("%d segments after they were read: %v", segments(), err)
	}
}

func TestTrackerRoles(t *testing.T) {
	tracks := &TrackerOptions{}
	brokers := Options{}.Kafka
	brokers.Brokers = []string{"h:1"}
	for name, tc := range map[string]struct {
		o    Options
		want string
	}{
		"everything without a tracker":     {Options{Dir: "d"}, ""},
		"everything with one":              {Options{Dir: "d", Tracker: tracks}, ""},
		"everything but the tracker":       {Options{Dir: "d", Roles: wholeWay, Tracker: tracks}, ""},
		"a tracker alone":                  {Options{Dir: "d", Roles: RoleTracker, Kafka: brokers, Tracker: tracks}, ""},
		"a tracker that is not told where": {Options{Dir: "d", Roles: RoleTracker, Kafka: brokers}, "tracker.listen"},
		"a tracker without a cluster":      {Options{Dir: "d", Roles: RoleTracker, Tracker: tracks}, "--brokers"},
		"a tracker without a directory":    {Options{Roles: RoleTracker, Kafka: brokers, Tracker: tracks}, "--data"},
	} {
		err := tc.o.Check()
		if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
