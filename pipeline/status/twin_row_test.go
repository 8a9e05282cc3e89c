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
	_, r.Expired = twinTimes(latest, schemas.Expired)

	r.MachineOpened, _ = twinTimes(sane, schemas.MachineOpened, schemas.MachineRead)
	r.MachineClicked, _ = twinTimes(sane, schemas.MachineClicked)
	r.Suspicious, r.Attempts = uint32(len(points)-len(sane)), uint32(newest+1)
	for _, p := range sane {
		if p.kind == schemas.Clicked {
			r.URL = p.ev.URL
		}
	}

	for _, p := range sane {
		if p.rule != "" && !slices.Contains(r.MachineRules, p.kind.String()+" "+p.rule) {
			r.MachineRules = append(r.MachineRules, p.kind.String()+" "+p.rule)
		}
	}
	slices.Sort(r.MachineRules)

	if n := len(history); n > 0 {
		r.Statuses, r.Reason = history[n-1].After, history[n-1].Reason
		for _, p := range latest {
			if history[n-1].Kind == schemas.Expired && p.kind == schemas.Deferred {
				r.Reason = p.reason
			}
		}
	}
	words := slices.DeleteFunc(observed, func(p twinPoint) bool {
		return !twinTransport(p.kind) || p.suspicious || p.ev.Reply+p.ev.Relay+p.ev.Enhanced == "" && p.ev.Code == 0
	})
	for i, p := range words {
		mute := p.kind == schemas.Expired && p.ev.Code == 0
		for i > 0 && words[i-1].kind == schemas.Expired && words[i-1].ev.Code == 0 {
			i-- // to what was said before the queue gave up, once or more often
		}
		if !mute || i == 0 || words[i-1].kind != schemas.Deferred || words[i-1].attempt != p.attempt {
			r.Code, r.Enhanced, r.Reply, r.Relay = p.ev.Code, p.ev.Enhanced, p.ev.Reply, p.ev.Relay
		}
	}
	if p := twinBounce(latest, history); p.ev != nil {
		r.Bounced, r.Reason = p.time, p.reason
		r.Code, r.Enhanced, r.Reply, r.Relay = p.ev.Code, p.ev.Enhanced, p.ev.Reply, p.ev.Relay
	}
	return r
}

// twinBounce picks the first outcome if that is a refusal, else the last return
// that the history knows, else the first.
func twinBounce(points []twinPoint, history []schemas.Change) (chosen twinPoint) {
	for _, p := range points {
		if !twinIs(p.kind, schemas.Bounced, schemas.BouncedLater) {
			continue
		}
		known := slices.ContainsFunc(history, func(c schemas.Change) bool { return c.Cause == p.id })
		if chosen.ev == nil || known && p.kind == schemas.BouncedLater && chosen.kind == schemas.BouncedLater {
			chosen = p
		}
	}
	return chosen
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

// twinCounts counts the events that were kept as the timeline reads them, and
// those that were not as the others of their agent, where that says enough.
func twinCounts(r *schemas.Row, in twinInput, points []twinPoint) {
	twinCount(r, in, points, schemas.Deferred, &r.Deferrals, new(uint32))
	twinCount(r, in, points, schemas.Opened, &r.Opens, &r.MachineOpens)
	twinCount(r, in, points, schemas.Clicked, &r.Clicks, &r.MachineClicks)
}

func twinCount(r *schemas.Row, in twinInput, points []twinPoint, k schemas.Kind, people, machines *uint32) {
	suspicious := 0
	odd := map[string]bool{} // agents of which some hit was told to be another's than the agent says
	kept := map[schemas.EventID]bool{}
	for _, p := range points {
		switch {
		case p.derived || p.ev.Kind != k:
			continue
		case p.suspicious:
			suspicious++
		case p.kind != k:
			*machines++
		default:
			*people++
		}
		kept[p.id] = true
		if rule, _ := twinByName(p.ev.UserAgent, k); k != schemas.Deferred && (rule == "") != (p.kind == k) {
			odd[p.ev.UserAgent] = true
		}
	}
	records := slices.Clone(in.ownRecords)
	for _, record := range in.wholeRecords {
		switch {
		case k == schemas.Deferred: // whose they are is known only of those that are kept
			of := func(ev schemas.Event) bool { return ev.Kind != k }
			record = slices.DeleteFunc(slices.Clone(record), of)
			r.AtLeast = r.AtLeast || len(twinCap(record, 128)) < len(record)
		case in.sole:
			records = append(records, record)
		}
	}
	for _, record := range records {
		if len(twinCap(record, 128)) == len(record) {
			continue
		}
		for _, ev := range record {
			switch {
			case ev.Kind != k || kept[ev.ID]:
				continue
			case suspicious > 0 && *people+*machines > 0:
				r.AtLeast = true
			case suspicious > 0:
				r.Suspicious++
			case odd[ev.UserAgent]:
				r.AtLeast = true
			default:
				if rule, _ := twinByName(ev.UserAgent, k); rule != "" {
					*machines++
				} else {
					*people++
				}
			}
			kept[ev.ID] = true
		}
	}
}
