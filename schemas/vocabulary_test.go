package schemas

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// eachEvent yields every kind with every reason that it can have, and none.
func eachEvent(yield func(Kind, Reason) bool) {
	for k := KindNone + 1; k < KindCount; k++ {
		for _, r := range append([]Reason{ReasonNone}, k.Reasons()...) {
			if !yield(k, r) {
				return
			}
		}
	}
}

func TestVocabularies(t *testing.T) {
	names := map[string]bool{}
	for _, v := range Vocabularies {
		t.Run(v.Name, func(t *testing.T) {
			if names[v.Name] || v.Name == "" || v.Source == "" {
				t.Errorf("needs a name of its own and a source: %q, %q", v.Name, v.Source)
			}
			names[v.Name] = true
			checkRows(t, v)
			checkEveryCaseIsDecided(t, v)
			checkReachable(t, v)
			checkFinal(t, v)
		})
	}
}

func checkRows(t *testing.T, v *Vocabulary) {
	if v.Rows[None].ID != noneName || v.Rows[None].Reached != "" || v.Rows[None].Final || v.Rows[None].Outcome != Pending {
		t.Error("the first row is not none's")
	}
	step := regexp.MustCompile(`^[1-4](-[1-4])?$`)
	seen := map[string]bool{}
	for s, row := range v.Rows {
		if seen[row.ID] || !regexp.MustCompile(`^[a-z_]+$`).MatchString(row.ID) {
			t.Errorf("%q is no identifier, or not unique", row.ID)
		}
		seen[row.ID] = true
		if got, ok := v.Status(row.ID); !ok || int(got) != s {
			t.Errorf("status %s: %d %v, want %d", row.ID, got, ok, s)
		}
		if v.Row(Status(s)).ID != row.ID {
			t.Errorf("row %d is %s", s, v.Row(Status(s)).ID)
		}
		if !slices.Contains([]Outcome{Pending, Success, Failure}, row.Outcome) || row.Meaning == "" {
			t.Errorf("%s: outcome %q, meaning %q", row.ID, row.Outcome, row.Meaning)
		}
		if Status(s) != None && (row.Reached == "" || !step.MatchString(row.Step)) {
			t.Errorf("%s: reached by %q, step %q", row.ID, row.Reached, row.Step)
		}
	}
	if got := v.Row(Status(len(v.Rows))).ID; got != noneName {
		t.Errorf("the row of a status of tomorrow is %s", got)
	}
	if _, ok := v.Status("nonsense"); ok {
		t.Error("there is a status nonsense")
	}
}

func checkEveryCaseIsDecided(t *testing.T, v *Vocabulary) {
	for s := range v.Rows {
		for k := range KindCount {
			for r := range ReasonCount {
				to := v.Next(Status(s), k, r)
				if int(to) >= len(v.Rows) {
					t.Fatalf("%s{%s} leads from %s to %d", k, r, v.Rows[s].ID, to)
				}
				if r != ReasonNone && !k.Has(r) && int(to) != s {
					t.Errorf("%s leads from %s to %s for %s, which is not its reason", k, v.Rows[s].ID, v.Rows[to].ID, r)
				}
				if to == None && s != int(None) {
					t.Errorf("%s{%s} makes %s none again", k, r, v.Rows[s].ID)
				}
			}
		}
	}
}

func checkReachable(t *testing.T, v *Vocabulary) {
	reached := make([]bool, len(v.Rows))
	reached[None] = true
	for queue := []Status{None}; len(queue) > 0; queue = queue[1:] {
		for k, r := range eachEvent {
			if to := v.Next(queue[0], k, r); !reached[to] {
				reached[to] = true
				queue = append(queue, to)
			}
		}
	}
	for s, ok := range reached {
		if !ok {
			t.Errorf("nothing leads to %s", v.Rows[s].ID)
		}
	}
}

func checkFinal(t *testing.T, v *Vocabulary) {
	for s, row := range v.Rows {
		for k, r := range eachEvent {
			if to := v.Next(Status(s), k, r); row.Final && k != Resend && int(to) != s {
				t.Errorf("%s{%s} ends the final status %s", k, r, row.ID)
			}
		}
	}
}

