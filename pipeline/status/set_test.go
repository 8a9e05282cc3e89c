package status

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mailfate/schemas"
)

// naiveSet is what is kept of many events of one kind: all in order while they
// are few, else the ends; and of their ids the smallest.
func naiveSet(events []schemas.Event) (kept []schemas.EventID, counted []schemas.EventID) {
	events = slices.SortedFunc(slices.Values(events), func(a, b schemas.Event) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.ID, b.ID))
	})
	for i, ev := range events {
		if i < 16 || i >= len(events)-16 {
			kept = append(kept, ev.ID)
		}
		counted = append(counted, ev.ID)
	}
	if len(events) <= 32 {
		return kept, nil
	}
	slices.Sort(counted)
	return kept, counted[:min(len(counted), 256)]
}

func TestSetKeepsBothEndsAndCounts(t *testing.T) {
	for _, n := range []int{0, 1, 31, 32, 33, 34, 100, 255, 256, 257, 400} {
		rapid.Check(t, func(t *rapid.T) {
			order := rapid.Permutation(indexes(n)).Draw(t, "order")
			var events []schemas.Event
			for i := range n {
				events = append(events, schemas.Event{ID: schemas.EventID(order[i]*7 + 1), Kind: schemas.Opened, Time: int64(i / 3 * 1000), Source: schemas.SourcePlatform})
			}
			kept, counted := naiveSet(events)
			s := fill(append(rapid.Permutation(events).Draw(t, "arrival"), events...))
			var got []schemas.EventID
			for _, ev := range s.Events {
				got = append(got, ev.ID)
			}
			if !slices.Equal(got, kept) {
				t.Fatalf("%d events: kept %v, want %v", n, got, kept)
			}
			if ids := idsCounted(s, schemas.Opened); !slices.Equal(ids, counted) {
				t.Fatalf("%d events: counted %v, want %v", n, ids, counted)
			}
			known := slices.Concat(kept, counted)
			slices.Sort(known)
			checkCounts(t, s, uint32(len(slices.Compact(known))), n >= 256)
		})
	}
}

// idsCounted are the ids that are counted of a kind, of all agents.
func idsCounted(s *schemas.Snapshot, k schemas.Kind) (ids []schemas.EventID) {
	for _, c := range s.Counted {
		if c.Kind == k {
			ids = append(ids, c.IDs...)
		}
	}
	return ids
}

// What machines opened is counted apart from what people did, exactly, however
// many agents there are.
func TestCountsByAgent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var agents []string
		for i := range rapid.IntRange(1, 40).Draw(t, "agents") {
			agents = append(agents, rapid.SampledFrom([]string{"", "Mozilla/5.0", fmt.Sprint("curl/", i), fmt.Sprint(i), fmt.Sprint(i, " scanner")}).Draw(t, "agent"))
		}
		var events []schemas.Event
		people, machines := 0, 0
		for i := range rapid.IntRange(1, 150).Draw(t, "n") {
			ev := schemas.Event{ID: schemas.EventID(i + 1), Kind: schemas.Opened, Time: int64(i), Source: schemas.SourcePlatform}
			ev.UserAgent = rapid.SampledFrom(agents).Draw(t, "agent")
			if strings.HasPrefix(ev.UserAgent, "curl/") || strings.HasSuffix(ev.UserAgent, " scanner") || ev.UserAgent == "Mozilla/5.0" {
				machines++
			} else {
				people++
			}
			events = append(events, ev)
		}
		s := fill(rapid.Permutation(events).Draw(t, "arrival"))
		mustEqual(t, "twice", known(fill(append(slices.Clone(events), events...))), known(s))
		if want := twinCap(events, 16); len(s.Events) != len(want) {
			t.Fatalf("kept %d events, want %d", len(s.Events), len(want))
		}
		Add(s, &schemas.Event{ID: 1 << 40, Kind: schemas.Delivered, Source: schemas.SourcePlatform})
		r := usualRules.Evaluate(&Message{Key: s, Clock: func(string) int64 { return 0 }}).Row
		if int(r.Opens) != people || int(r.MachineOpens) != machines || r.AtLeast {
			t.Fatalf("%d and %d opens, at least: %v; want %d and %d", r.Opens, r.MachineOpens, r.AtLeast, people, machines)
		}
	})
}

