package schemas

import (
	"bytes"
	"maps"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// drawn is a graph read back.
type drawn struct {
	labels map[string]string // of nodes
	looks  map[string]string
	edges  []drawnEdge
}

type drawnEdge struct{ from, to, label, look string }

var (
	dotString = `("(?:[^"\\]|\\.)*"|\d+)`
	dotLabel  = regexp.MustCompile(`label=` + dotString)
	dotLine   = regexp.MustCompile(`^ *(?:` + dotString + ` -> ` + dotString + `|(?:\{ rank=same; )?` + dotString + `)(?: \[((?:[a-z]+=(?:"(?:[^"\\]|\\.)*"|[a-z0-9.]+) ?)+)\])?$`)
	dotOther  = regexp.MustCompile(`^(digraph statuses \{| *subgraph "cluster_[a-z_]+" \{| *label="[^"]*"\]?| *(graph|node|edge) \[.*| *\})$`)
)

// readGraph reads the part of DOT that Graph writes.
func readGraph(t *testing.T, dot string) *drawn {
	d := &drawn{labels: map[string]string{}, looks: map[string]string{}}
	for line := range strings.Lines(dot) {
		line = strings.TrimSuffix(line, "\n")
		if dotOther.MatchString(line) {
			continue
		}
		m := dotLine.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("this is no DOT: %s", line)
		}
		label := ""
		if l := dotLabel.FindStringSubmatch(m[4]); l != nil {
			label = unquote(l[1])
		}
		switch {
		case m[1] != "":
			e := drawnEdge{unquote(m[1]), unquote(m[2]), label, m[4]}
			if strings.HasPrefix(m[4], "dir=back ") {
				e.from, e.to = e.to, e.from
			}
			d.edges = append(d.edges, e)
		case m[4] != "":
			if _, twice := d.labels[unquote(m[3])]; twice {
				t.Errorf("%s is drawn twice", m[3])
			}
			d.labels[unquote(m[3])], d.looks[unquote(m[3])] = label, m[4]
		}
	}
	if strings.Count(dot, "{\n")+strings.Count(dot, "rank=same") != len(regexp.MustCompile(`(?m)^ *\}$`).FindAllString(dot, -1)) {
		t.Error("braces do not match")
	}
	for _, e := range d.edges {
		for _, id := range []string{e.from, e.to} {
			if _, ok := d.labels[id]; !ok {
				t.Errorf("%s is not drawn, but an edge from %s to %s", id, e.from, e.to)
			}
		}
	}
	return d
}

func unquote(s string) string {
	if u, err := strconv.Unquote(s); err == nil {
		return u
	}
	return s
}

// leads returns the events by which a status leads to others, by whatever points
// and lists of statuses, as the graph shows it.
func (d *drawn) leads(name, from string) map[string][]string {
	at := []string{name + "." + from}
	for id, label := range d.labels {
		if strings.Contains(d.looks[id], "fontsize=9") && slices.Contains(words(label), from) {
			at = append(at, id)
		}
	}
	to := map[string][]string{}
	for i := 0; i < len(at); i++ {
		for _, e := range d.edges {
			switch {
			case e.from != at[i]:
			case strings.HasSuffix(e.look, meets):
				at = append(at, e.to)
			default:
				to[e.to] = append(to[e.to], words(e.label)...)
			}
		}
	}
	delete(to, name+"."+from)
	return to
}

// words splits a label at its commas, wherever it was broken.
func words(label string) []string { return splitEvents(strings.Join(strings.Fields(label), "")) }

func TestGraphTellsTheRules(t *testing.T) {
	for _, v := range Vocabularies {
		d := readGraph(t, Graph(v))
		for from := range v.Rows {
			want := map[string][]string{}
			for _, rule := range v.Rules() {
				if to := v.Name + "." + v.Rows[rule.To].ID; int(rule.To) != from && slices.Contains(rule.From, Status(from)) {
					want[to] = append(want[to], words(rule.Events)...)
				}
			}
			got := d.leads(v.Name, v.Rows[from].ID)
			if !maps.EqualFunc(got, want, sameWords) {
				t.Errorf("%s leads to %v, want %v", v.Rows[from].ID, got, want)
			}
		}
	}
}

func sameWords(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func TestGraphShowsTheStatuses(t *testing.T) {
	d := readGraph(t, Graph(Vocabularies[:]...))
	for _, v := range Vocabularies {
		for s, row := range v.Rows {
			id := v.Name + "." + row.ID
			want := row.ID
			if row.Text != "" {
				want += "\n" + row.Text
			}
			look := d.looks[id]
			_, fill, _ := strings.Cut(looks[row.Outcome], "fillcolor=")
			if d.labels[id] != want || !strings.Contains(look, fill) ||
				strings.Contains(look, "peripheries=2") != row.Final || strings.Contains(look, "dashed") != row.Ours {
				t.Errorf("%s (%d) is %q, drawn as %s", id, s, d.labels[id], look)
			}
		}
	}
}

// TestGraphviz asks the real program, where there is one.
func TestGraphviz(t *testing.T) {
	dot, err := exec.LookPath("dot")
	if err != nil {
		t.Skip("Graphviz is not installed")
	}
	for _, graph := range []string{Graph(), Graph(Canonical), Graph(Netcore), Graph(NetcoreFeed), Graph(Tipimail), Graph(Unisender), Graph(Vocabularies[:]...)} {
		cmd := exec.CommandContext(t.Context(), dot, "-Tsvg")
		cmd.Stdin = strings.NewReader(graph)
		var out, said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &said
		if err := cmd.Run(); err != nil || said.Len() > 0 || !strings.Contains(out.String(), "</svg>") {
			t.Errorf("dot: %v %s", err, said.String())
		}
	}
}
