package status

import (
	"mailfate/pipeline/classify"
	"mailfate/schemas"
)

// trapTime is how many seconds before or after another hit of its a client that
// followed a trap is known by it: later others may come from its address.
const trapTime = 10

// around tells what was observed around a hit (classify.Around). What is not surely
// about the message tells nothing of another point.
type around struct {
	points []Point // in their order
	hit    *Point
}

// apart is how many whole seconds lie between two points: most logs write no more.
func apart(a, b *Point) int64 {
	d := a.Time/1000 - b.Time/1000
	return max(d, -d)
}

// DeliveredWithin implements classify.Around.
func (a *around) DeliveredWithin(seconds int64) bool {
	for i := range a.points {
		p := &a.points[i]
		if p.Kind == schemas.Delivered && !p.Suspicious && apart(p, a.hit) <= seconds {
			return true
		}
	}
	return false
}

// Unopened implements classify.Around.
func (a *around) Unopened() bool {
	for i := range a.points {
		p := &a.points[i]
		if (p.Kind == schemas.Opened || p.Kind == schemas.Read) && !p.Suspicious && p.Time/1000 <= a.hit.Time/1000 {
			return false
		}
	}
	return true
}

// Links implements classify.Around. Each second that a link was followed in may be
// the first of the time that holds the most.
func (a *around) Links(enough int, seconds int64) (most int) {
	for i := range a.points {
		p := &a.points[i]
		since := a.hit.Time/1000 - p.Time/1000
		if since < 0 || since > seconds || !a.isTheirs(p) {
			continue
		}
		if most = max(most, a.linksFrom(p.Time/1000, enough, seconds)); most == enough {
			break
		}
	}
	return most
}

// linksFrom is how many different links the client followed from a second on.
func (a *around) linksFrom(first int64, enough int, seconds int64) (n int) {
	var found [maxLinks]*schemas.Event
	for i := range a.points {
		p := &a.points[i]
		if at := p.Time / 1000; at < first || at > first+seconds || !a.isTheirs(p) || isAmong(found[:n], p.Event) {
			continue
		}
		found[n] = p.Event
		if n++; n == min(enough, maxLinks) {
			break
		}
	}
	return n
}

// maxLinks is more than any rule may ask for.
const maxLinks = 16

// isAmong reports whether a link was followed already.
func isAmong(found []*schemas.Event, ev *schemas.Event) bool {
	for _, f := range found {
		if f.Kind == ev.Kind && f.URL == ev.URL {
			return true
		}
	}
	return false
}

// Followed implements classify.Around.
func (a *around) Followed(texts []string) bool {
	for i := range a.points {
		p := &a.points[i]
		if apart(p, a.hit) <= trapTime && a.isTheirs(p) && classify.HoldsAny(p.Event.URL, texts) {
			return true
		}
	}
	return false
}

// isTheirs reports whether the client of the hit followed this link, as far as that
// is known: it has the same address and agent.
func (a *around) isTheirs(p *Point) bool {
	if p.Kind != schemas.Clicked && p.Kind != schemas.Unsubscribed {
		return false
	}
	ours, ev := a.hit.Event, p.Event
	return p == a.hit || ours.IP != "" && ev.IP == ours.IP && ev.UserAgent == ours.UserAgent && !p.Suspicious && !asked(ev)
}
