package app

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"mailfate/sources/publish"
)

// metricsTimeout bounds how long one who asks for figures may take.
const metricsTimeout = 10 * time.Second

// metrics tells, in the text format of Prometheus, what was made of the lines of the
// streams that are followed. Its labels are few: streams are configured, outcomes
// and rules are of closed sets; shapes, of which a log can have any, are in
// ClickHouse alone.
type metrics struct {
	streams atomic.Pointer[[]*publish.Stream]
	tracker *hitTracker // nil: none
	rollups *rollups    // nil: this process is no sink
	kept    *retention  // likewise
}

// serveMetrics answers at an address until ctx ends, and returns where that is.
func serveMetrics(ctx context.Context, address string, m *metrics) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return "", fmt.Errorf("listen for metrics: %w; choose another metrics.listen", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m)
	server := &http.Server{Handler: mux, ReadTimeout: metricsTimeout, WriteTimeout: metricsTimeout, MaxHeaderBytes: 1 << 14}
	context.AfterFunc(ctx, func() { _ = server.Close() }) // what was not answered is asked again
	go func() { _ = server.Serve(listener) }()            // ends when it is closed
	return listener.Addr().String(), nil
}

func (m *metrics) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	out := bufio.NewWriter(w)
	m.write(out)
	_ = out.Flush() // whoever asked is gone
}

// A family is one metric: what it says of a stream.
type family struct {
	name, kind, help string
	of               func(publish.Stats) []sample
}

type sample struct {
	labels string // behind the stream's
	value  float64
}

func one(v uint64) []sample { return []sample{{value: float64(v)}} }

var families = []family{
	{"mailfate_lines_total", "counter", "Lines, or mails, by what they were good for.", linesByOutcome},
	{"mailfate_ignored_lines_total", "counter", "Lines of no interest, by the rule that says so.", linesByRule},
	{"mailfate_cut_lines_total", "counter", "Lines that were too long.", func(s publish.Stats) []sample { return one(s.Cut) }},
	{"mailfate_read_bytes_total", "counter", "Bytes read, uncompressed.", func(s publish.Stats) []sample { return one(s.Bytes) }},
	{"mailfate_events_total", "counter", "Events published.", func(s publish.Stats) []sample { return one(s.Events) }},
	{"mailfate_dead_letters_total", "counter", "Events that could not be published.", func(s publish.Stats) []sample { return one(s.Dead) }},
	{
		"mailfate_provisional_messages_total", "counter", "Messages named after their queue id, as the log has not told their Message-ID.",
		func(s publish.Stats) []sample { return one(s.Provisional) },
	},
	{
		"mailfate_stream_problems", "gauge", "Files, mails or mailboxes that cannot be read now.",
		func(s publish.Stats) []sample { return one(s.Problems) },
	},
	{
		"mailfate_stream_time_seconds", "gauge", "How far the stream's time has come, since 1970 UTC.",
		func(s publish.Stats) []sample { return []sample{{value: float64(s.Clock) / 1000}} },
	},
}

func linesByOutcome(s publish.Stats) []sample {
	ignored := s.IgnoredTotal()
	events := s.Lines - min(s.Lines, s.Context+ignored+s.Unparsed)
	return []sample{
		{`,outcome="events"`, float64(events)},
		{`,outcome="context"`, float64(s.Context)},
		{`,outcome="ignored"`, float64(ignored)},
		{`,outcome="unparsed"`, float64(s.Unparsed)},
	}
}

func linesByRule(s publish.Stats) (samples []sample) {
	for _, rule := range slices.Sorted(maps.Keys(s.Ignored)) {
		samples = append(samples, sample{`,rule="` + escapeLabel(rule) + `"`, float64(s.Ignored[rule])})
	}
	return samples
}

func (m *metrics) write(w io.Writer) {
	type named struct {
		name  string
		stats publish.Stats
	}
	var all []named
	if streams := m.streams.Load(); streams != nil {
		for _, s := range *streams {
			all = append(all, named{escapeLabel(s.Name()), s.Stats()})
		}
	}
	for _, f := range families {
		fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", f.name, f.help, f.name, f.kind)
		for _, s := range all {
			for _, sample := range f.of(s.stats) {
				fmt.Fprintf(w, "%s{stream=\"%s\"%s} %v\n", f.name, s.name, sample.labels, sample.value)
			}
		}
	}
	if m.tracker != nil {
		m.tracker.writeTracker(w)
	}
	if m.rollups != nil {
		m.rollups.write(w)
	}
	if m.kept != nil {
		m.kept.write(w)
	}
}

// writeTracker tells what became of requests to the tracker, whose outcomes are of a
// closed set.
func (t *hitTracker) writeTracker(w io.Writer) {
	requests, kept := t.Stats(), t.spool.Stats()
	head := func(name, kind, help string) {
		fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
	}
	head("mailfate_tracker_requests_total", "counter", "Requests to the tracker, by what became of them.")
	for _, outcome := range slices.Sorted(maps.Keys(requests.Requests)) {
		fmt.Fprintf(w, "mailfate_tracker_requests_total{outcome=\"%s\"} %d\n", outcome, requests.Requests[outcome])
	}
	head("mailfate_tracker_held_pixels", "gauge", "Pixels that are held open.")
	fmt.Fprintf(w, "mailfate_tracker_held_pixels %d\n", requests.Held)
	head("mailfate_tracker_lost_hits_total", "counter", "Hits that were answered, but could not be kept.")
	fmt.Fprintf(w, "mailfate_tracker_lost_hits_total %d\n", kept.Lost)
	head("mailfate_tracker_spool_bytes", "gauge", "Hits that are kept on disk.")
	fmt.Fprintf(w, "mailfate_tracker_spool_bytes %d\n", kept.Bytes)
}

var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func escapeLabel(s string) string { return labelEscapes.Replace(strings.ToValidUTF8(s, "?")) }

// startMetrics begins to tell figures, if that is configured.
func (a *App) startMetrics(ctx context.Context) (*metrics, error) {
	m := &metrics{tracker: a.tracker}
	if a.roles.Have(RoleSink) {
		m.rollups, m.kept = &a.rollups, &a.retention
	}
	if a.opts.Metrics == "" {
		return m, nil
	}
	address, err := serveMetrics(ctx, a.opts.Metrics, m)
	if err != nil {
		return nil, err
	}
	a.log.Info("telling metrics", "address", "http://"+address+"/metrics")
	return m, nil
}
