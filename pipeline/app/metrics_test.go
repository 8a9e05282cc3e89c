package app

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"mailfate/sources/publish"
)

func TestMetricsOfAStream(t *testing.T) {
	s := publish.Stats{Lines: 10, Events: 9, Context: 2, Ignored: map[string]uint64{"tls": 3, `q"\`: 1}, Unparsed: 1, Problems: 2, Clock: 1500}
	var got []string
	for _, f := range families {
		for _, sample := range f.of(s) {
			if sample.value != 0 {
				got = append(got, f.name+sample.labels)
			}
		}
	}
	want := `mailfate_lines_total,outcome="events" mailfate_lines_total,outcome="context" ` +
		`mailfate_lines_total,outcome="ignored" mailfate_lines_total,outcome="unparsed" ` +
		`mailfate_ignored_lines_total,rule="q\"\\" mailfate_ignored_lines_total,rule="tls" ` +
		`mailfate_events_total mailfate_stream_problems mailfate_stream_time_seconds`
	if strings.Join(got, " ") != want {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
	if lines := linesByOutcome(s); lines[0].value != 3 || lines[2].value != 4 {
		t.Errorf("%+v", lines)
	}
}

func TestMetricsAreServed(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	address, err := serveMetrics(ctx, "127.0.0.1:0", new(metrics))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"/metrics": http.StatusOK, "/": http.StatusNotFound} {
		r, err := http.Get("http://" + address + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil || r.StatusCode != want || want == http.StatusOK && !strings.Contains(string(body), "# TYPE mailfate_lines_total counter\n") {
			t.Errorf("%s: %s, %v\n%s", path, r.Status, err, body)
		}
	}
	if _, err := serveMetrics(ctx, address, new(metrics)); err == nil || !strings.Contains(err.Error(), "metrics.listen") {
		t.Errorf("a second one at the same address: %v", err)
	}
}

func TestMetricsOfTheRollup(t *testing.T) {
	var r rollups
	r.note(3, nil)
	r.note(2, nil)
	r.note(0, io.ErrUnexpectedEOF)
	var out strings.Builder
	(&metrics{rollups: &r}).write(&out)
	for _, want := range []string{"\nmailfate_rollup_stale_hours 2\n", "\nmailfate_rollup_recounted_hours_total 5\n", "\nmailfate_rollup_failures_total 1\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}
