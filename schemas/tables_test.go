package schemas

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The tables as they were agreed on are in testdata/tables, one file for each
// vocabulary, beside the kinds of event and the reasons of a failure. What is
// here reads them and decides a case by them, sharing nothing with Compile: of
// all clauses that fit a case the most particular one wins. {§1} stands for the
// reasons whose err_ code, in the last column of failures.md, is the row's.

// agreedTable is one vocabulary's file.
type agreedTable struct {
	letter string // how the tables call the vocabulary
	groups map[string]string
	rows   []agreedRow
	agreedEvents
}

type agreedRow struct {
	id, spelling, step, mark string
	clauses                  []agreedClause
}

// agreedClause is `events ← statuses`. A status that ends in * is any so named.
type agreedClause struct{ events, from []string }

// agreedEvents is what all tables share.
type agreedEvents struct {
	exists map[string]bool     // the kinds of A
	inert  map[string]string   // the vocabularies in which a kind changes nothing on purpose
	dups   []string            // the reasons of suppressed for the same run
	reason map[string][]string // the cells of a failure reason: typical code, class, fault, err_
}

var (
	quoted  = regexp.MustCompile("`([a-z_]+\\*?)`")
	grouped = regexp.MustCompile(`\b([A-Z]) = ([^;.\n]+)`)
	differs = regexp.MustCompile(`\(([A-Z, ]+): ([HS])\)`)
	letters = map[string]string{"canonical": "C", "netcore": "N", "netcore_feed": "F", "tipimail": "T", "unisender": "U"}
)

