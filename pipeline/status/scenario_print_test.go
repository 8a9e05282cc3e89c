package status

import (
	"fmt"
	"strings"

	"mailfate/schemas"
)

// letters are the vocabularies as tables of scenarios abbreviate them.
const letters = "CNFTU"

var standingNames = map[schemas.Standing]string{
	schemas.Shown: "shown", schemas.Joined: "joined", schemas.Unmatched: "unmatched", schemas.Contested: "contested",
}

// story writes what became of the message: for each key how it stands, and of
// those that are shown each change (derived causes in brackets), the end and the row.
func (w *world) story() string {
	var b strings.Builder
	for _, id := range w.identities() {
		s := w.records[id]
		if s.Standing != schemas.Shown && len(s.Events) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s: %s\n", nameOf(id), standingNames[s.Standing])
		if s.Standing != schemas.Shown {
			continue
		}
		printHistory(&b, s.History)
		fmt.Fprintf(&b, "  end     %s\n", formatEnds(s))
		if row := formatRow(&s.Row); row != "" {
			fmt.Fprintf(&b, "  row    %s\n", row)
		}
		for _, timer := range s.Timers {
			fmt.Fprintf(&b, "  waits   for %s to come to %s\n", timer.Stream, formatTime(timer.Due))
		}
	}
	return b.String()
}

// ends writes of each key that is shown the end alone.
func (w *world) ends() string {
	var b strings.Builder
	for _, id := range w.identities() {
		if s := w.records[id]; s.Standing == schemas.Shown {
			fmt.Fprintf(&b, "%-28s%s\n", nameOf(id), formatEnds(s))
		}
	}
	return b.String()
}

func formatEnds(s *schemas.Snapshot) string {
	var ends [len(letters)]string
	for v, voc := range schemas.Vocabularies {
		ends[v] = statusName(voc, s.Row.Statuses[v])
	}
	return strings.Join(ends[:], " / ")
}

// nameOf writes a key as events name it.
func nameOf(id schemas.Identity) string {
	name := id.Recipient
	if name == "" {
		name = "all"
	}
	if id.Account != "" {
		name = id.Account + "/" + name
	}
	return name
}

func statusName(voc *schemas.Vocabulary, s schemas.Status) string {
	if s == schemas.None {
		return "∅"
	}
	return voc.Row(s).ID
}

// usualBegin is what S comes to.
var usualBegin = []struct {
	kind schemas.Kind
	time int64
}{{schemas.Received, 0}, {schemas.Treated, 1_000}, {schemas.Queued, 2_000}}

// printHistory writes each change on a line of its own, but those that S comes
// to on one, which leads from before the first to after the last.
func printHistory(b *strings.Builder, history []schemas.Change) {
	n := 0
	for n < min(len(history), len(usualBegin)) && history[n].Kind == usualBegin[n].kind && history[n].Time == scenarioStart+usualBegin[n].time {
		n++
	}
	if n == len(usualBegin) {
		whole := history[n-1]
		whole.Before = history[0].Before
		printChange(b, "S", &whole)
		history = history[n:]
	}
	for i := range history {
		c := &history[i]
		cause := formatKind(c.Kind, c.Reason)
		if c.Derived {
			cause = "[" + cause + "]"
		}
		printChange(b, cause, c)
	}
}

// printChange writes the time, the cause, what changed in which vocabulary, and
// what was said.
func printChange(b *strings.Builder, cause string, c *schemas.Change) {
	fmt.Fprintf(b, "  %-7s %-27s", formatTime(c.Time), cause)
	for v, voc := range schemas.Vocabularies {
		if c.Before[v] != c.After[v] {
			fmt.Fprintf(b, "  %c %s>%s", letters[v], statusName(voc, c.Before[v]), statusName(voc, c.After[v]))
		}
	}
	if said := c.Reply + c.URL; said != "" {
		fmt.Fprintf(b, "  %q", said)
	}
	b.WriteByte('\n')
}

func formatKind(k schemas.Kind, r schemas.Reason) string {
	if r == schemas.ReasonNone {
		return k.String()
	}
	return fmt.Sprintf("%s{%s}", k, r)
}

// formatRow writes what of the row is not zero, and not every message's.
func formatRow(r *schemas.Row) string {
	var b strings.Builder
	text := func(name, s string) {
		if s != "" {
			fmt.Fprintf(&b, " %s=%s", name, s)
		}
	}
	at := func(name string, ms int64) {
		if ms != 0 {
			text(name, formatTime(ms))
		}
	}
	number := func(name string, n uint32) {
		if n != 0 {
			text(name, fmt.Sprint(n))
		}
	}
	text("reason", r.Reason.String())
	at("queued", r.Queued)
	at("deferred", r.Deferred)
	at("delivered", r.Delivered)
	at("bounced", r.Bounced)
	at("expired", r.Expired)
	at("opened", r.Opened)
	at("read", r.Read)
	at("clicked", r.Clicked)
	at("unsubscribed", r.Unsubscribed)
	at("complained", r.Complained)
	at("machine_opened", r.MachineOpened)
	at("machine_clicked", r.MachineClicked)
	number("deferrals", r.Deferrals)
	number("opens", r.Opens)
	number("clicks", r.Clicks)
	number("machine_opens", r.MachineOpens)
	number("machine_clicks", r.MachineClicks)
	number("suspicious", r.Suspicious)
	if r.Attempts > 1 {
		number("attempts", r.Attempts)
	}
	if r.AtLeast {
		text("counts", "at_least")
	}
	text("by", strings.Join(r.MachineRules, ","))
	text("sender", r.Sender)
	text("url", r.URL)
	if r.Reply != "" {
		text("reply", fmt.Sprintf("%q", r.Reply))
	}
	return b.String()
}
