package clickhouse

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"mailfate/pipeline/classify"
	"mailfate/schemas"
	"mailfate/sinks/api"
)

// feedDays is over how many days the changes of a benchmark are spread, the newest the fullest.
const feedDays = 28

// feedMessage is the i-th of n messages with four or five changes each: accounts,
// domains and campaigns are as uneven as they are in life.
func feedMessage(tb testing.TB, i, n int) *schemas.Snapshot {
	tb.Helper()
	s := delivered(tb)
	h := uint64(i) * 0x9E3779B97F4A7C15
	begun := day + int64(i)*(feedDays*86_400_000/int64(n))
	s.Account = fmt.Sprintf("account%d", (h>>8)%16*((h>>12)%16)/16)
	s.MessageID = fmt.Sprintf("%016x.%d@acme%d.example", h, i, h%40)
	s.Recipient = fmt.Sprintf("user%d@domain%d.example", (h>>16)%uint64(n/4+1), (h>>20)%200*((h>>30)%200)/200)
	s.Row.Sender = fmt.Sprintf("news%d@acme%d.example", h%5, h%40)
	s.Row.Campaign = fmt.Sprintf("campaign-%d", i*200/n)
	s.Row.Subject = fmt.Sprintf("Offer %d: what is new in week %d", (h>>40)%50, i*5/n)
	s.Revision = uint64(begun * 1000)
	s.Intake = begun
	for j := range s.History {
		c := &s.History[j]
		c.Time = begun + (c.Time - minute(1)) + int64(h>>50)
		c.Cause = schemas.EventID(h + uint64(j))
		if c.Kind == schemas.Deferred {
			c.Reply = fmt.Sprintf("451 4.7.1 <%s>: Recipient address rejected: Greylisted, try again in %d seconds", s.Recipient, (h>>33)%600)
		}
		if c.Kind == schemas.Delivered {
			c.Reply = fmt.Sprintf("250 2.0.0 Ok: queued as %X", h>>16)
		}
	}
	return s
}

// BenchmarkFeed asks of two million changes, which are the sink's own rows.
func BenchmarkFeed(b *testing.B) {
	const n = 500_000
	db := migrated(b)
	rows := newBatch(db, classify.Default())
	for i := range n {
		rows.addRows(feedMessage(b, i, n), true)
		if rows.Rows() > 50_000 || i == n-1 {
			if err := rows.Write(b.Context()); err != nil {
				b.Fatal(err)
			}
			rows.Reset()
		}
	}
	word := func(format string, i int) api.Term {
		text := fmt.Sprintf(format, i)
		return api.Term{How: api.Part, Text: text, Words: api.WordsOf(text)}
	}
	mine := func() *api.Filter {
		return &api.Filter{Owner: api.Owner{Account: "account3"}, Vocabulary: schemas.Unisender}
	}
	for name, filter := range map[string]func(i int) *api.Filter{
		"newest":         func(int) *api.Filter { return mine() },
		"newest of all":  func(int) *api.Filter { return &api.Filter{Owner: api.Owner{Any: true}, Vocabulary: schemas.Canonical} },
		"recipient":      func(i int) *api.Filter { f := mine(); f.Recipient = word("user%d", i*7919%(n/4)); return f },
		"anywhere":       func(i int) *api.Filter { f := mine(); f.Any, f.AnyID = word("user%d", i*7919%(n/4)), "x"; return f },
		"domain":         func(i int) *api.Filter { f := mine(); f.Recipient = word("domain%d", i%150); return f },
		"nobody":         func(i int) *api.Filter { f := mine(); f.Recipient = word("nobody%d", i); return f },
		"message":        func(i int) *api.Filter { f := mine(); f.MessageID = feedMessage(b, i*7919%n, n).MessageID; return f },
		"rare status":    func(int) *api.Filter { f := mine(); f.Statuses = []string{"err_giveup"}; return f },
		"middle, a page": func(i int) *api.Filter { f := mine(); f.To = time.UnixMilli(day + int64(i%600)*hour); return f },
	} {
		b.Run(name, func(b *testing.B) {
			quantiles(b, func(i int) {
				if _, err := db.Feed(b.Context(), filter(i), api.Position{}, 101); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
	b.Run("live poll", func(b *testing.B) {
		next, err := db.Next(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		next.Insert--
		quantiles(b, func(int) {
			if _, err := db.News(b.Context(), next, 20_000); err != nil {
				b.Fatal(err)
			}
		})
	})
	b.Run("export", func(b *testing.B) {
		told := 0
		for b.Loop() {
			f := api.Filter{Owner: api.Owner{Any: true}, Vocabulary: schemas.Canonical, From: time.UnixMilli(day + (feedDays-3)*24*hour)}
			if err := db.Export(b.Context(), &f, func(*api.Change) error { told++; return nil }); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(told)/b.Elapsed().Seconds(), "rows/s")
	})
}

func quantiles(b *testing.B, ask func(i int)) {
	var took []time.Duration
	for b.Loop() {
		begun := time.Now()
		ask(len(took))
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	for _, q := range []int{50, 99} {
		b.ReportMetric(took[len(took)*q/100].Seconds()*1000, fmt.Sprintf("ms-p%d", q))
	}
}