// What no vocabulary may take for something that happened to the message.
func TestEventsThatChangeNothing(t *testing.T) {
	for _, v := range Vocabularies {
		for s := range v.Rows {
			for _, k := range []Kind{MachineOpened, MachineRead, MachineClicked, MachineUnsubscribed, OtherReport} {
				for _, r := range append([]Reason{ReasonNone}, k.Reasons()...) {
					if to := v.Next(Status(s), k, r); int(to) != s {
						t.Errorf("%s: %s leads from %s to %s", v.Name, k, v.Rows[s].ID, v.Rows[to].ID)
					}
				}
			}
		}
	}
}

// canonicalTable is the table as it was agreed on, read here by an interpreter
// that shares nothing with Compile.
const canonicalTable = `
received: A ← ∅; renewed ← depleted; released{requeue} ← scheduled blocked quarantined; resend ← Z
refused: refused ← ∅ ●
scheduled: scheduled ← W; released{later} ← blocked quarantined
in_moderation: moderation_pending ← W
quarantined: quarantined ← W Q
blocked: blocked ← W Q
depleted: depleted ← W
throttled: throttled ← W
processing: treated ← W; moderation_accepted ← in_moderation quarantined
suppressed: suppressed ← W Q; filtered ← W Q ●
cancelled: cancelled ← W Q; discarded ← depleted; released{as_new} ← blocked quarantined ●
invalid: invalid ← W Q ●
lost: lost ← W Q ●
failed: internal_error ← W Q ●
queued: queued ← W; relayed ← W
deferred: deferred ← W queued
delivered: delivered ← W Q; not_spam ← spam_foldered
bounced_hard: bounced{hard} ← W Q ●
bounced_soft: bounced{soft} ← W Q ●
expired: expired ← W Q ●
returned: bounced_later ← D E
spam_foldered: spam_foldered ← W Q delivered
opened: opened ← D
read: read ← D opened
clicked: clicked ← D opened read
unsubscribed: unsubscribed ← D opened read clicked
complained: complained ← D E ●
`

var canonicalGroups = map[string]string{
	"W": "∅ received scheduled in_moderation quarantined blocked depleted throttled processing",
	"Q": "queued deferred",
	"D": "∅ received scheduled in_moderation quarantined blocked depleted throttled processing queued deferred delivered spam_foldered returned",
	"E": "opened read clicked unsubscribed",
	"Z": "refused suppressed cancelled invalid lost failed bounced_hard bounced_soft expired returned deferred blocked quarantined",
}

// naiveNext looks a case up in canonicalTable.
func naiveNext(from string, k Kind, r Reason) (to string) {
	to = from
	named := false
	for line := range strings.Lines(strings.TrimSpace(canonicalTable)) {
		id, clauses, _ := strings.Cut(line, ":")
		for _, clause := range strings.Split(strings.TrimRight(clauses, " ●\n"), ";") {
			event, states, _ := strings.Cut(clause, "←")
			var all []string
			for _, s := range strings.Fields(states) {
				if g, ok := canonicalGroups[s]; ok {
					s = g
				}
				all = append(all, strings.Fields(strings.ReplaceAll(s, "∅", "none"))...)
			}
			if !slices.Contains(all, from) {
				continue
			}
			class := "soft"
			if slices.Contains([]string{"user_unknown", "user_inactive", "mailbox_discarded", "address_syntax", "no_dns", "domain_inactive"}, r.String()) {
				class = "hard"
			}
			switch event = strings.TrimSpace(event); event {
			case k.String(), fmt.Sprintf("%s{%s}", k, r), fmt.Sprintf("%s{%s}", k, class):
				to, named = id, true
			case "A":
				if k <= InternalError && k != Refused && !named {
					to = id
				}
			}
		}
	}
	return to
}

func TestCanonicalIsTheTable(t *testing.T) {
	lines := tableLines(canonicalTable)
	if len(lines) != len(Canonical.Rows)-1 {
		t.Errorf("%d statuses, want %d", len(Canonical.Rows)-1, len(lines))
	}
	for i, line := range lines {
		row := Canonical.Rows[i+1]
		if final := line[len(line)-1] == "●"; row.ID+":" != line[0] || row.Final != final {
			t.Errorf("row %d is %s, final %v; want %s %v", i+1, row.ID, row.Final, line[0], final)
		}
	}
	for s, row := range Canonical.Rows {
		for k, r := range eachEvent {
			if got, want := Canonical.Rows[Canonical.Next(Status(s), k, r)].ID, naiveNext(row.ID, k, r); got != want {
				t.Errorf("%s{%s} leads from %s to %s, want %s", k, r, row.ID, got, want)
			}
		}
	}
}

