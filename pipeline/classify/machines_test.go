package classify

import (
	"os"
	"slices"
	"strings"
	"testing"

	"mailfate/schemas"
)

// agents are those of testdata, each with the rule that is to know it.
func agents(t testing.TB) (all [][2]string) {
	t.Helper()
	text, err := os.ReadFile("testdata/agents.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if rule, agent, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			all = append(all, [2]string{strings.Trim(rule, "-"), agent})
		}
	}
	if len(all) < 60 {
		t.Fatalf("%d agents", len(all))
	}
	return all
}

func TestAgents(t *testing.T) {
	m := DefaultMachines()
	known := map[string]bool{}
	for _, a := range agents(t) {
		rule, agent := a[0], a[1]
		for _, text := range []string{agent, strings.ToUpper(agent)} {
			says := m.Agent(text)
			f := m.ByName(says, schemas.Opened)
			if f.Rule() != rule || f.Machine() != (rule != "" && !strings.HasSuffix(rule, ".image-proxy")) {
				t.Errorf("%s: by %q, machine: %v; want %q", text, f.Rule(), f.Machine(), rule)
			}
			if by := m.Judge(says, &Hit{Kind: schemas.Opened, Request: "GET"}, Alone); by != f || !by.ByName() {
				t.Errorf("%s: by %q, by name alone %q", text, by.Rule(), f.Rule())
			}
		}
		known[rule] = true
	}
	for i := range m.rules {
		if r := &m.rules[i]; r.named() && !known[r.name] {
			t.Errorf("no agent for rule %s", r.name)
		}
	}
}

// surroundings are what a test says of a hit's.
type surroundings struct {
	delivered int64
	opened    bool
	links     int
	followed  string
}

func (s surroundings) DeliveredWithin(seconds int64) bool { return s.delivered <= seconds }
func (s surroundings) Unopened() bool                     { return !s.opened }
func (s surroundings) Links(enough int, _ int64) int      { return min(enough, s.links) }
func (s surroundings) Followed(texts []string) bool       { return HoldsAny(s.followed, texts) }

func TestConditions(t *testing.T) {
	nets := &File{"nets", []byte("192.0.2.0/24 office\n2001:db8::/32 office\n")}
	never := surroundings{delivered: 1 << 40, opened: true}
	for name, c := range map[string]struct {
		rule   string
		hit    Hit
		agent  string
		around surroundings
		not    func(*Hit, *string, *surroundings) // takes one away
	}{
		"agent is":     {"agent is: Ab", Hit{}, "aB", never, func(_ *Hit, a *string, _ *surroundings) { *a = "abc" }},
		"agent begins": {"agent begins: Ab|x", Hit{}, "aBc", never, func(_ *Hit, a *string, _ *surroundings) { *a = "cab" }},
		"agent has":    {"agent has: x | b c", Hit{}, "ab cd", never, func(_ *Hit, a *string, _ *surroundings) { *a = "b  c" }},
		"either":       {"agent is: x\nagent has: q", Hit{}, "aq", never, func(_ *Hit, a *string, _ *surroundings) { *a = "ax" }},
		"request":      {"request: HEAD | PUT", Hit{Request: "HEAD prefetch"}, "", never, func(h *Hit, _ *string, _ *surroundings) { h.Request = "GET" }},
		"get":          {"request: GET", Hit{Request: "GET"}, "", never, func(h *Hit, _ *string, _ *surroundings) { h.Request = "" }},
		"kind":         {"kind: opened, read", Hit{Kind: schemas.Read}, "", never, func(h *Hit, _ *string, _ *surroundings) { h.Kind = schemas.Clicked }},
		"network":      {"network: office", Hit{Nets: 1}, "", never, func(h *Hit, _ *string, _ *surroundings) { h.Nets = 2 }},
		"link":         {"link: /x | /y", Hit{URL: "http://z/y?z"}, "", never, func(h *Hit, _ *string, _ *surroundings) { h.URL = "" }},
		"trap":         {"trap: /x", Hit{}, "", surroundings{followed: "z/x"}, func(_ *Hit, _ *string, a *surroundings) { a.followed = "" }},
		"links":        {"links: 4 within 3s", Hit{}, "", surroundings{links: 4}, func(_ *Hit, _ *string, a *surroundings) { a.links = 3 }},
		"delivered":    {"delivered: within 1m", Hit{}, "", surroundings{delivered: 60}, func(_ *Hit, _ *string, a *surroundings) { a.delivered = 61 }},
		"opened":       {"opened: no", Hit{}, "", surroundings{}, func(_ *Hit, _ *string, a *surroundings) { a.opened = true }},
		"both":         {"agent has: a\nopened: no", Hit{}, "a", surroundings{}, func(_ *Hit, a *string, _ *surroundings) { *a = "" }},
	} {
		m, err := NewMachines(&File{"mine", []byte("[mine] machine\nmeans: mine\n" + c.rule + "\n")}, nets)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if c.hit.Kind == 0 {
			c.hit.Kind = schemas.Opened
		}
		if f := m.Judge(m.Agent(c.agent), &c.hit, c.around); f.Rule() != "mine" || f.Means() != "mine" || !f.Machine() {
			t.Errorf("%s: by %q", name, f.Rule())
		}
		c.not(&c.hit, &c.agent, &c.around)
		if f := m.Judge(m.Agent(c.agent), &c.hit, c.around); f.Rule() == "mine" {
			t.Errorf("%s: also without", name)
		}
	}
}

