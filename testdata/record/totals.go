package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// truth is a truth file.
type truth struct {
	About      string                    `json:"about"`
	Host       string                    `json:"host"`
	Zone       string                    `json:"zone"`
	Year       int                       `json:"year"`
	Totals     totals                    `json:"totals"`
	ByReason   bounceTotals              `json:"totals_by_reason"`
	Sources    map[string]map[string]int `json:"sources"`
	Refused    []refusal                 `json:"refused"`
	Identities []identity                `json:"messages"`
}

// refusal is a recipient that our own Postfix refused before there was a queue id, count times.
type refusal struct {
	Recipient string `json:"recipient"`
	Sender    string `json:"sender"`
	Reply     string `json:"reply"`
	Count     int    `json:"count"`
}

// bounceTotals are the totals that depend on how replies are classified.
type bounceTotals struct {
	ByStatus        map[string]int `json:"by_status"`
	HardBounces     int            `json:"hard_bounces"`
	SoftBounces     int            `json:"soft_bounces"`
	BouncesByReason map[string]int `json:"bounces_by_reason"`
}

type totals struct {
	Messages int `json:"messages"`
	bounceTotals
	Delivered               int            `json:"delivered"`
	Bounced                 int            `json:"bounced"`
	Expired                 int            `json:"expired"`
	Tried                   int            `json:"delivered_bounced_or_expired"`
	BouncesByDomain         map[string]int `json:"bounces_by_domain"`
	UniqueOpens             int            `json:"unique_opens"`
	UniqueOpensWithMachines int            `json:"unique_opens_with_machines"`
	Clicks                  int            `json:"clicks"`
	ClicksWithMachines      int            `json:"clicks_with_machines"`
	Unsubscribes            int            `json:"unsubscribes"`
	Complaints              int            `json:"complaints"`
	Unmatched               int            `json:"unmatched"`
	OpenRate                float64        `json:"open_rate"`
	OpenRateWithMachines    float64        `json:"open_rate_with_machines"`
	BounceRate              float64        `json:"bounce_rate"`
	ByStatusWithoutProxies  map[string]int `json:"by_status_without_proxies"`
	Notifications           int            `json:"notifications"`
	OpenEvents              int            `json:"open_events"`
	ClickEvents             int            `json:"click_events"`
	SuspiciousEvents        int            `json:"suspicious_events"`
	DeferralEventsAtLeast   int            `json:"deferral_events_at_least"`
	DeliveredAfterDeferral  int            `json:"delivered_after_deferral"`
	PassedHop               int            `json:"passed_hop"`
}

// sumUp counts the set's identities and refusals.
func (s *set) sumUp(unmatched, notifications int) *truth {
	t := &truth{
		About: "What became of every message of this recording, counted from what was sent, answered and requested. See ../README.md.",
		Host:  hostName, Zone: s.zone, Year: time.Now().Year(),
	}
	for _, l := range s.cast.letters {
		for _, a := range l.to {
			t.Identities = append(t.Identities, a.identity())
		}
	}
	slices.SortFunc(t.Identities, func(a, b identity) int {
		return cmp.Or(cmp.Compare(a.MessageID, b.MessageID), cmp.Compare(a.Recipient, b.Recipient))
	})
	byCode := bounceTotals{ByStatus: map[string]int{}, BouncesByReason: map[string]int{}}
	byReason := bounceTotals{ByStatus: map[string]int{}, BouncesByReason: map[string]int{}}
	t.Totals = totals{BouncesByDomain: map[string]int{}, ByStatusWithoutProxies: map[string]int{}, Unmatched: unmatched, Notifications: notifications}
	for _, id := range t.Identities {
		byCode.add(id, id.Status, id.ReasonByCode)
		byReason.add(id, cmp.Or(id.StatusByReason, id.Status), id.Reason)
		t.Totals.add(id)
	}
	for _, r := range s.rejects {
		t.Refused = append(t.Refused, refusal{r.recipient, r.sender, r.reply, r.count})
		byCode.ByStatus["refused"] += r.count
		byReason.ByStatus["refused"] += r.count
		t.Totals.ByStatusWithoutProxies["refused"] += r.count
		t.Totals.Messages += r.count
	}
	t.Totals.bounceTotals, t.ByReason = byCode, byReason
	t.Totals.rate()
	return t
}

func (b *bounceTotals) add(id identity, status, reason string) {
	b.ByStatus[status]++
	if !id.Bounced {
		return
	}
	b.BouncesByReason[reason]++
	if isHard(reason, id.Enhanced) {
		b.HardBounces++
	} else {
		b.SoftBounces++
	}
}

func (t *totals) add(id identity) {
	t.Messages++
	t.ByStatusWithoutProxies[cmp.Or(id.StatusWithoutProxies, id.Status)]++
	t.Delivered += one(id.Delivered)
	t.Bounced += one(id.Bounced)
	t.Expired += one(id.Expired)
	t.Tried += one(id.Delivered || id.Bounced || id.Expired)
	if id.Bounced {
		_, domain, _ := strings.Cut(id.Recipient, "@")
		t.BouncesByDomain[domain]++
	}
	t.UniqueOpens += one(id.Opens > id.ProxyOpens)
	t.UniqueOpensWithMachines += one(id.Opens > 0)
	t.Clicks += one(id.Clicks > id.ProxyClicks)
	t.ClicksWithMachines += one(id.Clicks > 0)
	t.Unsubscribes += one(id.Unsubscribes > 0)
	t.Complaints += one(id.Complaints > 0)
	t.OpenEvents += id.Opens
	t.ClickEvents += id.Clicks
	t.SuspiciousEvents += id.Suspicious
	t.PassedHop += one(id.Hop != "")
	if id.Deferrals != nil {
		t.DeferralEventsAtLeast += *id.Deferrals
		t.DeliveredAfterDeferral += one(id.Delivered && *id.Deferrals > 0)
	}
}

// rate computes the rates: messages opened by those delivered; bounced by those delivered, bounced or expired.
func (t *totals) rate() {
	t.OpenRate = float64(t.UniqueOpens) / float64(t.Delivered)
	t.OpenRateWithMachines = float64(t.UniqueOpensWithMachines) / float64(t.Delivered)
	t.BounceRate = float64(t.Bounced) / float64(t.Tried)
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
