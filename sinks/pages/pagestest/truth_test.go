package pagestest

import (
	"encoding/json"
	"os"
	"testing"
)

// truth is what the recording program knows.
type truth struct {
	Totals struct {
		Messages, Delivered, Bounced, Clicks, Complaints, Unsubscribes, Unmatched float64

		Ended              float64            `json:"delivered_bounced_or_expired"`
		Opens              float64            `json:"unique_opens"`
		OpensWithMachines  float64            `json:"unique_opens_with_machines"`
		ClicksWithMachines float64            `json:"clicks_with_machines"`
		OpenRate           float64            `json:"open_rate"`
		BounceRate         float64            `json:"bounce_rate"`
		ByDomain           map[string]float64 `json:"bounces_by_domain"`
	}
	Messages []struct {
		Recipient                 string
		Delivered                 bool
		Opens, Clicks, Complaints int
		ProxyOpens                int `json:"proxy_opens"`
		ProxyClicks               int `json:"proxy_clicks"`
	}
	ByReason struct {
		Reasons map[string]float64 `json:"bounces_by_reason"`
	} `json:"totals_by_reason"`
}

func readTruth(t *testing.T) truth {
	t.Helper()
	var w truth
	raw, err := os.ReadFile(root + "/testdata/replay.truth.json")
	if err == nil {
		err = json.Unmarshal(raw, &w)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.Totals.Complaints-- // one is about one of several recipients, any of whom could have written it: it is doubtful
	return w
}
