package clickhouse

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"mailfate/pipeline/classify"
	"mailfate/schemas"
	"mailfate/sinks/api"
)

// suppressedSnapshots are messages of three accounts to few addresses, many of which
// are suppressed, for several reasons, or were so by an older version of the row.
func suppressedSnapshots(t *testing.T, some *rand.Rand) (list []*schemas.Snapshot) {
	t.Helper()
	for i := range 600 {
		recipient := fmt.Sprintf("user%d@shop%d.example", some.IntN(80), some.IntN(3))
		if i%10 == 0 {
			recipient = hostileTexts[some.IntN(len(hostileTexts))] + "@x.example"
		}
		row, word := schemas.Row{Delivered: minute(2)}, "delivered"
		switch some.IntN(6) {
		case 0:
			row.Complained = minute(some.Int64N(50))
		case 1:
			row.Unsubscribed = minute(some.Int64N(50))
		case 2:
			row.Unsubscribed, row.Complained = minute(some.Int64N(50)), minute(some.Int64N(50))
		case 3:
			word = "bounced_hard"
			row = schemas.Row{Bounced: minute(some.Int64N(50)), Reason: schemas.UserUnknown, Enhanced: []string{"5.1.1", "5.7.1"}[some.IntN(2)], Reply: "no such user"}
		}
		s := to(t, []string{"a", "b", ""}[some.IntN(3)], fmt.Sprint("m", i), recipient, word, row)
		s.History = []schemas.Change{{Cause: schemas.EventID(i), Kind: schemas.Delivered, Time: minute(2), After: status(t, "delivered")}}
		list = append(list, s)
		if some.IntN(10) == 0 { // a later version takes it back
			back := to(t, s.Account, s.MessageID, recipient, "delivered", schemas.Row{Delivered: minute(60)})
			back.History, back.Revision = s.History, 2
			back.Withdrawn = []schemas.Withdrawal{{Cause: schemas.EventID(1000 + i), Time: minute(50)}}
			list = append(list, back)
		}
	}
	return list
}

func (s *someSuppressions) wanted(f *api.SuppressionFilter) (want []api.Suppression) {
	for _, x := range s.all {
		if f.Owner.Is(x.Account) && f.Recipient.In(x.Recipient) && (f.Reason == "" || f.Reason == x.Reason) {
			want = append(want, x)
		}
	}
	return want
}

// someSuppressions are all rows of the view.
type someSuppressions struct{ all []api.Suppression }

func readSuppressions(t *testing.T, db *DB) (s someSuppressions) {
	t.Helper()
	rows, err := db.conn.Query(t.Context(), "SELECT account, recipient, reason, detail, suppressed_at, message_id, remarks, reasons, times FROM suppressions ORDER BY account, recipient")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var x api.Suppression
		var at time.Time
		if err := rows.Scan(&x.Account, &x.Recipient, &x.Reason, &x.Detail, &at, &x.MessageID, &x.Remarks, &x.Reasons, &x.Times); err != nil {
			t.Fatal(err)
		}
		x.Since = instantOf(at)
		s.all = append(s.all, x)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return s
}

// Pages of any size, by any filter, are the view's rows that fit, in their order.
func TestSuppressionPages(t *testing.T) {
	db := migrated(t)
	some := rand.New(rand.NewPCG(3, 4))
	exec(t, db, "SYSTEM STOP MERGES recipient_status")
	for part := range slices.Chunk(suppressedSnapshots(t, some), 100) {
		writeAll(t, db, part...)
	}
	view := readSuppressions(t, db)
	if len(view.all) < 100 {
		t.Fatalf("only %d are suppressed", len(view.all))
	}
	exact, part := api.Term{How: api.Exact, Text: "user7@shop1.example"}, api.Term{How: api.Part, Text: "user7"}
	domain, words := api.Term{How: api.Domain, Text: "shop1.example"}, api.Term{How: api.Words, Text: "shop2 user3"}
	for _, term := range []*api.Term{&exact, &part, &domain, &words} {
		term.Words = api.WordsOf(term.Text)
	}
	for _, owner := range []api.Owner{{Any: true}, {Account: "a"}, {Account: "default"}, {Account: "nobody"}, {}} {
		for _, reason := range append([]string{""}, api.SuppressionReasons...) {
			for _, term := range []api.Term{{}, exact, part, domain, words} {
				f := api.SuppressionFilter{Owner: owner, Recipient: term, Reason: reason}
				want, size := view.wanted(&f), 1+some.IntN(150)
				if term.How == api.Exact {
					size = 1
				}
				var got []api.Suppression
				for after := (*api.Address)(nil); ; {
					list, err := db.Suppressions(t.Context(), &f, after, size)
					if err != nil {
						t.Fatalf("%+v: %v", f, err)
					}
					if got = append(got, list...); len(list) < size {
						break
					}
					after = &api.Address{Account: list[size-1].Account, Recipient: list[size-1].Recipient}
				}
				if diff := gocmp.Diff(want, got); diff != "" {
					t.Fatalf("%+v by %d: %s", f, size, diff)
				}
			}
		}
	}
	for _, text := range hostileTexts {
		for _, after := range []*api.Address{nil, {Account: "b", Recipient: text}, {Account: text, Recipient: text}} {
			f := api.SuppressionFilter{Owner: api.Owner{Account: "a"}, Recipient: api.Term{How: api.Exact, Text: text, Words: []string{text}}, Reason: text}
			if list, err := db.Suppressions(t.Context(), &f, after, 10); err != nil || len(list) != 0 {
				t.Errorf("%q: %v, %v", text, list, err)
			}
			f = api.SuppressionFilter{Owner: api.Owner{Account: "a"}}
			list, err := db.Suppressions(t.Context(), &f, after, 1000)
			if err != nil || slices.ContainsFunc(list, func(s api.Suppression) bool { return s.Account != "a" }) {
				t.Errorf("%q: %v, %v", text, list, err)
			}
		}
	}
}