// What was counted before agents were noted is somebody's: nobody knows whose,
// until it is read again.
func TestCountsOfUnknownAgents(t *testing.T) {
	var events []schemas.Event
	for i := range 100 {
		events = append(events, schemas.Event{ID: schemas.EventID(i + 1), Kind: schemas.Opened, Time: int64(i), Source: schemas.SourcePlatform, UserAgent: "curl/8"})
	}
	events = append(events, schemas.Event{ID: 1 << 40, Kind: schemas.Delivered, Source: schemas.SourcePlatform})
	s := fill(events)
	s.Counted[0].Agents = nil
	row := func() schemas.Row {
		return usualRules.Evaluate(&Message{Key: s, Clock: func(string) int64 { return 0 }}).Row
	}
	if r := row(); r.Opens != 0 || r.MachineOpens != 32 || !r.AtLeast {
		t.Errorf("%d and %d opens, at least: %v", r.Opens, r.MachineOpens, r.AtLeast)
	}
	for i := range events {
		Add(s, &events[i])
	}
	if r := row(); r.Opens != 0 || r.MachineOpens != 100 || r.AtLeast {
		t.Errorf("%d and %d opens, at least: %v, when read again", r.Opens, r.MachineOpens, r.AtLeast)
	}
}

// What counts too few because events are dropped says so.
func TestThinnedKindsAreMarked(t *testing.T) {
	many := func(k schemas.Kind, before ...schemas.Event) schemas.Row {
		events := before
		for i := range 60 {
			events = append(events, schemas.Event{ID: schemas.EventID(i + 10), Kind: k, Time: int64(i + 10), Source: schemas.SourcePlatform})
		}
		return usualRules.Evaluate(&Message{Key: fill(events), Clock: func(string) int64 { return 0 }}).Row
	}
	bounced := schemas.Event{ID: 1, Kind: schemas.Bounced, Time: 1, Source: schemas.SourcePostfix}
	delivered := schemas.Event{ID: 1, Kind: schemas.Delivered, Time: 1, Source: schemas.SourcePostfix}
	for name, c := range map[string]struct {
		row     schemas.Row
		atLeast bool
	}{
		"resends":               {many(schemas.Resend, bounced), true},
		"complaints of a fake":  {many(schemas.Complained, bounced), true},
		"complaints":            {many(schemas.Complained, delivered), false},
		"deliveries":            {many(schemas.Delivered), false},
		"unsubscribes of fakes": {many(schemas.Unsubscribed, bounced), true},
	} {
		if c.row.AtLeast != c.atLeast {
			t.Errorf("%s: at least: %v", name, c.row.AtLeast)
		}
	}
}