// A file of one's own goes before the built-in rules, replaces those of its names
// and takes them out of use; each has another version.
func TestOwnMachines(t *testing.T) {
	versions := map[uint64]string{DefaultMachines().Version(): "the built-in"}
	by := func(rules, nets *File, agent, address string) string {
		t.Helper()
		m, err := NewMachines(rules, nets)
		if err != nil {
			t.Fatal(err)
		}
		versions[m.Version()] = agent
		return m.Judge(m.Agent(agent), &Hit{Kind: schemas.Clicked, Nets: m.Nets(address)}, Alone).Rule()
	}
	for i, c := range []struct{ rules, nets, agent, address, want string }{
		{"[a.b] person\nagent is: curl/8", "", "curl/8", "", "a.b"},
		{"[script.agent] machine\nagent is: x", "", "curl/8", "", ""},
		{"[script.agent] off", "", "curl/8", "", ""},
		{"[a] machine\nnetwork: gate", "192.0.2.0/24 gate", "x", "192.0.2.7", "a"},
		{"# nothing", "192.0.2.0/24 proofpoint", "x", "192.0.2.7", "proofpoint.network"},
		{"# nothing else", "# none", "x", "67.231.150.1", ""},
	} {
		var nets *File
		if c.nets != "" {
			nets = &File{"nets", []byte(c.nets)}
		}
		if got := by(&File{"mine", []byte(c.rules)}, nets, c.agent, c.address); got != c.want {
			t.Errorf("%d: by %q, want %q", i, got, c.want)
		}
	}
	if len(versions) != 7 {
		t.Errorf("%d versions", len(versions))
	}
	if a, b := Default(), Default().WithMachines(&Machines{version: 1}); a.Version() == b.Version() || b.Machines().version != 1 {
		t.Error("other machines are the same rules")
	}
}

func TestWrongMachines(t *testing.T) {
	for text, want := range map[string]string{
		"agent is: x":                                        "mine:1: agent is belongs to a rule",
		"[a] machine":                                        "mine:1: rule a has no condition",
		"[a] machine\nsee: x":                                "mine:1: rule a has no condition",
		"[a] robot\nagent is: x":                             "mine:1: \"robot\" is nobody",
		"[A] machine\nagent is: x":                           "no name of a rule",
		"[a machine":                                         "no name of a rule",
		"[a] off\nagent is: x":                               "mine:2: rule a is off",
		"[a] machine\nagent is":                              "no line of rules",
		"[a] machine\nagent is: x ||":                        "a text is empty",
		"[a] machine\nagents: x":                             "\"agents\" is no condition",
		"[a] machine\nkind: delivered":                       "\"delivered\" is no hit",
		"[a] machine\nnetwork: nowhere":                      "\"nowhere\" is no network: want one of proofpoint, ",
		"[a] machine\nopened: yes":                           "want opened: no",
		"[a] machine\ndelivered: 5s":                         "want within",
		"[a] machine\ndelivered: within 1500ms":              "whole seconds",
		"[a] machine\ndelivered: within 2h":                  "up to an hour",
		"[a] machine\nlinks: 1 within 1s":                    "want 2 to 16",
		"[a] machine\nlinks: 3":                              "want within",
		"[a] off\n[a] off":                                   "mine:2: rule a is there already, in line 1",
		"[a] machine\nagent is: " + strings.Repeat("x", 600): "longer than any agent",
		"\xff":                         "no UTF-8",
		strings.Repeat("x", MaxFile+1): "larger than",
	} {
		if _, err := NewMachines(&File{"mine", []byte(text)}, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want %s", text, err, want)
		}
	}
	var many strings.Builder
	for i := range maxMachineRules {
		many.WriteString("[x" + strings.Repeat("y", i%40) + strings.Repeat("z", i/40) + "] machine\nagent is: x\n")
	}
	if _, err := NewMachines(&File{"mine", []byte(many.String())}, nil); err == nil || !strings.Contains(err.Error(), "room for") {
		t.Error(err)
	}
}

