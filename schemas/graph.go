package schemas

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Graph draws vocabularies as a Graphviz digraph, in DOT: each status a node,
// placed by its step, and an edge for all events that lead from some statuses
// to one. Statuses that lead on together meet in a point first, for a line from
// each to each would be hundreds. Each vocabulary is a cluster.
func Graph(vocabularies ...*Vocabulary) string {
	g := grapher{column: map[string]int{}}
	g.line("digraph statuses {")
	g.line(`  graph [rankdir=LR newrank=true nodesep=0.12 ranksep=0.5 fontname="Helvetica" fontsize=14 labelloc=t`)
	g.line(`    label="double border: final; dashed: final by our decision; yellow: pending, green: success, red: failure\nA: any other event of the platform; B: bounced, bounced_later"]`)
	g.line(`  node [shape=box style=filled fontname="Helvetica" fontsize=11 margin="0.09,0.04"]`)
	g.line(`  edge [fontname="Helvetica" fontsize=9 arrowsize=0.6 color="#555555"]`)
	for _, v := range vocabularies {
		g.Vocabulary = v
		g.line("  subgraph %q {", "cluster_"+v.Name)
		g.line("  label=%q", fmt.Sprintf("%s (%s)", v.Name, v.Source))
		g.nodes()
		g.edges()
		g.line("  }")
	}
	g.place()
	g.line("}")
	return g.out.String()
}

// grapher writes the nodes and edges of one vocabulary after another.
type grapher struct {
	*Vocabulary
	column map[string]int // where each node stands
	out    strings.Builder
}

func (g *grapher) line(format string, args ...any) { fmt.Fprintf(&g.out, format+"\n", args...) }

func (g *grapher) id(s Status) string { return g.Name + "." + g.Rows[s].ID }

// looks are how an outcome is drawn.
var looks = map[Outcome]string{
	Pending: `shape=box style="filled" fillcolor="#fff3c4"`,
	Success: `shape=box style="filled,rounded" fillcolor="#cdebc9"`,
	Failure: `shape=octagon style="filled" fillcolor="#f6cfcb"`,
}

func (g *grapher) nodes() {
	for s := range g.Rows {
		row, id := g.Row(Status(s)), g.id(Status(s))
		label, look := row.ID, looks[row.Outcome]
		if row.Text != "" {
			label += "\n" + row.Text
		}
		if row.Final {
			look += " peripheries=2"
		}
		if row.Ours {
			look = strings.Replace(look, "filled", "filled,dashed", 1)
		}
		g.line("  %q [label=%q %s]", id, label, look)
		g.column[id] = 2 * g.step(Status(s))
	}
}

// step is a status's first step; 0 for none.
func (g *grapher) step(s Status) int {
	if step := g.Rows[s].Step; step != "" {
		return int(step[0] - '0')
	}
	return 0
}

// place lines the columns up under their headings.
func (g *grapher) place() {
	for i, heading := range headings {
		look := "shape=point style=invis"
		if heading != "" {
			look = `shape=plaintext style="" fontsize=14`
		}
		g.line("  { rank=same; %d [label=%q %s]", i, heading, look)
		for _, id := range slices.Sorted(maps.Keys(g.column)) {
			if g.column[id] == i {
				g.line("    %q", id)
			}
		}
		g.line("  }")
		if i > 0 {
			g.line("  %d -> %d [style=invis]", i-1, i)
		}
	}
}

// headings are what stands above the columns: even ones are the steps, in odd
// ones are the points of those that lead to the next.
var headings = [...]string{"0 unknown", "", "1 taken", "", "2 handled", "", "3 sent", "", "4 reader"}

// bundle is statuses that lead to others together.
type bundle struct {
	from  []Status // in order
	edges []bundleEdge
}

type bundleEdge struct {
	to     Status
	events []string
}

// bundles gathers the rules by where they lead from, the fewest statuses first.
func (g *grapher) bundles() (all []*bundle) {
	for _, rule := range g.Rules() {
		from := slices.Compact(slices.Sorted(slices.Values(rule.From)))
		i := slices.IndexFunc(all, func(b *bundle) bool { return slices.Equal(b.from, from) })
		if i < 0 {
			i = len(all)
			all = append(all, &bundle{from: from})
		}
		b := all[i]
		if n := len(b.edges); n > 0 && b.edges[n-1].to == rule.To {
			b.edges[n-1].events = append(b.edges[n-1].events, rule.Events)
		} else {
			b.edges = append(b.edges, bundleEdge{rule.To, []string{rule.Events}})
		}
	}
	slices.SortStableFunc(all, func(a, b *bundle) int { return len(a.from) - len(b.from) })
	return all
}