func TestCompileErrors(t *testing.T) {
	for _, c := range []struct{ reached, want string }{
		{"queued", "has no <"},
		{"queued < none;", "has no <"},
		{"queued < nowhere", `no status "nowhere"`},
		{"queued < G", `group G: no status "nowhere"`},
		{"quoted < none", `no kind "quoted"`},
		{" < none", `no kind ""`},
		{"queued,, relayed < none", `no kind ""`},
		{"queued{hard} < none", `queued has no reason "hard"`},
		{"bounced{spam_removed} < none", `bounced has no reason "spam_removed"`},
		{"bounced{user_unknown,spam} < none", `bounced has no reason "spam"`},
		{"bounced{-spam} < none", `bounced has no reason "spam"`},
		{"bounced{} < none", `bounced has no reason ""`},
		{"bounced{virus,-spam} < none", "bounced{virus,-spam} mixes reasons and exceptions"},
		{"bounced{virus < none", `"bounced{virus" has no }`},
		{"queued < L", "group L: group L contains itself"},
		{"B{later} < none", `bounced has no reason "later"`},
		{"opened < none other", "opened{} from none leads to other too"},
		{"expired, bounced{hard} < other", "bounced{user_unknown} from other leads to third too"},
	} {
		v := &Vocabulary{
			Name: "test", Groups: map[string]string{"G": "none nowhere", "L": "L"},
			Rows: []StatusRow{{ID: noneName}, {ID: "other", Reached: "opened < none"}, {ID: "third", Reached: "B < other"}, {ID: "x", Reached: c.reached}},
		}
		err := v.Compile()
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "vocabulary test, status x: ") {
			t.Errorf("%s: %v, want %s", c.reached, err, c.want)
		}
	}
	for _, rows := range [][]StatusRow{{{ID: noneName}, {ID: noneName}}, {{ID: noneName}, {}}} {
		if err := (&Vocabulary{Name: "test", Rows: rows}).Compile(); err == nil || !strings.Contains(err.Error(), "is not unique") {
			t.Errorf("%v: %v", rows, err)
		}
	}
}

func TestCompile(t *testing.T) {
	v := &Vocabulary{
		Name: "test", Groups: map[string]string{"G": "none H", "H": "other"},
		Rows: []StatusRow{
			{ID: noneName},
			{ID: "other", Reached: "A < none"},
			{ID: "third", Reached: "depleted, deferred{-local_error} < G; B{no_smtp,virus} < third"},
			{ID: "fourth", Reached: "bounced{soft} < other; bounced{hard} < none"},
		},
	}
	if err := v.Compile(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from string
		kind Kind
		r    Reason
		want string
	}{
		{"none", Received, ReasonNone, "other"},
		{"none", Blocked, SpamRemoved, "other"},
		{"none", Depleted, ReasonNone, "third"}, // named, which beats A
		{"other", Depleted, ReasonNone, "third"},
		{"none", Refused, Syntax, "none"},
		{"none", Resend, ReasonNone, "none"},
		{"none", Discarded, ReasonNone, "none"},
		{"none", Queued, ReasonNone, "none"},
		{"other", Received, ReasonNone, "other"},
		{"none", Deferred, ReasonNone, "third"},
		{"none", Deferred, Policy, "third"},
		{"none", Deferred, LocalError, "none"},
		{"none", Bounced, UserUnknown, "fourth"},
		{"none", Bounced, ReasonNone, "none"},
		{"other", Bounced, ReasonNone, "fourth"},
		{"other", Bounced, Policy, "fourth"},
		{"other", Bounced, DomainInactive, "other"},
		{"third", BouncedLater, Virus, "third"},
	} {
		from, _ := v.Status(c.from)
		if got := v.Rows[v.Next(from, c.kind, c.r)].ID; got != c.want {
			t.Errorf("%s{%s} leads from %s to %s, want %s", c.kind, c.r, c.from, got, c.want)
		}
	}
}
