package clickhouse

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"mailfate/schemas"
	"mailfate/sinks/api"
	"mailfate/sinks/explain"
	"mailfate/sinks/report"
)

const (
	askedRuns   = 25  // of a report
	pageRuns    = 100 // of a page
	checkedRuns = 300 // of checkEmail
	clients     = 8   // that ask at once: as many as keep two processors busy
	manyClients = 64  // and so many that more of them are asked for together
)

// speedStore answers as the program does, but that stories are read and not told.
type speedStore struct{ *DB }

func (s speedStore) Message(ctx context.Context, owner api.Owner, id, recipient string, _ []*schemas.Vocabulary) (explain.Story, error) {
	_, err := s.StoryOf(ctx, owner, id, recipient)
	return explain.Story{}, err
}

// sample are some of the messages.
type sample []struct {
	EmailID   string `ch:"email_id"`
	MessageID string `ch:"message_id"`
	Recipient string `ch:"recipient"`
	Account   string `ch:"account"`
}

func sampled(t *testing.T, db *DB) (s sample) {
	t.Helper()
	err := db.conn.Select(t.Context(), &s, "SELECT email_id, message_id, recipient, account FROM message_status WHERE id % greatest(1, intDiv((SELECT count() FROM message_status), 50000)) = 0")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func questions(t *testing.T, s *speedServer) []timed {
	t.Helper()
	some := sampled(t, s.db)
	one := func() int { return rand.IntN(len(some)) }
	everybody := api.Owner{Any: true}
	from := time.UnixMilli(day).AddDate(0, 0, -syntheticDays)
	check := func(n int) func(context.Context) error {
		return func(ctx context.Context) error {
			asked := make([]string, n)
			for i := range asked {
				asked[i] = some[one()].EmailID
			}
			_, err := s.db.Check(ctx, everybody, schemas.Unisender, asked)
			return err
		}
	}
	checkOver := func(ctx context.Context, base string) error {
		_, err := got(ctx, base+"/en/api/checkEmail?format=json&email_id="+url.QueryEscape(some[one()].EmailID))
		return err
	}
	table := func(name string, by ...string) func(context.Context) error {
		q := &report.Question{Name: name, By: by, From: from, Limit: 1000}
		if err := q.Check(); err != nil {
			t.Fatal(err)
		}
		return func(ctx context.Context) error {
			_, err := s.db.Ask(ctx, q)
			return err
		}
	}
	sql := func(text string) func(context.Context) error {
		return func(ctx context.Context) error { return s.db.conn.Exec(ctx, text+" FORMAT Null") }
	}
	feed := func(owned bool, narrow func(*api.Filter)) func(context.Context) error {
		return func(ctx context.Context) error {
			f := api.Filter{Owner: api.Owner{Account: "account03"}, Vocabulary: schemas.Unisender}
			if !owned {
				f.Owner, f.Vocabulary = everybody, schemas.Canonical
			}
			narrow(&f)
			_, err := s.db.Feed(ctx, &f, api.Position{}, 101)
			return err
		}
	}
	to := func(how api.How, text func(i int) string) func(*api.Filter) {
		return func(f *api.Filter) {
			word := text(one())
			f.Recipient = api.Term{How: how, Text: word, Words: api.WordsOf(word)}
		}
	}
	suppressed := func(narrow func(*api.SuppressionFilter)) func(context.Context) error {
		return func(ctx context.Context) error {
			f := api.SuppressionFilter{Owner: everybody}
			narrow(&f)
			_, err := s.db.Suppressions(ctx, &f, nil, 101)
			return err
		}
	}
	local := func(i int) string { return strings.SplitN(some[i].Recipient, "@", 2)[0] }
	return []timed{
		{name: "checkEmail, 1 id", runs: checkedRuns, ask: check(1)},
		{name: "checkEmail, 500 ids", runs: checkedRuns, ask: check(500)},
		{name: "checkEmail, 1 id, 8 at once", of: s.often(clients, check(1))},
		{name: "checkEmail, 1 id over HTTP, 8 at once", of: s.served(clients, checkOver)},
		{name: "checkEmail, 1 id over HTTP, 64 at once", of: s.served(manyClients, checkOver)},
		{name: "overview of 4 weeks", runs: askedRuns, ask: table(report.Overview)},
		{name: "overview of 4 weeks by day", runs: askedRuns, ask: table(report.Overview, "day")},
		{name: "overview by provider, campaign", runs: askedRuns, ask: table(report.Overview, "provider", "campaign")},
		{name: "feed, newest of an account", runs: pageRuns, ask: feed(true, func(*api.Filter) {})},
		{name: "feed, newest of all", runs: pageRuns, ask: feed(false, func(*api.Filter) {})},
		{name: "feed, a recipient's words", runs: pageRuns, ask: feed(false, to(api.Part, local))},
		{name: "feed, a recipient's last word, of an account", runs: pageRuns, ask: feed(true, to(api.Part, func(i int) string { return local(i)[strings.IndexByte(local(i), '.')+1:] }))},
		{name: "feed, a recipient's address", runs: pageRuns, ask: feed(false, to(api.Exact, func(i int) string { return some[i].Recipient }))},
		{name: "feed, a rare domain", runs: pageRuns, ask: feed(false, to(api.Domain, func(int) string { return fmt.Sprintf("company%d.example", 5000+rand.IntN(15000)) }))},
		{name: "feed, nobody", runs: pageRuns, ask: feed(false, to(api.Part, func(int) string { return fmt.Sprintf("nobody%d", rand.IntN(1e6)) }))},
		{name: "feed, a message id", runs: pageRuns, ask: feed(false, func(f *api.Filter) { f.MessageID = some[one()].MessageID })},
		{name: "a message's story", runs: pageRuns, ask: func(ctx context.Context) error {
			_, err := s.db.StoryOf(ctx, everybody, some[one()].MessageID, "")
			return err
		}},
		{name: "a message's story by email id", runs: pageRuns, ask: func(ctx context.Context) error {
			_, err := s.db.StoryOf(ctx, everybody, some[one()].EmailID, "")
			return err
		}},
		{name: "a recipient", runs: pageRuns, ask: func(ctx context.Context) error {
			_, _, err := s.db.Recipient(ctx, everybody, schemas.Canonical, some[one()].Recipient, 100)
			return err
		}},
		{name: "CSV of 2 days", of: s.downloaded("format=csv")},
		{name: "NDJSON of 2 days", of: s.downloaded("format=ndjson")},
		{name: "Parquet of 2 days", of: s.downloaded("format=parquet")},
		{name: "opens by day, provider", runs: askedRuns, ask: table(report.Open, "day", "provider")},
		{name: "bounces by reason", runs: askedRuns, ask: table(report.Bounce, "reason", "class", "fault")},
		{name: "bounces by domain", runs: askedRuns, ask: table(report.Bounce, "domain")},
		{name: "delivery time by provider", runs: 5, ask: table(report.DeliveryTime, "provider")},
		{name: "overview in UniSender's words", runs: 5, ask: func(ctx context.Context) error {
			_, err := s.db.Ask(ctx, &report.Question{Name: report.Overview, Vocabulary: schemas.Unisender, Limit: 100})
			return err
		}},
		{name: "suppressions, first page", runs: pageRuns, ask: suppressed(func(*api.SuppressionFilter) {})},
		{name: "suppressions, first page of complaints", runs: pageRuns, ask: suppressed(func(f *api.SuppressionFilter) { f.Reason = "complained" })},
		{name: "suppressions, first page of an account", runs: pageRuns, ask: suppressed(func(f *api.SuppressionFilter) { f.Owner = api.Owner{Account: "account03"} })},
		{name: "suppressions, by address", runs: pageRuns, ask: suppressed(func(f *api.SuppressionFilter) {
			text := some[one()].Recipient
			f.Recipient = api.Term{How: api.Exact, Text: text, Words: api.WordsOf(text)}
		})},
		{name: "suppressions, by words", runs: pageRuns, ask: suppressed(func(f *api.SuppressionFilter) {
			text := local(one())
			f.Recipient = api.Term{How: api.Part, Text: text, Words: api.WordsOf(text)}
		})},
		{name: "suppressions, one address", runs: 5, ask: sql("SELECT * FROM suppressions WHERE recipient = 'anna.bauer7@gmail.com'")},
		{name: "suppressions, newest of all", runs: 5, ask: sql("SELECT * FROM suppressions ORDER BY suppressed_at DESC, recipient LIMIT 100")},
		{name: "suppressions, a page of an account", runs: 5, ask: sql("SELECT * FROM suppressions WHERE account = 'account03' ORDER BY suppressed_at DESC, recipient LIMIT 100")},
		{name: "suppressions, all", runs: 5, ask: sql("SELECT * FROM suppressions")},
		{name: "compare the rollup with all messages", runs: 5, ask: func(ctx context.Context) error { _, err := s.db.StaleHours(ctx); return err }},
		{name: "1. which domains refuse us", runs: askedRuns, ask: sql("SELECT recipient_domain, sum(bounced) AS bounces, round(sum(bounced) / sum(ended), 3) AS rate FROM bounce_rates GROUP BY ALL HAVING sum(ended) >= 100 ORDER BY rate DESC LIMIT 5")},
		{name: "2. and why", runs: 5, ask: sql("SELECT reason, class, sum(messages) AS bounces FROM bounce_reasons GROUP BY ALL ORDER BY bounces DESC LIMIT 4")},
		{name: "3. which mailings people open least", runs: askedRuns, ask: sql("SELECT account, campaign, sum(open_tracked) AS delivered, round(sum(opened) / delivered, 3) AS rate FROM hourly_by_provider WHERE campaign != '' GROUP BY ALL HAVING delivered >= 100 ORDER BY rate LIMIT 5")},
		{name: "4. what is worse than a week ago", runs: askedRuns, ask: sql("SELECT day, account, messages, messages_before, bounce_rate, bounce_rate_before, open_rate, open_rate_before FROM daily WHERE bounce_rate > bounce_rate_before ORDER BY day DESC, messages DESC LIMIT 5")},
		{name: "5. how long delivery takes", runs: 5, ask: sql("SELECT quantiles(0.5, 0.9, 0.99)(date_diff('ms', first_at, delivered_at)) AS ms FROM messages WHERE delivered_at IS NOT NULL")},
		{name: "deferral storms", runs: askedRuns, ask: sql("SELECT * FROM deferral_storms ORDER BY hour DESC LIMIT 20")},
	}
}

// often asks by several at once.
func (s *speedServer) often(clients int, ask func(context.Context) error) func(context.Context, time.Duration) (string, error) {
	return func(ctx context.Context, last time.Duration) (string, error) {
		var asked atomic.Int64
		var all errgroup.Group
		began := time.Now()
		for range clients {
			all.Go(func() error {
				for time.Since(began) < last {
					if err := ask(ctx); err != nil {
						return err
					}
					asked.Add(1)
				}
				return nil
			})
		}
		err := all.Wait()
		return fmt.Sprintf("%.0f requests/s", float64(asked.Load())/time.Since(began).Seconds()), err
	}
}

// serve has the API answer; it returns its address, and what ends it.
func (s *speedServer) serve() (base string, end func(context.Context) error, err error) {
	server := api.New(api.Options{Store: speedStore{s.db}})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	go func() { _ = server.Serve(l) }() // until Shutdown
	return "http://" + l.Addr().String(), server.Shutdown, nil
}

func (s *speedServer) served(clients int, ask func(context.Context, string) error) func(context.Context, time.Duration) (string, error) {
	return func(ctx context.Context, last time.Duration) (string, error) {
		base, end, err := s.serve()
		if err != nil {
			return "", err
		}
		told, err := s.often(clients, func(ctx context.Context) error { return ask(ctx, base) })(ctx, last)
		if err != nil {
			return "", err
		}
		return told, end(ctx)
	}
}

// downloaded reads a file of some days' changes.
func (s *speedServer) downloaded(values string) func(context.Context, time.Duration) (string, error) {
	return func(ctx context.Context, _ time.Duration) (string, error) {
		base, end, err := s.serve()
		if err != nil {
			return "", err
		}
		from, to := time.UnixMilli(day).AddDate(0, 0, -9).UTC(), time.UnixMilli(day).AddDate(0, 0, -7).UTC()
		began := time.Now()
		rows, err := got(ctx, base+"/api/v1/feed/download?"+values+"&from="+from.Format(time.RFC3339)+"&to="+to.Format(time.RFC3339))
		if err != nil {
			return "", err
		}
		var n float64
		if _, err := fmt.Sscan(rows.Get("X-Rows"), &n); err != nil {
			return "", err
		}
		return fmt.Sprintf("%.0f rows, %.0f rows/s", n, n/time.Since(began).Seconds()), end(ctx)
	}
}

// got reads an answer to its end, and returns its trailer.
func got(ctx context.Context, address string) (http.Header, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	answer, err := speedClient.Do(request)
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", address, answer.Status)
	}
	return answer.Trailer, err
}

var speedClient = http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: manyClients}}
