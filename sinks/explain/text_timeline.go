package explain

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"mailfate/sinks/terminal"
)

// indent is where what belongs to a moment begins: below its kind.
const indent = "                              "

func writeTimeline(out *page, r *Recipient) {
	day, attempt := "", 1
	before := Time(0)
	for i := range r.Timeline {
		m := &r.Timeline[i]
		if m.Attempt != attempt {
			attempt = m.Attempt
			out.heading("Attempt " + strconv.Itoa(attempt))
			day = ""
		}
		if d := m.Time.day(); d != day {
			day = d
			out.heading(d + ", UTC")
		}
		gap := ""
		if i > 0 {
			gap = span(int64(m.Time - before))
			if m.Time >= before {
				gap = "+" + gap
			}
		}
		before = m.Time
		out.writeMoment(m, gap)
	}
}

func (out *page) writeMoment(m *Moment, gap string) {
	kind, faint := m.Kind, ""
	if kind == "" {
		kind = "a change"
	}
	if m.Reason != "" {
		kind += ", " + m.Reason
	}
	if m.Event != nil && !m.Inferred {
		faint = "  " + out.Paint(terminal.Faint, m.Event.place())
	}
	switch {
	case m.Withdrawn:
		kind, faint = out.Paint(terminal.Faint, "taken back: "+kind), ""
	case m.Inferred:
		kind = out.Paint(terminal.Bold, kind) + " (inferred)"
	default:
		kind = out.Paint(terminal.Bold, kind)
	}
	out.line("  %s  %-12s  %s%s", m.Time.clock(), gap, kind, faint)
	if m.Event != nil && !m.Inferred && !m.Withdrawn {
		out.writeEvent(m.Event)
	}
	for _, note := range m.Notes {
		if !out.saidOfAgent(note, m) {
			out.text(indent, note)
		}
	}
	for i := range m.Changes {
		out.writeChange(&m.Changes[i], m)
	}
	if m.Unlisted > 0 && m.Event != nil {
		out.line("%s… %d more %s", indent, m.Unlisted, m.Event.Kind)
	}
}

func (out *page) writeChange(c *Change, m *Moment) {
	step := terminal.Visible(c.Before) + " → " + terminal.Visible(c.After)
	if c.Final {
		step += " (final)"
	}
	how := terminal.Green
	if m.Withdrawn {
		how = terminal.Faint
	}
	text := indent + pad(c.Vocabulary, 13) + " " + out.Paint(how, step)
	if c.Rule != "" {
		room := strings.Repeat(" ", max(0, 34-width(step)))
		text += out.Paint(terminal.Faint, room+" ← "+shortRule(c.Rule, m.Reason))
	}
	out.line("%s", text)
}

// writeEvent writes what was said, where the kind does not say it all.
func (out *page) writeEvent(ev *Event) {
	out.text(indent, ev.answer())
	queue := ev.QueueID
	if ev.NextQueueID != "" {
		queue += " → " + ev.NextQueueID
	}
	for _, part := range []struct{ name, text string }{
		{"relay", ev.Relay},
		{"queue id", queue},
		{"url", ev.URL},
		{"client", out.sameClient(strings.TrimSpace(ev.IP + " " + ev.UserAgent))},
	} {
		if part.text != "" {
			out.text(indent, part.name+" "+part.text)
		}
	}
}

// sameClient spares a client that was just written, as of the second open of many.
func (out *page) sameClient(client string) string {
	if client != "" && client == out.client {
		return "as before"
	}
	out.client = cmp.Or(client, out.client)
	return client
}

// saidOfAgent reports whether a note says again by which rule an agent's doing is a
// machine's: once of each is enough, for the kinds say it too.
func (out *page) saidOfAgent(note string, m *Moment) bool {
	_, rule, ok := strings.Cut(note, ": "+byRule)
	if m.Event == nil || !ok {
		return false
	}
	by := [2]string{m.Event.UserAgent, rule}
	said := out.agents[by]
	out.agents[by] = true
	return said
}

// maxReasons is how many reasons of a rule the text lists.
const maxReasons = 3

// shortRule leaves of long lists of reasons only the one that matters.
func shortRule(rule, reason string) string {
	var b strings.Builder
	for rule != "" {
		head, rest, braced := strings.Cut(rule, "{")
		b.WriteString(head)
		if !braced {
			break
		}
		list, behind, _ := strings.Cut(rest, "}")
		reasons := strings.Split(list, ",")
		switch {
		case len(reasons) <= maxReasons:
		case slices.Contains(reasons, reason):
			list = reason + ",…"
		default:
			list = "…"
		}
		b.WriteString("{" + list + "}")
		rule = behind
	}
	return b.String()
}

// answer is the reply and what it replied to; many replies begin with their code.
func (ev *Event) answer() string {
	code := strings.TrimSpace(codeText(ev.Code) + " " + ev.Enhanced)
	said := ev.Reply
	if said != "" {
		said = "“" + said + "”"
	}
	if !strings.HasPrefix(ev.Reply, codeText(ev.Code)) || ev.Code == 0 {
		said = strings.TrimSpace(code + " " + said)
	}
	switch {
	case ev.Command == "":
		return said
	case said == "":
		return "request " + ev.Command
	}
	return said + " to " + ev.Command
}

func codeText(code uint16) string {
	if code == 0 {
		return ""
	}
	return strconv.Itoa(int(code))
}

// place says where an event was read.
func (ev *Event) place() string {
	var parts []string
	for _, p := range []string{ev.Source, ev.Host} {
		if p != "" {
			parts = append(parts, short(p))
		}
	}
	if ev.File != "" {
		parts = append(parts, terminal.Visible(ev.File)+":"+strconv.FormatInt(ev.Offset, 10))
	}
	return strings.Join(parts, " ")
}
