package app

import (
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"mailfate/pipeline/store"
	"mailfate/sources/tracking"
	"mailfate/sources/tracking/token"
)

// trackerAlone is an app of which only the tracker has been started.
func trackerAlone(t *testing.T) *App {
	t.Helper()
	keys, err := token.NewKeys(token.Key{ID: 1, Secret: strings.Repeat("k", token.MinSecret)})
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Dir: t.TempDir(), Roles: RoleTracker, Tracker: &TrackerOptions{Listen: "127.0.0.1:0", Keys: keys}}
	a := &App{opts: o, roles: o.roles(), log: slog.New(slog.DiscardHandler)}
	if a.checkpoints, err = store.Open(filepath.Join(o.Dir, "state"), store.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(t.Context()); err != nil {
			t.Error(err)
		}
		a.checkpoints.Close()
	})
	if err := a.openTracker(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestTrackerMetrics(t *testing.T) {
	a := trackerAlone(t)
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