func TestMachinesNames(t *testing.T) {
	names := DefaultMachines().Names()
	if len(names) < 20 || names[0] != "request.head" || !slices.Contains(names, "apple.mpp") {
		t.Error(names)
	}
	for i := range DefaultMachines().rules {
		if r := &DefaultMachines().rules[i]; r.means == noMeaning || len(r.means) > 80 {
			t.Errorf("%s means %q", r.name, r.means)
		}
	}
	if f := (Fetcher{}); f.Machine() || f.Rule() != "" || f.Means() != "" || f.Label(schemas.Opened) != "" || !f.ByName() {
		t.Error("nobody is somebody")
	}
}

// FuzzMachines: any file is read or refused at a line of it, and who fetched is
// always said in the same way.
func FuzzMachines(f *testing.F) {
	f.Add(MachineText(), "curl/8", "GET", "https://x.test/mailfate-honeypot", "67.231.150.1")
	f.Add("[a] machine\nlinks: 3 within 1s\n[b] person\nnetwork: datacentre\ntrap: /x|/y", "", "HEAD prefetch", "/x", "::1")
	f.Add("[a] off\n[script.agent] off", "\xff", "", "", "")
	f.Fuzz(func(t *testing.T, rules, agent, request, url, address string) {
		m, err := NewMachines(&File{"mine", []byte(rules)}, nil)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "read rules mine:") && !strings.HasPrefix(err.Error(), "read rules machines.txt:") {
				t.Fatal(err)
			}
			return
		}
		says := m.Agent(agent)
		for k := schemas.KindNone; k < schemas.KindCount; k++ {
			h := Hit{Kind: k, Request: request, URL: url, Nets: m.Nets(address)}
			for _, a := range []Around{Alone, surroundings{links: 16, followed: url}} {
				by := m.Judge(says, &h, a)
				if by != m.Judge(m.Agent(agent), &h, a) || by.Machine() && (by.Rule() == "" || by.Label(k) == "") {
					t.Fatalf("%+v by %q", h, by.Rule())
				}
				if by.ByName() && by.rule != m.ByName(says, k).rule {
					t.Fatalf("by %q, by name %q", by.Rule(), m.ByName(says, k).Rule())
				}
			}
		}
	})
}

func TestJudgeDoesNotAllocate(t *testing.T) {
	m := DefaultMachines()
	for _, a := range agents(t) {
		for _, address := range []string{"", "67.231.150.1", "2a01:111:f400::1", "no address"} {
			if n := testing.AllocsPerRun(5, func() {
				h := Hit{Kind: schemas.Clicked, Request: "GET", URL: "https://x.test/a", Nets: m.Nets(address)}
				m.Judge(m.Agent(a[1]), &h, Alone)
			}); n > 0 {
				t.Errorf("%v allocations for %q from %s", n, a[1], address)
			}
		}
	}
}

// BenchmarkJudge judges hits of the agents of testdata, whose names are remembered.
func BenchmarkJudge(b *testing.B) {
	m := DefaultMachines()
	var says []Agent
	for _, a := range agents(b) {
		says = append(says, m.Agent(a[1]))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		h := Hit{Kind: schemas.Clicked, Request: "GET", URL: "https://x.test/a", Nets: m.Nets("198.51.100.7")}
		m.Judge(says[i%len(says)], &h, Alone)
	}
}
