package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"mailfate/schemas"
	"mailfate/sinks/terminal"
)

// WriteHTML writes the whole report as a file for a browser, with tables that were
// asked for beside it. Made is when.
func (r *Report) WriteHTML(w io.Writer, made time.Time, beside ...*Table) error {
	p := page{
		Title:   "What became of every message",
		Facts:   append([]fact{{Name: "Period", Value: "all that is kept"}, {Name: "Account", Value: "all"}}, asking(made, "mailfate report --data DIR --html")...),
		Figures: r.figures(),
	}
	columns := [][]string{{"messages", "delivered", "ended", "bounced", "bounce_rate", "opened", "open_rate", "click_rate"}}
	for _, t := range beside {
		if len(t.Rows) > 0 {
			p.Sections = append(p.Sections, t.section(t.title(), "", t.drawing()))
			columns = append(columns, t.Columns)
		}
	}
	p.Sections = append(p.Sections, r.statusSections()...)
	p.Sections = append(p.Sections, r.bounceSections()...)
	p.Sections = append(p.Sections, r.sourceSections()...)
	p.Sections = append(p.Sections, r.leftOver())
	p.Notes = define(columns...)
	p.Facts = append(p.Facts, fact{Name: "Digest", Value: terminal.Visible(r.Digest), Small: "the same for the same events"})
	return p.write(w)
}

func (r *Report) figures() []fact {
	s := &r.Rates
	bounces := s.HardBounces + s.SoftBounces
	of := func(part, whole uint64, what string) string {
		return fmt.Sprintf("%s of %s %s", count(part), count(whole), what)
	}
	rate := func(name string, part, whole uint64, what string) fact {
		return fact{name, percent(Ratio(part, whole)), of(part, whole, wholeWords(what))}
	}
	return []fact{
		{"messages", count(r.Messages), count(s.Delivered) + " delivered"},
		rate("open rate", s.UniqueOpens, s.OpenTracked, "open_tracked"),
		rate("open rate with machines", s.UniqueOpensWithMachines, s.OpenTracked, "open_tracked"),
		rate("click rate", s.Clicks, s.ClickTracked, "click_tracked"),
		rate("bounce rate", bounces, s.Ended, "ended"),
		rate("complaint rate", s.Complaints, s.Delivered, "delivered"),
		rate("unsubscribe rate", s.Unsubscribes, s.Delivered, "delivered"),
	}
}

// statusSections are the statuses in each vocabulary.
func (r *Report) statusSections() []section {
	var all []section
	for i, v := range schemas.Vocabularies {
		counts := r.ByStatus[v.Name]
		t := Table{Columns: []string{"status", "messages", "share"}, Words: 1}
		for _, id := range inSize(counts) {
			t.Rows = append(t.Rows, []any{id, counts[id], Ratio(counts[id], r.Messages)})
		}
		if i == 0 {
			all = append(all, t.section("Statuses", "", drawing{bars: []string{"messages"}}))
			continue
		}
		s := t.section("in words of "+v.Name, "", drawing{})
		s.Narrow = true
		all = append(all, s)
	}
	return all
}

func (r *Report) bounceSections() []section {
	reasons := Table{Columns: []string{"reason", "class", "fault", "messages", "of_bounces", "bounce_rate"}, Words: 3}
	for _, b := range r.BouncesByReason {
		reasons.Rows = append(reasons.Rows, []any{b.Reason, b.Class, b.Fault, b.Messages, b.Share, b.BounceRate})
	}
	domains := Table{Columns: []string{"domain", "hard", "soft", "ended", "bounce_rate"}, Words: 1}
	for _, d := range r.BouncesByDomain {
		domains.Rows = append(domains.Rows, []any{d.Domain, d.Hard, d.Soft, d.Ended, d.BounceRate})
	}
	return []section{
		reasons.section("Bounces by reason", "These rates add up to the bounce rate of all.", drawing{bars: []string{"messages"}}),
		domains.section("Bounces by recipient domain", "", drawing{bars: []string{"hard", "soft", "bounce_rate"}}),
	}
}

func (r *Report) sourceSections() []section {
	sources := Table{Columns: []string{"stream", "lines", "bytes", "events", "ignored", "unparsed"}, Words: 1}
	ignored := Table{Columns: []string{"rule", "lines"}, Words: 1}
	var provisional uint64
	for _, name := range slices.Sorted(maps.Keys(r.Sources)) {
		s := r.Sources[name]
		sources.Rows = append(sources.Rows, []any{name, s.Lines, s.Bytes, s.Events, s.Ignored, s.Unparsed})
		provisional += s.Provisional
	}
	rules := r.ignoredBy()
	for _, rule := range inSize(rules) {
		ignored.Rows = append(ignored.Rows, []any{rule, rules[rule]})
	}
	var note string
	if provisional > 0 {
		note = count(provisional) + aboutProvisional
	}
	var all []section
	if len(sources.Rows) > 0 {
		all = append(all, sources.section("Sources", note, drawing{}))
	}
	if len(ignored.Rows) > 0 {
		all = append(all, ignored.section("Ignored, by rule", "", drawing{}))
	}
	return all
}

// leftOver is what was not understood or not matched.
func (r *Report) leftOver() section {
	t := Table{Columns: []string{"what", "meaning", "number"}, Words: 2}
	for _, l := range r.rest() {
		t.Rows = append(t.Rows, []any{l.name, l.meaning, l.n})
	}
	return t.section("Left over", "", drawing{})
}
