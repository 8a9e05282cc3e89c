package pagestest

import (
	"cmp"
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
	Messages []message
	Refused  []struct{ Count float64 }
}

// message is what became of one letter for one recipient.
type message struct {
	MessageID string `json:"message_id"`
	Recipient string
	Delivered bool

	Opens, Clicks, Complaints int
	ProxyOpens                int `json:"proxy_opens"`
	ProxyClicks               int `json:"proxy_clicks"`

	Status               string
	StatusByReason       string `json:"status_by_reason"`       // where the words say more than the codes
	StatusWithoutProxies string `json:"status_without_proxies"` // where machines opened it
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
	w.doubt()
	return w
}

// doubt takes back the complaints of one of several recipients of a message, whose
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
func (w *truth) statuses() map[string]float64 {
	counts := map[string]float64{}
	for _, m := range w.Messages {
		counts[cmp.Or(m.StatusByReason, m.StatusWithoutProxies, m.Status)]++
	}
	for _, r := range w.Refused {
		counts["refused"] += r.Count
	}
	return counts
}
