package pagestest

import (
	"maps"
	"net/url"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// words is what each vocabulary says of a message with a canonical status, by the texts
// that they are true to.
var words = map[string]map[string]string{
	"delivered":    {"netcore": "sent", "netcore_feed": "delivered", "tipimail": "delivered", "unisender": "ok_delivered"},
	"opened":       {"netcore": "open", "netcore_feed": "opened", "tipimail": "opened", "unisender": "ok_read"},
	"clicked":      {"netcore": "click", "netcore_feed": "clicked", "tipimail": "clicked", "unisender": "ok_link_visited"},
	"unsubscribed": {"netcore": "unsubscribe", "netcore_feed": "unsubscribed", "tipimail": "unsubscribed", "unisender": "ok_unsubscribed"},
	"complained":   {"netcore": "abuse", "netcore_feed": "reported_as_spam", "tipimail": "complaint", "unisender": "ok_fbl"},
	"expired":      {"netcore": "soft_bounce", "netcore_feed": "bounced_rejected", "tipimail": "softbounce", "unisender": "err_giveup"},
}

// vocabularies shows the status of a message in all five, as the recording program and the
// texts have it.
func (s *site) vocabularies(t *testing.T) {
	recipients := map[string]int{}
	for _, m := range s.truth.Messages {
		recipients[m.MessageID]++
	}
	const row = "main [data-table=vocabularies] [data-row=now] td"
	b := s.blank(t)
	for _, status := range slices.Sorted(maps.Keys(words)) {
		i := slices.IndexFunc(s.truth.Messages, func(m message) bool {
			return m.Status == status && m.StatusByReason == "" && m.StatusWithoutProxies == "" && recipients[m.MessageID] == 1
		})
		if i < 0 {
			t.Errorf("no message has %s", status)
			continue
		}
		m := s.truth.Messages[i]
		b.visit("/message?id=" + url.QueryEscape(m.MessageID) + "&recipient=" + url.QueryEscape(m.Recipient))
		want := maps.Clone(words[status])
		want["canonical"] = status
		names := getJSON[struct{ Vocabularies []struct{ Name string } }](t, s, "/api/v1/vocabularies", "").Vocabularies
		got := map[string]string{}
		for j, id := range ask[[]string](b, "[...document.querySelectorAll("+quote(row)+")].map(e => e.dataset.status ?? '')") {
			got[names[j].Name] = id
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s to %s: %s", m.MessageID, m.Recipient, diff)
		}
	}
}
