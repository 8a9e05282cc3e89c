package app

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"mailfate/pipeline/embedded/embeddedtest"
	"mailfate/schemas"
	"mailfate/sinks/report"
)

// truth is what the recording program knows of a set in testdata.
type truth struct {
	Year     int
	Messages []trueMessage
	Refused  []struct{ Count uint64 }
	Totals   struct {
		Messages                  uint64
		BouncesByDomain           map[string]uint64 `json:"bounces_by_domain"`
		Delivered                 uint64
		DeliveredBouncedOrExpired uint64  `json:"delivered_bounced_or_expired"`
		UniqueOpens               uint64  `json:"unique_opens"`
		UniqueOpensWithMachines   uint64  `json:"unique_opens_with_machines"`
		OpenRate                  float64 `json:"open_rate"`
		Clicks                    uint64
		BounceRate                float64 `json:"bounce_rate"`
		Unsubscribes              uint64
		Complaints                uint64
		Unmatched                 uint64
	}
	Sources map[string]struct {
		Lines, Bytes, Noise, Broken uint64
	}
}

// trueMessage is what became of one letter for one recipient.
type trueMessage struct {
	MessageID            string `json:"message_id"`
	Complaints           uint64
	Opens                uint64
	ProxyOpens           uint64 `json:"proxy_opens"`
	Clicks               uint64
	ProxyClicks          uint64 `json:"proxy_clicks"`
	Status               string
	StatusByReason       string `json:"status_by_reason"`       // where the words say more than the codes
	StatusWithoutProxies string `json:"status_without_proxies"` // where machines opened it
	Bounced              bool
	Reason               string // a person's reading of the reply
	Enhanced             string
}

// bounces counts by reason as a person reads the replies. What is said with 5.7.x
// is never hard, whatever its words: it is policy then.
func (w *truth) bounces() (reasons map[string]uint64, hard, soft uint64) {
	reasons = map[string]uint64{}
	for _, m := range w.Messages {
		if !m.Bounced {
			continue
		}
		r, _ := schemas.ParseReason(schemas.Bounced, m.Reason)
		if r.Hard() && strings.HasPrefix(m.Enhanced, "5.7.") {
			r = schemas.Policy
		}
		if reasons[r.String()]++; r.Hard() {
			hard++
		} else {
			soft++
		}
	}
	return reasons, hard, soft
}

// doubt leaves out the complaints of one of several recipients of a message, whose
// reports name it by its Message-ID: any of the others could have written them.
func (w *truth) doubt() {
	recipients := map[string]int{}
	for _, m := range w.Messages {
		recipients[m.MessageID]++
	}
	for i := range w.Messages {
		m := &w.Messages[i]
		if m.Complaints == 0 || recipients[m.MessageID] == 1 {
			continue
		}
		w.Totals.Complaints--
		switch {
		case m.Clicks > m.ProxyClicks:
			m.Status = "clicked"
		case m.Opens > m.ProxyOpens:
			m.Status = "opened"
		default:
			m.Status = "delivered"
		}
	}
}

// statuses counts the messages by canonical status.
func (w *truth) statuses() map[string]uint64 {
	counts := map[string]uint64{}
	for _, m := range w.Messages {
		counts[cmp.Or(m.StatusByReason, m.StatusWithoutProxies, m.Status)]++
	}
	for _, r := range w.Refused {
		counts["refused"] += r.Count
	}
	return counts
}

func readTruth(t *testing.T, set string) truth {
	t.Helper()
	b, err := os.ReadFile("../../testdata/" + set + ".truth.json")
	if err != nil {
		t.Fatal(err)
	}
	var want truth
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	return want
}

// replay runs the whole pipeline on embedded parts.
func replay(t *testing.T, o Options, year int, paths ...string) report.Report {
	t.Helper()
	if testing.Short() {
		t.Skip("runs everything on the real parts")
	}
	o.Executable = embeddedtest.Host(t)
	var srcs []Source
	for _, p := range paths {
		found, err := Find(Argument{Path: p}, func(schemas.SourceType, string) Settings { return Settings{Year: year} })
		if err != nil {
			t.Fatal(err)
		}
		srcs = append(srcs, found...)
	}
	a, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	a.Start()
	r, err := a.Replay(t.Context(), srcs, nil)
	if err := errors.Join(err, a.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestReplayEqualsTruth holds the report of the recorded sets against what was
// sent, to the last message.
func TestReplayEqualsTruth(t *testing.T) {
	for _, set := range []string{"replay", "replay_rfc3164"} {
		t.Run(set, func(t *testing.T) {
			want := readTruth(t, set)
			want.doubt()
			got := replay(t, Options{Dir: t.TempDir()}, want.Year, "../../testdata/"+set)
			compare(t, want, got)
		})
	}
}

func compare(t *testing.T, want truth, got report.Report) {
	t.Helper()
	equal := func(what string, want, got any) {
		t.Helper()
		if d := gocmp.Diff(want, got); d != "" {
			t.Errorf("%s (-truth +report):\n%s", what, d)
		}
	}
	w := want.Totals
	equal("messages", w.Messages, got.Messages)
	equal("by status", want.statuses(), got.ByStatus["canonical"])
	equal("delivered", w.Delivered, got.Rates.Delivered)
	equal("ended", w.DeliveredBouncedOrExpired, got.Rates.Ended)
	wantReasons, hard, soft := want.bounces()
	equal("hard bounces", hard, got.Rates.HardBounces)
	equal("soft bounces", soft, got.Rates.SoftBounces)
	equal("opens", w.UniqueOpens, got.Rates.UniqueOpens)
	equal("opens with machines'", w.UniqueOpensWithMachines, got.Rates.UniqueOpensWithMachines)
	equal("clicks", w.Clicks, got.Rates.Clicks)
	equal("unsubscribes", w.Unsubscribes, got.Rates.Unsubscribes)
	equal("complaints", w.Complaints, got.Rates.Complaints)
	equal("unmatched", w.Unmatched, got.Unmatched)
	equal("dead letters", new(uint64), got.DeadLetters)
	if d := w.BounceRate - got.Rates.BounceRate; d*d > 1e-12 {
		t.Errorf("bounce rate %v, truth %v", got.Rates.BounceRate, w.BounceRate)
	}
	if d := w.OpenRate - got.Rates.OpenRate; d*d > 1e-12 {
		t.Errorf("open rate %v, truth %v", got.Rates.OpenRate, w.OpenRate)
	}
	reasons, domains := map[string]uint64{}, map[string]uint64{}
	for _, r := range got.BouncesByReason {
		reasons[r.Reason] += r.Messages
	}
	for _, d := range got.BouncesByDomain {
		domains[d.Domain] = d.Hard + d.Soft
	}
	maps.DeleteFunc(domains, func(_ string, n uint64) bool { return n == 0 })
	equal("reasons", wantReasons, reasons)
	equal("domains", w.BouncesByDomain, domains)
}