func indexes(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// checkCounts checks what the row says of them: exact below 256, marked above.
func checkCounts(t *rapid.T, s *schemas.Snapshot, opens uint32, atLeast bool) {
	if opens == 0 {
		return
	}
	Add(s, &schemas.Event{ID: 1 << 40, Kind: schemas.Delivered, Source: schemas.SourcePlatform})
	view := usualRules.Evaluate(&Message{Key: s, Clock: func(string) int64 { return 0 }})
	if view.Row.Opens != opens || view.Row.AtLeast != atLeast {
		t.Fatalf("%d opens, at least: %v; want %d, %v", view.Row.Opens, view.Row.AtLeast, opens, atLeast)
	}
}

// usualRules is made once: the version of the rules is a hash of all tables.
var usualRules = NewEvaluator(Timers{})

// What the rows of a recipient count is the union of its two records.
func TestCountsAreOfTheUnion(t *testing.T) {
	opened := func(from, to int) *schemas.Snapshot {
		s := fill([]schemas.Event{{ID: 1 << 40, Kind: schemas.Delivered, Source: schemas.SourcePlatform}})
		for i := from; i < to; i++ {
			Add(s, &schemas.Event{ID: schemas.EventID(i), Kind: schemas.Opened, Time: int64(i)})
		}
		return s
	}
	for _, c := range []struct {
		key, unnamed [2]int
		opens        uint32
		atLeast      bool
	}{
		{[2]int{0, 10}, [2]int{5, 20}, 20, false},
		{[2]int{0, 40}, [2]int{30, 35}, 40, false},
		{[2]int{0, 5}, [2]int{0, 100}, 100, false},
		{[2]int{0, 200}, [2]int{100, 255}, 255, false},
		{[2]int{0, 200}, [2]int{100, 300}, 300, false}, // each record counts exactly
		{[2]int{0, 300}, [2]int{290, 300}, 272, true},
	} {
		key, unnamed := opened(c.key[0], c.key[1]), opened(c.unnamed[0], c.unnamed[1])
		key.Account = "acme"
		header := &schemas.Snapshot{Accounts: []string{"acme"}}
		view := usualRules.Evaluate(&Message{Key: key, Unnamed: unnamed, Header: header, Clock: func(string) int64 { return 0 }})
		if view.Row.Opens != c.opens || view.Row.AtLeast != c.atLeast {
			t.Errorf("%v: %d opens, at least: %v", c, view.Row.Opens, view.Row.AtLeast)
		}
	}
}

// Of the same observation, read twice, the smaller reading is kept, whichever
// of its parts makes it smaller.
func TestSmallerReadingWins(t *testing.T) {
	small := schemas.Event{ID: 1, Kind: schemas.Delivered, Time: 5}
	for name, change := range map[string]func(*schemas.Event){
		"reason": func(ev *schemas.Event) { ev.Reason = schemas.Policy }, "source": func(ev *schemas.Event) { ev.Source = schemas.SourcePostfix },
		"host":     func(ev *schemas.Event) { ev.Host = "x" },
		"instance": func(ev *schemas.Event) { ev.Instance = "x" }, "queue id": func(ev *schemas.Event) { ev.QueueID = "x" },
		"next queue id": func(ev *schemas.Event) { ev.NextQueueID = "x" }, "code": func(ev *schemas.Event) { ev.Code = 1 },
		"enhanced": func(ev *schemas.Event) { ev.Enhanced = "x" }, "command": func(ev *schemas.Event) { ev.Command = "x" },
		"reply": func(ev *schemas.Event) { ev.Reply = "x" }, "relay": func(ev *schemas.Event) { ev.Relay = "x" },
		"sender": func(ev *schemas.Event) { ev.Sender = "x" }, "email id": func(ev *schemas.Event) { ev.EmailID = "x" },
		"subject": func(ev *schemas.Event) { ev.Subject = "x" }, "campaign": func(ev *schemas.Event) { ev.Campaign = "x" },
		"tags": func(ev *schemas.Event) { ev.Tags = []string{"x"} }, "size": func(ev *schemas.Event) { ev.Size = 1 },
		"url": func(ev *schemas.Event) { ev.URL = "x" }, "user agent": func(ev *schemas.Event) { ev.UserAgent = "x" },
		"ip": func(ev *schemas.Event) { ev.IP = "x" },
	} {
		large := small
		change(&large)
		if got := fill([]schemas.Event{small, large}); len(got.Events) != 1 || gocmp.Diff(got.Events[0], small) != "" {
			t.Errorf("%s: the larger reading came last and is kept", name)
		}
		if got := fill([]schemas.Event{large, small}); len(got.Events) != 1 || gocmp.Diff(got.Events[0], small) != "" {
			t.Errorf("%s: the larger reading came first and is kept", name)
		}
	}
	// The clock of any stream that it was read in counts, so all of them are kept.
	copied := small
	copied.Stream = "b"
	small.Stream = "a"
	for _, order := range [][]schemas.Event{{small, copied, small}, {copied, small}} {
		if got := fill(order).Events; len(got) != 1 || got[0].Stream != "a"+streamSeparator+"b" {
			t.Errorf("two streams are kept as %+v", got)
		}
	}
	// Where it was read, and under which key, is no part of what is known.
	elsewhere := small
	elsewhere.File, elsewhere.Offset, elsewhere.Identity = "/var/log/mail.log", 7, schemas.Identity{MessageID: "m", Account: "a", Recipient: "r"}
	if s := fill([]schemas.Event{small}); Add(s, &elsewhere) {
		t.Error("the same event of another file is new")
	}
}

func TestNamesOfTheOwnRecord(t *testing.T) {
	var s schemas.Snapshot
	for _, c := range []struct {
		name string
		new  bool
		want []string
	}{
		{"m", true, []string{"m"}},
		{"m", false, []string{"m"}},
		{"x", true, []string{"m", "x"}},
		{"z", false, []string{"m", "x"}},
		{"b", true, []string{"b", "m"}},
		{"c", true, []string{"b", "c"}},
		{"x", false, []string{"b", "c"}},
	} {
		if got := AddAccount(&s, c.name); got != c.new || !slices.Equal(s.Accounts, c.want) {
			t.Errorf("after %s: %v (new: %v), want %v", c.name, s.Accounts, got, c.want)
		}
		if got := AddRecipient(&s, c.name); got != c.new || !slices.Equal(s.Recipients, c.want) {
			t.Errorf("after %s: %v (new: %v), want %v", c.name, s.Recipients, got, c.want)
		}
	}
	if AddAccount(&s, "") {
		t.Error("no account is an account")
	}
}
