package main

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/net/idna"
)

// identity is one row of a truth file: what became of one letter for one recipient.
type identity struct {
	MessageID            string `json:"message_id"`
	Recipient            string `json:"recipient"`
	Status               string `json:"status"`
	StatusByReason       string `json:"status_by_reason,omitempty"`
	StatusWithoutProxies string `json:"status_without_proxies,omitempty"`
	Delivered            bool   `json:"delivered"`
	Bounced              bool   `json:"bounced"`
	Expired              bool   `json:"expired"`
	Reason               string `json:"reason,omitempty"`
	ReasonByCode         string `json:"reason_by_code,omitempty"`
	Code                 int    `json:"code,omitempty"`
	Enhanced             string `json:"enhanced,omitempty"`
	Reply                string `json:"reply,omitempty"`
	Deferrals            *int   `json:"deferrals"`
	Hop                  string `json:"hop,omitempty"`
	Platform             bool   `json:"platform,omitempty"`
	Opens                int    `json:"opens"`
	ProxyOpens           int    `json:"proxy_opens"`
	RelayedOpens         int    `json:"relayed_opens"`
	Clicks               int    `json:"clicks"`
	ProxyClicks          int    `json:"proxy_clicks"`
	Unsubscribes         int    `json:"unsubscribes"`
	Complaints           int    `json:"complaints"`
	OtherReports         int    `json:"other_reports"`
	Suspicious           int    `json:"suspicious"`
}

// outcome is what the servers saw of one addressee.
type outcome struct {
	delivered, bounced, expired bool
	firstBounce, lastBounce     time.Time
	cause                       *reply // of the first bounce, or of the last deferral before the give-up
	deferrals                   *int
}

func (a *addressee) outcome() (o outcome) {
	known, count := true, 0
	for _, b := range a.boxes {
		switch b.end {
		case accepts, delivers:
			o.delivered = true
		case rejects:
			if !o.bounced || b.rejected.Before(o.firstBounce) {
				o.firstBounce, o.cause = b.rejected, b.said
			}
			o.bounced, o.lastBounce = true, latest(o.lastBounce, b.rejected)
		case bounces:
			o.bounced, o.cause = true, &b.last
		case stalls:
			o.expired, o.cause = true, b.said
		case starves:
			o.expired, o.cause, known = true, &b.last, false
		}
		count += b.deferrals
	}
	if known {
		o.deferrals = &count
	}
	return o
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// identity sums up an addressee.
func (a *addressee) identity() identity {
	o := a.outcome()
	id := identity{
		MessageID: a.letter.id, Recipient: canonical(a.written), Hop: a.hop(), Platform: len(a.platform) > 0,
		Delivered: o.delivered, Bounced: o.bounced, Expired: o.expired, Deferrals: o.deferrals,
	}
	if a.refused != nil {
		o.cause = a.refused
	}
	if o.cause != nil {
		id.Reason, id.ReasonByCode = o.cause.reason, reasonByCode(o.cause.code, o.cause.enhanced)
		id.Code, id.Enhanced = o.cause.code, o.cause.enhanced
		id.Reply = strings.Join(o.cause.wire(), " ")
	}
	id.count(a, o)
	id.Status = a.status(o, isHard(id.ReasonByCode, id.Enhanced), true)
	if s := a.status(o, isHard(id.Reason, id.Enhanced), true); s != id.Status {
		id.StatusByReason = s
	}
	if s := a.status(o, isHard(id.ReasonByCode, id.Enhanced), false); s != id.Status {
		id.StatusWithoutProxies = s
	}
	return id
}

func (id *identity) count(a *addressee, o outcome) {
	for kind, n := range a.reports {
		if kind != "abuse" && kind != "opt-out" {
			id.OtherReports += n
		}
	}
	for _, t := range a.touches {
		if !o.delivered {
			id.Suspicious++
			continue
		}
		switch t.what {
		case opened:
			id.Opens++
			if t.class == machine {
				id.ProxyOpens++
			}
			if t.class == relayed {
				id.RelayedOpens++
			}
		case clicked:
			id.Clicks++
			if t.class == machine {
				id.ProxyClicks++
			}
		case unsubscribed:
			id.Unsubscribes++
		case complained:
			id.Complaints++
		}
	}
}

// status is the canonical status in the end.
func (a *addressee) status(o outcome, hard, withMachines bool) string {
	switch {
	case a.ends != "":
		return a.ends
	case a.refused != nil:
		return "refused"
	case o.delivered:
		return a.afterDelivery(o, withMachines)
	case o.bounced && hard:
		return "bounced_hard"
	case o.bounced:
		return "bounced_soft"
	default:
		return "expired"
	}
}

// stages order what may become of a letter that arrived; a higher one stands.
var stages = []string{"delivered", string(opened), string(clicked), string(unsubscribed), string(complained)}

// afterDelivery goes through what happened after the first delivery, in order. Touches count as 5 s later than stamped.
func (a *addressee) afterDelivery(o outcome, withMachines bool) string {
	touches := slices.SortedFunc(slices.Values(a.touches), func(x, y touch) int { return x.at.Compare(y.at) })
	stage, came := 0, false
	bounce := func() {
		if stage < len(stages)-1 {
			stage, came = 0, true
		}
	}
	pending := o.bounced
	for _, t := range touches {
		if pending && o.lastBounce.Before(t.at.Truncate(time.Second).Add(5*time.Second)) {
			bounce()
			pending = false
		}
		if t.class != machine || withMachines {
			stage = max(stage, slices.Index(stages, string(t.what)))
		}
	}
	if pending {
		bounce()
	}
	if came && stage == 0 {
		return "returned"
	}
	return stages[stage]
}

// canonical is an address in lower case, its domain as A-labels.
func canonical(addr string) string {
	addr = strings.ToLower(addr)
	at := strings.LastIndexByte(addr, '@')
	if domain, err := idna.Lookup.ToASCII(addr[at+1:]); err == nil {
		return addr[:at+1] + domain
	}
	return addr
}
