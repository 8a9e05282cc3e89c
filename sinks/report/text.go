package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"mailfate/schemas"
	"mailfate/sinks/terminal"
)

// maxDomains is how many domains the text lists; the JSON has more.
const maxDomains = 20

// WriteText writes the report for people. Colour is for terminals only.
func (r *Report) WriteText(w io.Writer, colour bool) error {
	out := &writer{Writer: bufio.NewWriter(w), Colour: terminal.Colour(colour)}
	r.writeStatuses(out)
	r.writeRates(out)
	r.writeReasons(out)
	r.writeDomains(out)
	r.writeSources(out)
	r.writeRest(out)
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func (r *Report) writeStatuses(out *writer) {
	grids := make([]grid, 0, len(schemas.Vocabularies))
	for _, v := range schemas.Vocabularies {
		g := grid{left: 1, header: []string{v.Name, "", ""}}
		counts := r.ByStatus[v.Name]
		for _, id := range inOrder(v, counts) {
			g.add(printable(id), count(counts[id]), percent(Ratio(counts[id], r.Messages)))
		}
		grids = append(grids, g)
	}
	out.title("%s messages by status", count(r.Messages))
	out.beside(grids)
}

// inOrder lists the statuses that occur as the vocabulary does, then any that a newer
// mailfate knows.
func inOrder(v *schemas.Vocabulary, counts map[string]uint64) []string {
	place := func(id string) int {
		if s, ok := v.Status(id); ok {
			return int(s)
		}
		return len(v.Rows)
	}
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
	})
}

func (r *Report) writeRates(out *writer) {
	s := &r.Rates
	var t grid
	t.left = 1
	t.add("delivered", count(s.Delivered), "")
	t.add("opened", count(s.UniqueOpens), percent(s.OpenRate), s.delivered(s.OpenTracked, "open"))
	t.add("opened, machines too", count(s.UniqueOpensWithMachines), percent(Ratio(s.UniqueOpensWithMachines, s.OpenTracked)), s.delivered(s.OpenTracked, "open"))
	t.add("clicked", count(s.Clicks), percent(s.ClickRate), s.delivered(s.ClickTracked, "click"))
	t.add("complained", count(s.Complaints), percent(Ratio(s.Complaints, s.Delivered)), "of delivered")
	t.add("unsubscribed", count(s.Unsubscribes), percent(Ratio(s.Unsubscribes, s.Delivered)), "of delivered")
	t.add("bounced", count(s.HardBounces+s.SoftBounces), percent(s.BounceRate), "of delivered, bounced and expired")
	t.add("  hard", count(s.HardBounces), "", "returned ones too")
	t.add("  soft", count(s.SoftBounces), "", "returned ones too")
	out.title("Rates")
	out.grid(t)
}

// delivered says of how many delivered messages a rate is, where it is not of all.
func (s *Rates) delivered(tracked uint64, what string) string {
	if tracked == s.Delivered {
		return "of delivered"
	}
	return fmt.Sprintf("of %s delivered by accounts with %s tracking", count(tracked), what)
}

func (r *Report) writeReasons(out *writer) {
	if len(r.BouncesByReason) == 0 {
		return
	}
	t := grid{left: 3, header: []string{"reason", "class", "fault", "messages", "of bounces", "rate"}}
	for _, b := range r.BouncesByReason {
		t.add(b.Reason, b.Class, b.Fault, count(b.Messages), percent(b.Share), percent(b.BounceRate))
	}
	out.title("Bounces by reason")
	out.grid(t)
}

func (r *Report) writeDomains(out *writer) {
	if len(r.BouncesByDomain) == 0 {
		return
	}
	t := grid{left: 1, header: []string{"domain", "hard", "soft", "of", "rate"}}
	for _, d := range r.BouncesByDomain[:min(len(r.BouncesByDomain), maxDomains)] {
		t.add(printable(d.Domain), count(d.Hard), count(d.Soft), count(d.Ended), percent(d.BounceRate))
	}
	out.title("Bounces by recipient domain")
	out.grid(t)
	if more := len(r.BouncesByDomain) - maxDomains; more > 0 {
		out.line("  and %d more with fewer", more)
	}
}

func (r *Report) writeSources(out *writer) {
	if len(r.Sources) == 0 {
		return
	}
	t := grid{left: 1, header: []string{"stream", "lines", "bytes", "events", "ignored", "unparsed"}}
	var provisional uint64
	for _, name := range slices.Sorted(maps.Keys(r.Sources)) {
		s := r.Sources[name]
		t.add(printable(name), count(s.Lines), count(s.Bytes), count(s.Events), count(s.Ignored), count(s.Unparsed))
		provisional += s.Provisional
	}
	out.title("Sources")
	out.grid(t)
	if provisional > 0 {
		out.line("  %s%s", count(provisional), aboutProvisional)
	}
	rules := r.ignoredBy()
	if len(rules) == 0 {
		return
	}
	ignored := grid{left: 1}
	for _, rule := range inSize(rules) {
		ignored.add(printable(rule), count(rules[rule]))
	}
	out.title("Ignored, by rule")
	out.grid(ignored)
}

// aboutProvisional says what the number of provisional names before it means.
const aboutProvisional = " messages are named after their queue id: the logs have not told their Message-ID"

// ignoredBy counts the ignored lines of all streams by rule.
func (r *Report) ignoredBy() map[string]uint64 {
	rules := map[string]uint64{}
	for _, s := range r.Sources {
		for rule, n := range s.IgnoredBy {
			rules[rule] += n
		}
	}
	return rules
}

// inSize lists what is counted, most first.
func inSize(counts map[string]uint64) []string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
}

func (r *Report) writeRest(out *writer) {
	t := grid{left: 1}
	for _, l := range r.rest() {
		t.add(l.name, count(l.n), l.meaning)
	}
	out.title("Left over")
	out.grid(t)
	out.line("")
	out.line("digest %s", r.Digest)
}

// left is something that could not be counted among the messages.
type left struct {
	name    string
	n       uint64
	meaning string
}

func (r *Report) rest() []left {
	all := []left{
		{"unparsed", r.Unparsed, "lines that no rule knows (table unparsed)"},
		{"unmatched", r.Unmatched, "hits and reports about no known message (table unmatched)"},
		{"contested", r.Contested, "hits and reports that could be several accounts' (table contested)"},
	}
	if r.DeadLetters != nil {
		all = append(all, left{"dead letters", *r.DeadLetters, "events that could not be applied (topic " + schemas.TopicDead + ")"})
	}
	return all
}

// count writes a number with a blank between groups of three digits.
func count(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}