// A page reads what is behind its cursor, and what is told of an address that alone.
func TestSuppressionsUseTheKey(t *testing.T) {
	db := migrated(t)
	var list []*schemas.Snapshot
	for i := range 4000 {
		list = append(list, to(t, fmt.Sprint("a", i/1000), fmt.Sprint("m", i), fmt.Sprintf("user%04d@x.example", i), "complained", schemas.Row{Delivered: 1, Complained: 2}))
	}
	writeAll(t, db, list...)
	exec(t, db, "OPTIMIZE TABLE recipient_status FINAL")
	for name, f := range map[string]api.SuppressionFilter{
		"all":           {Owner: api.Owner{Any: true}},
		"of an account": {Owner: api.Owner{Account: "a3"}, Reason: "complained"},
	} {
		q := suppressionQuery{SuppressionFilter: &f, After: &api.Address{Account: "a3", Recipient: "user3900@x.example"}}
		text, err := made(suppressionTexts, "suppressions", &q)
		if err != nil {
			t.Fatal(err)
		}
		var plan string
		explain := "SELECT arrayStringConcat(groupArray(explain), '\n') FROM (EXPLAIN indexes = 1 "
		_, page, _ := strings.Cut(text, "IN (")
		for _, part := range []string{text, page[:strings.LastIndex(page, ")")]} {
			if err := db.conn.QueryRow(t.Context(), explain+part+")", q.values(10)...).Scan(&plan); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(plan, "Granules: 1/") {
				t.Errorf("%s: more is read than one granule:\n%s", name, plan)
			}
		}
	}
}

// BenchmarkSuppressions asks for pages, one address and a file's pages.
func BenchmarkSuppressions(b *testing.B) {
	db := migrated(b)
	n := max(*speedMessages, 100_000)
	fillStatus(b, db, n)
	f := func(change func(*api.SuppressionFilter)) *api.SuppressionFilter {
		f := &api.SuppressionFilter{Owner: api.Owner{Any: true}}
		change(f)
		return f
	}
	all, err := db.Suppressions(b.Context(), f(func(*api.SuppressionFilter) {}), nil, 20_000)
	if err != nil || len(all) == 0 {
		b.Fatal(len(all), err)
	}
	b.Logf("%d messages, %d or more suppressed", n, len(all))
	at := func(i int) *api.Suppression { return &all[i*7919%len(all)] }
	for _, q := range []struct {
		name string
		n    int
		ask  func(i int) (*api.SuppressionFilter, *api.Address)
	}{
		{"first page", 101, func(int) (*api.SuppressionFilter, *api.Address) { return f(func(*api.SuppressionFilter) {}), nil }},
		{"any page", 101, func(i int) (*api.SuppressionFilter, *api.Address) {
			return f(func(*api.SuppressionFilter) {}), &api.Address{Account: at(i).Account, Recipient: at(i).Recipient}
		}},
		{"of an account", 101, func(int) (*api.SuppressionFilter, *api.Address) {
			return f(func(f *api.SuppressionFilter) { f.Owner = api.Owner{Account: "account03"} }), nil
		}},
		{"one address", 101, func(i int) (*api.SuppressionFilter, *api.Address) {
			text := at(i).Recipient
			return f(func(f *api.SuppressionFilter) {
				f.Recipient = api.Term{How: api.Exact, Text: text, Words: api.WordsOf(text)}
			}), nil
		}},
		{"words", 101, func(i int) (*api.SuppressionFilter, *api.Address) {
			text, _, _ := strings.Cut(at(i).Recipient, "@")
			return f(func(f *api.SuppressionFilter) {
				f.Recipient = api.Term{How: api.Part, Text: text, Words: api.WordsOf(text)}
			}), nil
		}},
		{"complained", 101, func(int) (*api.SuppressionFilter, *api.Address) {
			return f(func(f *api.SuppressionFilter) { f.Reason = "complained" }), nil
		}},
		{"file's page", 20_000, func(int) (*api.SuppressionFilter, *api.Address) { return f(func(*api.SuppressionFilter) {}), nil }},
	} {
		b.Run(q.name, func(b *testing.B) {
			quantiles(b, func(i int) {
				filter, after := q.ask(i)
				if _, err := db.Suppressions(b.Context(), filter, after, q.n); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
	b.Run("view", func(b *testing.B) {
		quantiles(b, func(int) { numberOf(b, db, "SELECT count() FROM suppressions") })
	})
	b.Run("health", func(b *testing.B) {
		quantiles(b, func(int) {
			if _, err := db.Health(b.Context(), api.Owner{Any: true}, true); err != nil {
				b.Fatal(err)
			}
		})
	})
}

// fillStatus writes messages with their changes and events.
func fillStatus(b *testing.B, db *DB, n int) {
	b.Helper()
	s, batch := newSynthetic(b, 1, 0), newBatch(db, classify.Default())
	for i := range n {
		m := s.next()
		batch.addRows(m, true)
		s.events(m, batch.trail)
		if (i+1)%speedBatch == 0 || i+1 == n {
			if err := batch.Write(b.Context()); err != nil {
				b.Fatal(err)
			}
			batch.Reset()
		}
	}
	if _, err := db.RollUp(b.Context()); err != nil {
		b.Fatal(err)
	}
}