// Up to few statuses lead on each by its own edge; more than many are listed,
// for so many lines to where they meet would hide the rest.
const few, many = 2, 9

func (g *grapher) edges() {
	all := g.bundles()
	for i, b := range all {
		if len(b.from) > few {
			g.fan(i, all)
			continue
		}
		for _, s := range b.from {
			g.lead(g.id(s), b.edges)
		}
	}
}

// fan draws a bundle whose statuses meet: in a point before the first column
// that they lead to, from which others before each further column hang.
func (g *grapher) fan(i int, all []*bundle) {
	columns := map[int][]bundleEdge{}
	for _, e := range all[i].edges {
		before := 2*g.step(e.to) - 1
		columns[before] = append(columns[before], e)
	}
	point := g.point(i)
	for n, column := range slices.Sorted(maps.Keys(columns)) {
		if n == 0 {
			g.column[point] = column
			g.meet(i, all)
		} else {
			last := point
			point = fmt.Sprintf("%s.%d", g.point(i), column)
			g.column[point] = column
			g.line("  %q [%s]", point, dot)
			g.edge(last, point, meets)
		}
		g.lead(point, columns[column])
	}
}

// lead draws what leads on from a status or a point.
func (g *grapher) lead(from string, edges []bundleEdge) {
	for _, e := range edges {
		if to := g.id(e.to); to != from {
			kind := "label"
			if g.column[from] == g.column[to] {
				kind = "xlabel" // within a column there is no room for a label
			}
			g.edge(from, to, fmt.Sprintf("%s=%q", kind, wrap(strings.Join(e.events, ", "), 28)))
		}
	}
}

// How a point looks, and a line that is no event but leads to where some meet.
const (
	dot   = `shape=point width=0.09 style=filled`
	meets = `dir=none color="#bbbbbb"`
)

// edge draws a line, from left to right whatever way its arrow points: what
// leads back must not move the columns.
func (g *grapher) edge(from, to, look string) {
	if g.column[from] > g.column[to] {
		from, to, look = to, from, "dir=back "+look
	}
	g.line("  %q -> %q [%s]", from, to, look)
}

// meet draws the point where the statuses of a bundle meet, by way of the
// points of smaller bundles where these lie within.
func (g *grapher) meet(i int, all []*bundle) {
	point, rest := g.point(i), slices.Clone(all[i].from)
	var parts []string
	for j := i - 1; j >= 0; j-- {
		if part := all[j].from; len(part) > few && within(part, rest) {
			rest = slices.DeleteFunc(rest, func(s Status) bool { return slices.Contains(part, s) })
			parts = append(parts, g.point(j))
		}
	}
	if len(rest) > many {
		g.line("  %q [fontsize=9 fillcolor=white label=%q]", point, wrap(g.list(rest), 40))
	} else {
		g.line("  %q [%s]", point, dot)
		for _, s := range rest {
			parts = append(parts, g.id(s))
		}
	}
	for _, part := range parts {
		g.edge(part, point, meets)
	}
}

func (g *grapher) list(statuses []Status) string {
	var names []string
	for _, s := range statuses {
		names = append(names, g.Rows[s].ID)
	}
	return strings.Join(names, ", ")
}

func (g *grapher) point(i int) string { return fmt.Sprintf("%s.%d", g.Name, i) }

func within(part, whole []Status) bool {
	return !slices.ContainsFunc(part, func(s Status) bool { return !slices.Contains(whole, s) })
}

// wrap breaks a list behind commas.
func wrap(list string, width int) string {
	var out strings.Builder
	used := 0
	for word := range strings.SplitAfterSeq(list, ",") {
		if used > 0 && used+len(word) > width {
			out.WriteString("\n")
			word, used = strings.TrimSpace(word), 0
		}
		out.WriteString(word)
		used += len(word)
	}
	return out.String()
}
