package explain

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"mailfate/schemas"
	"mailfate/sinks/terminal"
)

// WriteText writes the story for people. Colour is for terminals only.
func (s *Story) WriteText(w io.Writer, colour bool) error {
	out := newPage(w, colour)
	told := slices.ContainsFunc(s.Recipients, func(r Recipient) bool { return r.Timeline != nil })
	if len(s.Recipients) != 1 {
		s.writeOverview(out)
	}
	for i := range s.Recipients {
		if r := &s.Recipients[i]; told && (r.Timeline != nil || len(s.Recipients) <= MaxStories) {
			s.writeRecipient(out, r)
		}
	}
	s.writeHeld(out)
	if s.Cut {
		out.remark(terminal.Yellow, "There is more than one story can hold: some events or changes are left out.")
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write story: %w", err)
	}
	return nil
}

// writeOverview lists the recipients when there are several, or none.
func (s *Story) writeOverview(out *page) {
	out.title(s.MessageID)
	if len(s.Recipients) == 0 {
		out.line("  Nobody is known to have sent it to anybody.")
		return
	}
	var rows [][]string
	head := []string{"recipient", "account"}
	head = append(head, s.Vocabularies...)
	for i := range s.Recipients {
		r := &s.Recipients[i]
		row := []string{short(r.Recipient), short(r.Account)}
		for _, v := range s.Vocabularies {
			row = append(row, r.Statuses[v].Status)
		}
		rows = append(rows, row)
	}
	out.table(head, rows)
	if s.MoreRecipients > 0 {
		out.line("  and %d more", s.MoreRecipients)
	}
	if len(s.Recipients)+s.MoreRecipients > MaxStories {
		out.line("")
		out.line("  To read the story of one of them, name it: mailfate explain MESSAGE_ID RECIPIENT")
	}
}

func (s *Story) writeRecipient(out *page, r *Recipient) {
	out.title(s.MessageID)
	out.field("from", r.Sender)
	out.field("to", r.Recipient)
	out.field("subject", r.Subject)
	out.field("account", r.Account)
	out.field("campaign", r.Campaign)
	out.field("tags", strings.Join(r.Tags, ", "))
	out.field("email id", r.EmailID)
	out.field("id", strconv.FormatUint(r.Number, 10))
	out.field("so far", r.Counts.text())
	s.writeStandings(out, r)
	writeTimeline(out, r)
	writeDoubts(out, r)
}

func (s *Story) writeStandings(out *page, r *Recipient) {
	out.heading("Where it stands")
	for _, name := range s.Vocabularies {
		now := r.Statuses[name]
		status, text := terminal.Visible(now.Status), now.Meaning
		if now.Final {
			status += " (final)"
		}
		if now.Spelling != now.Status {
			text = "“" + terminal.Visible(now.Spelling) + "”: " + text
		}
		out.line("  %-13s %s %s", name, out.Paint(outcomeColour[now.Outcome], pad(status, 24)), text)
	}
}

var outcomeColour = map[schemas.Outcome]string{
	schemas.Pending: terminal.Yellow, schemas.Success: terminal.Green, schemas.Failure: terminal.Red,
}

// text lists what there was of something.
func (c *Counts) text() string {
	var parts []string
	for _, n := range []struct {
		n         uint32
		one, many string
	}{
		{max(c.Attempts, 1) - 1, "new attempt", "new attempts"},
		{c.Deferrals, "deferral", "deferrals"},
		{c.Opens, "open", "opens"},
		{c.Clicks, "click", "clicks"},
		{c.MachineOpens, "machine open", "machine opens"},
		{c.MachineClicks, "machine click", "machine clicks"},
		{c.Suspicious, "suspicious event", "suspicious events"},
	} {
		if n.n > 0 {
			parts = append(parts, plural(uint64(n.n), n.one, n.many))
		}
	}
	if c.AtLeast && len(parts) > 0 {
		parts[len(parts)-1] += " (at least)"
	}
	if c.Unsubscribed {
		parts = append(parts, "unsubscribed")
	}
	if c.Complained {
		parts = append(parts, "reported as spam")
	}
	return strings.Join(parts, ", ")
}

func plural(n uint64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.FormatUint(n, 10) + " " + many
}

// writeDoubts says what is not as it seems.
func writeDoubts(out *page, r *Recipient) {
	if r.TakenBack > 0 && !slices.ContainsFunc(r.Timeline, func(m Moment) bool { return m.Withdrawn }) {
		out.remark(terminal.Faint, plural(uint64(r.TakenBack), "change was", "changes were")+" told once and taken back: --all shows what.")
	}
	if r.Differs > 0 {
		out.remark(terminal.Yellow, "ClickHouse tells another story for "+plural(uint64(r.Differs), "change", "changes")+
			": events are still on their way or were deleted, or the rules changed (mailfate refold; timers are rules: mind --config).")
	}
}

// heldListed is how many events of one kind the text lists that are nobody's.
const heldListed = 5

func (s *Story) writeHeld(out *page) {
	for _, contested := range []bool{true, false} {
		heading := "Unmatched: heard of, and in no story"
		if contested {
			heading = "Contested: heard of, and in no story"
		}
		for i := range s.Held {
			h := &s.Held[i]
			if h.Contested != contested {
				continue
			}
			if heading != "" {
				out.heading(heading)
				heading = ""
			}
			out.writeHeldEvents(h)
		}
	}
}

func (out *page) writeHeldEvents(h *HeldEvents) {
	to := cmp.Or(h.Recipient, "no recipient named")
	out.line("  %s  %s", out.Paint(terminal.Bold, h.Kind), short(to)+", account "+short(h.Account))
	out.text(indent, h.Why)
	listed := h.Events[:min(len(h.Events), heldListed)]
	for i := range listed {
		ev := &listed[i]
		out.line("  %s  %s", ev.Time.stamp(), out.Paint(terminal.Faint, ev.place()))
		out.writeEvent(ev)
	}
	if more := h.Total - uint64(len(listed)); more > 0 {
		out.line("%s… %d more %s", indent, more, h.Kind)
	}
}
