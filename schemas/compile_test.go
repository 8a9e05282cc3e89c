package schemas

import (
	"strings"
	"testing"
)

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

// FuzzCompile writes rows and groups that may be anything, also each other.
func FuzzCompile(f *testing.F) {
	for _, v := range Vocabularies {
		for _, row := range v.Rows {
			f.Add(row.Reached, "none", "other")
		}
	}
	f.Add("A, B{hard} < G; queued < H", "none H", "other")
	f.Add("deferred{-local_error} < G", "H G", "G H")
	f.Add("B{{,}}- < ; < <", "{", "")
	f.Fuzz(func(t *testing.T, reached, g, h string) {
		v := &Vocabulary{
			Name: "test", Groups: map[string]string{"G": g, "H": h},
			Rows: []StatusRow{{ID: noneName}, {ID: "other", Reached: "A < none"}, {ID: "third", Reached: reached}},
		}
		if v.Compile() != nil {
			return
		}
		checkEveryCaseIsDecided(t, v)
		for s := range v.Rows {
			for k, r := range eachEvent {
				if rule, to := v.Rule(Status(s), k, r), v.Next(Status(s), k, r); rule == nil && int(to) != s || rule != nil && rule.To != to {
					t.Fatalf("%q decides otherwise than the table: %s{%s} leads from %s to %s", reached, k, r, v.Rows[s].ID, v.Rows[to].ID)
				}
			}
		}
	})
}
