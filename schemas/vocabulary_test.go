package schemas

import (
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
			checkRules(t, v)
		})
	}
}

func checkRows(t *testing.T, v *Vocabulary) {
	if v.Rows[None].ID != noneName || v.Rows[None].Reached != "" || v.Rows[None].Final || v.Rows[None].Outcome != Pending {
		t.Error("the first row is not none's")
	}
	step := regexp.MustCompile(`^[1-4](-[1-4])?$`)
	sentence := regexp.MustCompile(`^[A-Z].{10,70}\.$`)
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
		if !slices.Contains([]Outcome{Pending, Success, Failure}, row.Outcome) || !sentence.MatchString(row.Meaning) {
			t.Errorf("%s: outcome %q, meaning %q", row.ID, row.Outcome, row.Meaning)
		}
		if Status(s) != None && (row.Reached == "" || !step.MatchString(row.Step)) {
			t.Errorf("%s: reached by %q, step %q", row.ID, row.Reached, row.Step)
		}
		if quotes := Status(s) != None && v != Canonical; quotes != (row.Source != "") {
			t.Errorf("%s: its text says %q", row.ID, row.Source)
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

// checkFinal holds that only a new attempt leaves a final status: one that
// failed starts again, while what the reader said of one that arrived stands.
func checkFinal(t *testing.T, v *Vocabulary) {
	for s, row := range v.Rows {
		if !row.Final {
			continue
		}
		for k, r := range eachEvent {
			if to := v.Next(Status(s), k, r); k != Resend && int(to) != s {
				t.Errorf("%s{%s} ends the final status %s", k, r, row.ID)
			}
		}
		to := v.Next(Status(s), Resend, ReasonNone)
		if again := &v.Rows[to]; row.Outcome == Failure && (again.Step[:1] != "1" || again.Final || again.Outcome != Pending) {
			t.Errorf("a new attempt makes %s %s", row.ID, again.ID)
		}
		if row.Outcome == Success && int(to) != s || row.Outcome == Pending {
			t.Errorf("%s, final and a %s, becomes %s by a new attempt", row.ID, row.Outcome, v.Rows[to].ID)
		}
	}
}

// checkRules holds that the rules tell why, and all of them are in force.
func checkRules(t *testing.T, v *Vocabulary) {
	used := map[*Rule]bool{}
	for s, row := range v.Rows {
		for k, r := range eachEvent {
			rule, to := v.Rule(Status(s), k, r), v.Next(Status(s), k, r)
			switch {
			case rule == nil && int(to) != s:
				t.Errorf("no rule says why %s{%s} leads from %s to %s", k, r, row.ID, v.Rows[to].ID)
			case rule != nil && (rule.To != to || !slices.Contains(rule.From, Status(s))):
				t.Errorf("%s{%s} leads from %s to %s by %q of %s", k, r, row.ID, v.Rows[to].ID, rule.Text, v.Rows[rule.To].ID)
			}
			used[rule] = true
		}
	}
	for i := range v.Rules() {
		if rule := &v.Rules()[i]; !used[rule] {
			t.Errorf("%s: %q decides nothing", v.Rows[rule.To].ID, rule.Text)
		}
	}
}

// UniSender promises it: err_ failed, ok_ is under way or done.
func TestPrefixesTellTheOutcome(t *testing.T) {
	for _, row := range Unisender.Rows[1:] {
		prefix, _, _ := strings.Cut(row.ID, "_")
		switch failed := row.Outcome == Failure; {
		case prefix == "ok" && failed, (prefix == "err" || prefix == "skip") && !failed:
			t.Errorf("%s is a %s", row.ID, row.Outcome)
		}
	}
	for id, want := range map[string]Outcome{"not_sent": Pending, "delayed": Pending, "ok_sent": Pending, "ok_delivered": Success} {
		if s, ok := Unisender.Status(id); !ok || Unisender.Row(s).Outcome != want {
			t.Errorf("%s is a %s, want %s", id, Unisender.Row(s).Outcome, want)
		}
	}
}
