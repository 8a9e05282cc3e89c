package status

import (
	"slices"

	"mailfate/schemas"
)

// twinRow makes the row as the comments of schemas.Row have it, one column
// after the other.
func twinRow(points []twinPoint, history []schemas.Change) (r schemas.Row) {
	newest := 0
	var observed []twinPoint
	for _, p := range points {
		newest = max(newest, p.attempt)
		if !p.derived {
			observed = append(observed, p)
		}
	}
	sane := slices.DeleteFunc(slices.Clone(points), func(p twinPoint) bool { return p.suspicious })
	twinAbout(&r, observed)

	r.Queued, _ = twinTimes(sane, schemas.Queued)
	r.Deferred, _ = twinTimes(sane, schemas.Deferred)
	r.Delivered, _ = twinTimes(sane, schemas.Delivered)
	r.Opened, _ = twinTimes(sane, schemas.Opened, schemas.Read)
	r.Read, _ = twinTimes(sane, schemas.Read)
	r.Clicked, _ = twinTimes(sane, schemas.Clicked)
	r.Unsubscribed, _ = twinTimes(sane, schemas.Unsubscribed)
	r.Complained, _ = twinTimes(sane, schemas.Complained)
	latest := slices.DeleteFunc(slices.Clone(sane), func(p twinPoint) bool { return p.attempt != newest })
	_, r.Bounced = twinTimes(latest, schemas.Bounced, schemas.BouncedLater)
	_, r.Expired = twinTimes(latest, schemas.Expired)

	r.Deferrals, r.Opens, r.Clicks = twinCount(sane, schemas.Deferred), twinCount(sane, schemas.Opened), twinCount(sane, schemas.Clicked)
	r.Suspicious, r.Attempts = uint32(len(points)-len(sane)), uint32(newest+1)
	for _, p := range sane {
		if p.kind == schemas.Clicked {
			r.URL = p.ev.URL
		}
	}

	if n := len(history); n > 0 {
		r.Statuses, r.Reason = history[n-1].After, history[n-1].Reason
	}
	for _, p := range observed {
		if twinTransport(p.kind) && (p.ev.Reply+p.ev.Relay+p.ev.Enhanced != "" || p.ev.Code != 0) {
			r.Code, r.Enhanced, r.Reply, r.Relay = p.ev.Code, p.ev.Enhanced, p.ev.Reply, p.ev.Relay
		}
	}
	for _, p := range latest {
		if twinIs(p.kind, schemas.Bounced, schemas.BouncedLater) {
			r.Reason, r.Code, r.Enhanced, r.Reply, r.Relay = p.reason, p.ev.Code, p.ev.Enhanced, p.ev.Reply, p.ev.Relay
		}
	}
	return r
}

// twinAbout notes what the events say about the message itself, the first that
// says it, and how much time they span.
func twinAbout(r *schemas.Row, observed []twinPoint) {
	for i := len(observed) - 1; i >= 0; i-- {
		ev := observed[i].ev
		for _, c := range []struct{ to, from *string }{
			{&r.EmailID, &ev.EmailID},
			{&r.Sender, &ev.Sender},
			{&r.Subject, &ev.Subject},
			{&r.Campaign, &ev.Campaign},
		} {
			if *c.from != "" {
				*c.to = *c.from
			}
		}
		if ev.Size != 0 {
			r.Size = ev.Size
		}
		if len(ev.Tags) > 0 {
			r.Tags = ev.Tags
		}
		if i == len(observed)-1 {
			r.First, r.Last = ev.Time, ev.Time
		}
		r.First, r.Last = min(r.First, ev.Time), max(r.Last, ev.Time)
	}
}

// twinTimes returns when the first and the last point of the kinds stand, by
// the order of the points.
func twinTimes(points []twinPoint, kinds ...schemas.Kind) (first, last int64) {
	for _, p := range points {
		if twinIs(p.kind, kinds...) {
			if first == 0 {
				first = p.time
			}
			last = p.time
		}
	}
	return first, last
}

func twinCount(points []twinPoint, k schemas.Kind) (n uint32) {
	for _, p := range points {
		if p.kind == k {
			n++
		}
	}
	return n
}