func readAgreed(t *testing.T, name string) string {
	b, err := os.ReadFile(filepath.Join("testdata", "tables", name+".md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// cells returns a Markdown table's rows below its head.
func cells(text string) (rows [][]string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "|") {
			rows = append(rows, strings.Split(line[1:len(line)-1], "|"))
		}
	}
	return rows[2:]
}

func readEvents(t *testing.T) agreedEvents {
	e := agreedEvents{exists: map[string]bool{}, inert: map[string]string{}, reason: map[string][]string{}}
	text := readAgreed(t, "events")
	platform, _, _ := strings.Cut(text, "|**transport**")
	for _, row := range cells(platform) {
		for _, m := range quoted.FindAllStringSubmatch(row[0], -1) {
			e.exists[m[1]] = true
		}
	}
	_, but, _ := strings.Cut(text, "every platform kind but ")
	but, _, _ = strings.Cut(but, ":")
	for _, m := range quoted.FindAllStringSubmatch(but, -1) {
		delete(e.exists, m[1])
	}
	e.dups = regexp.MustCompile(`dup_\w+`).FindAllString(platform, -1)
	_, inert, _ := strings.Cut(text, "recorded and counted): ")
	for _, part := range strings.Split(strings.TrimRight(inert, ".\n"), ";") {
		kinds, where, _ := strings.Cut(part, " in ")
		for _, m := range quoted.FindAllStringSubmatch(kinds, -1) {
			e.inert[m[1]] = strings.ReplaceAll(where, "all", "C N F T U")
		}
	}
	for _, row := range cells(readAgreed(t, "failures")) {
		e.reason[row[0]] = row[1:]
	}
	return e
}

func readTable(t *testing.T, name string) *agreedTable {
	a := &agreedTable{letter: letters[name], groups: map[string]string{}, agreedEvents: readEvents(t)}
	text := readAgreed(t, name)
	for _, m := range grouped.FindAllStringSubmatch(text, -1) {
		a.groups[m[1]] = m[2]
	}
	for _, row := range cells(text) {
		if len(row) == 4 { // no spelling of its own
			row = slices.Insert(row, 1, "")
		}
		step := strings.TrimRight(row[4], "●○")
		for i, id := range strings.Split(row[0], ", ") {
			a.rows = append(a.rows, agreedRow{
				id: id, spelling: cmp.Or(row[1], id), mark: row[4][len(step):],
				step:    strings.ReplaceAll(step, "–", "-"),
				clauses: a.clauses(strings.ReplaceAll(row[3], "{dup_*}", "{"+a.dups[i%len(a.dups)]+"}")),
			})
		}
	}
	return a
}

func (a *agreedTable) clauses(reached string) (clauses []agreedClause) {
	between := regexp.MustCompile(`, *([a-zA-Z_]+(\{[^}]*\})?)`)
	for _, clause := range strings.Split(reached, ";") {
		events, from, _ := strings.Cut(clause, "←")
		first := regexp.MustCompile(`^[a-zA-Z_]+(\{[^}]*\})?`).FindString(strings.TrimSpace(events))
		c := agreedClause{events: []string{first}, from: a.statuses(from)}
		for _, m := range between.FindAllStringSubmatch(strings.TrimPrefix(strings.TrimSpace(events), first), -1) {
			c.events = append(c.events, m[1])
		}
		clauses = append(clauses, c)
	}
	return clauses
}

func (a *agreedTable) statuses(list string) (names []string) {
	for _, s := range strings.Fields(list) {
		if g, ok := a.groups[s]; ok {
			names = append(names, a.statuses(g)...)
		} else {
			names = append(names, strings.ReplaceAll(s, "∅", "none"))
		}
	}
	return names
}

// class is H or S; of what has no reason, S.
func (a *agreedTable) class(reason string) string {
	if reason == "" {
		return "S"
	}
	class := a.reason[reason][1]
	if m := differs.FindStringSubmatch(class); m != nil && strings.Contains(m[1], a.letter) {
		return m[2]
	}
	return class[:1]
}

// code is the err_ code of a bounce for a reason.
func (a *agreedTable) code(reason string) string {
	if reason == "" {
		return "delivery_failed"
	}
	return cmp.Or(a.reason[reason][3], "delivery_failed")
}

// weight tells how particular a word of the row for id is about a case: 0 when
// it says nothing about it.
func (a *agreedTable) weight(id, word, kind, reason string) int {
	name, in, braced := strings.Cut(strings.TrimSuffix(word, "}"), "{")
	if name == "A" && a.exists[kind] {
		return 1
	}
	if name != kind && (name != "B" || kind != "bounced" && kind != "bounced_later") {
		return 0
	}
	fits := false
	switch {
	case !braced:
		return 2
	case in == "hard" || in == "soft":
		fits = strings.EqualFold(in[:1], a.class(reason))
	case strings.HasPrefix(in, "-"):
		fits = in != "-"+reason
	case in == "§1" && id == "err_"+a.code(reason), in != "§1" && slices.Contains(strings.Split(in, ","), reason):
		return 4
	}
	if fits {
		return 3
	}
	return 0
}

// next decides a case; more than one answer means that the table is ambiguous.
func (a *agreedTable) next(from, kind, reason string) (to []string) {
	best := 0
	for _, row := range a.rows {
		for _, c := range row.clauses {
			where := 0
			for _, s := range c.from {
				if prefix, many := strings.CutSuffix(s, "*"); s == from {
					where = 2
				} else if many && strings.HasPrefix(from, prefix) {
					where = max(where, 1)
				}
			}
			for _, word := range c.events {
				w := a.weight(row.id, word, kind, reason)
				if w == 0 || where == 0 || w*2+where < best {
					continue
				}
				if w*2+where > best {
					best, to = w*2+where, nil
				}
				if !slices.Contains(to, row.id) {
					to = append(to, row.id)
				}
			}
		}
	}
	if to == nil {
		to = []string{from}
	}
	return to
}

// isInert reports whether a kind changes nothing in this vocabulary on purpose.
func (a *agreedTable) isInert(kind string) bool {
	for name, where := range a.inert {
		prefix, many := strings.CutSuffix(name, "*")
		if strings.Contains(where, a.letter) && (name == kind || many && strings.HasPrefix(kind, prefix)) {
			return true
		}
	}
	return false
}

func TestVocabulariesAreTheTables(t *testing.T) {
	for _, v := range Vocabularies {
		t.Run(v.Name, func(t *testing.T) {
			a := readTable(t, v.Name)
			compareRows(t, v, a)
			compareCases(t, v, a)
			compareInert(t, v, a)
		})
	}
}

func compareRows(t *testing.T, v *Vocabulary, a *agreedTable) {
	if len(a.rows) != len(v.Rows)-1 {
		t.Fatalf("%d statuses, want %d", len(v.Rows)-1, len(a.rows))
	}
	for i, want := range a.rows {
		row := &v.Rows[i+1]
		mark := map[[2]bool]string{{true, false}: "●", {true, true}: "○"}[[2]bool{row.Final, row.Ours}]
		if row.ID != want.id || row.Spelling() != want.spelling || row.Step != want.step || mark != want.mark || row.Ours && !row.Final {
			t.Errorf("row %d is %s, %q, step %s%s; want %s, %q, step %s%s",
				i+1, row.ID, row.Spelling(), row.Step, mark, want.id, want.spelling, want.step, want.mark)
		}
	}
}

func compareCases(t *testing.T, v *Vocabulary, a *agreedTable) {
	cases, changes := 0, 0
	for s, row := range v.Rows {
		for k, r := range eachEvent {
			got, want := v.Next(Status(s), k, r), a.next(row.ID, k.String(), r.String())
			if len(want) != 1 || v.Rows[got].ID != want[0] {
				t.Errorf("%s{%s} leads from %s to %s, want %s", k, r, row.ID, v.Rows[got].ID, want)
			}
			cases++
			if int(got) != s {
				changes++
			}
		}
	}
	t.Logf("%d cases, of which %d change the status", cases, changes)
}

func compareInert(t *testing.T, v *Vocabulary, a *agreedTable) {
	changes := [KindCount]bool{}
	for s := range v.Rows {
		for k, r := range eachEvent {
			changes[k] = changes[k] || int(v.Next(Status(s), k, r)) != s
		}
	}
	for k := KindNone + 1; k < KindCount; k++ {
		if changes[k] == a.isInert(k.String()) {
			t.Errorf("%s changes something: %v, but on purpose it changes nothing: %v", k, changes[k], !changes[k])
		}
	}
}
