package clickhouse

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"

	"mailfate/pipeline/classify"
	"mailfate/pipeline/embedded"
	"mailfate/pipeline/embedded/embeddedtest"
	"mailfate/schemas"
	"mailfate/sinks/api"
	"mailfate/sinks/report"
)

// make bench-queries sets it.
var speedMessages = flag.Int("speed.messages", 0, "so many messages TestQuerySpeed makes; 0: none, and nothing is measured")

const (
	speedWriters = 2
	speedBatch   = 20_000 // messages inserted together
	askedRuns    = 25     // of a report
	checkedRuns  = 300    // of checkEmail
)

// TestQuerySpeed fills the tables through the sink's own rows and prints how long
// questions take, and what a message takes on disk.
func TestQuerySpeed(t *testing.T) {
	if *speedMessages == 0 {
		t.Skip("run it by make bench-queries")
	}
	options := embedded.ClickHouseOptions{Dir: t.TempDir(), Executable: embeddedtest.Host(t)}
	server, db := serve(t, options)
	began := time.Now()
	ids := fill(t, db, *speedMessages)
	fmt.Printf("%d messages with %d changes and %d events in %v\n", numberOf(t, db, "SELECT count() FROM message_status"),
		numberOf(t, db, "SELECT count() FROM status_changes"), numberOf(t, db, "SELECT count() FROM events"), time.Since(began).Round(time.Second))
	began = time.Now()
	done, err := db.RollUp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("%d hours rolled up into %d rows in %v\n\n", done.Stale, numberOf(t, db, "SELECT count() FROM hourly"), time.Since(began).Round(time.Millisecond))
	stop(t, server, db) // so that its caches are empty
	server, db = serve(t, options)
	defer func() { stop(t, server, db) }()
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "question\tcold\tp50\tp99\truns")
	for _, q := range questions(t, db, ids) {
		measure(t, out, q)
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	fmt.Println()
	printSizes(t, db)
}

func serve(t *testing.T, options embedded.ClickHouseOptions) (*embedded.ClickHouse, *DB) {
	t.Helper()
	server, err := embedded.StartClickHouse(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	db, err := Open(Options{Addresses: []string{server.Native()}})
	if err == nil {
		err = db.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(errors.Join(err, server.Stop(t.Context())))
	}
	return server, db
}

func stop(t *testing.T, server *embedded.ClickHouse, db *DB) {
	t.Helper()
	if err := errors.Join(db.Close(), server.Stop(context.WithoutCancel(t.Context()))); err != nil {
		t.Error(err)
	}
}

// fill writes messages; it returns some of their email ids.
func fill(t *testing.T, db *DB, messages int) (ids []string) {
	t.Helper()
	parts := make([][]string, speedWriters)
	var writers errgroup.Group
	for w := range speedWriters {
		writers.Go(func() error {
			s, b := newSynthetic(t, uint64(w)), newBatch(db, classify.Default())
			s.made = uint64(w) * 1_000_000_000
			for i := range messages / speedWriters {
				m := s.next()
				b.addRows(m, true)
				s.events(m, b.trail)
				if s.chance(100) {
					parts[w] = append(parts[w], m.Row.EmailID)
				}
				if (i+1)%speedBatch == 0 || i+1 == messages/speedWriters {
					if err := b.Write(t.Context()); err != nil {
						return err
					}
					b.Reset()
				}
			}
			return nil
		})
	}
	if err := writers.Wait(); err != nil {
		t.Fatal(err)
	}
	return slices.Concat(parts...)
}

// timed is a question, and how often it is asked.
type timed struct {
	name string
	runs int
	ask  func(context.Context) error
}

func questions(t *testing.T, db *DB, ids []string) []timed {
	from := time.UnixMilli(day).AddDate(0, 0, -syntheticDays)
	check := func(n int) func(context.Context) error {
		return func(ctx context.Context) error {
			asked := make([]string, n)
			for i := range asked {
				asked[i] = ids[rand.IntN(len(ids))]
			}
			_, err := db.Check(ctx, api.Owner{Any: true}, schemas.Unisender, asked)
			return err
		}
	}
	table := func(name string, by ...string) func(context.Context) error {
		q := &report.Question{Name: name, By: by, From: from, Limit: 1000}
		if err := q.Check(); err != nil {
			t.Fatal(err)
		}
		return func(ctx context.Context) error {
			_, err := db.Ask(ctx, q)
			return err
		}
	}
	sql := func(text string) func(context.Context) error {
		return func(ctx context.Context) error { return db.conn.Exec(ctx, text+" FORMAT Null") }
	}
	story := func(id func() string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := db.Story(ctx, id(), "")
			return err
		}
	}
	last, err := db.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	last.Insert--
	numbers := numbersOf(t, db, checkedRuns)
	return []timed{
		{"compare the rollup with all messages", 5, func(ctx context.Context) error { _, err := db.StaleHours(ctx); return err }},
		{"checkEmail, 1 id", checkedRuns, check(1)},
		{"checkEmail, 500 ids", checkedRuns, check(500)},
		{"message by email id", askedRuns, story(func() string { return ids[rand.IntN(len(ids))] })},
		{"message by number", askedRuns, story(func() string { return numbers[rand.IntN(len(numbers))] })},
		{"news, nothing new", checkedRuns, func(ctx context.Context) error {
			next := last
			next.Insert++
			_, err := db.News(ctx, next, 20_000)
			return err
		}},
		{"news, an insert", checkedRuns, func(ctx context.Context) error { _, err := db.News(ctx, last, 20_000); return err }},
		{"overview of 4 weeks", askedRuns, table(report.Overview)},
		{"overview of 4 weeks by day", askedRuns, table(report.Overview, "day")},
		{"overview by provider, campaign", askedRuns, table(report.Overview, "provider", "campaign")},
		{"opens by day, provider", askedRuns, table(report.Open, "day", "provider")},
		{"bounces by reason", askedRuns, table(report.Bounce, "reason", "class", "fault")},
		{"bounces by domain", askedRuns, table(report.Bounce, "domain")},
		{"deferral storms", askedRuns, sql("SELECT * FROM deferral_storms ORDER BY hour")},
		{"days beside those of the week before", askedRuns, sql("SELECT * FROM daily ORDER BY day, account")},
		{"delivery time by provider", 5, table(report.DeliveryTime, "provider")},
		{"overview in UniSender's words", 5, func(ctx context.Context) error {
			_, err := db.Ask(ctx, &report.Question{Name: report.Overview, Vocabulary: schemas.Unisender, Limit: 100})
			return err
		}},
		{"suppressions, one address", 5, sql("SELECT * FROM suppressions WHERE recipient = 'anna.bauer7@gmail.com'")},
		{"suppressions, all", 5, sql("SELECT * FROM suppressions")},
	}
}

// numbersOf returns the numbers of some messages.
func numbersOf(t *testing.T, db *DB, n int) (numbers []string) {
	t.Helper()
	var rows []struct {
		ID uint64 `ch:"id"`
	}
	if err := db.conn.Select(t.Context(), &rows, "SELECT id FROM message_status ORDER BY rand() LIMIT ?", n); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		numbers = append(numbers, strconv.FormatUint(r.ID, 10))
	}
	return numbers
}

// measure asks a server that was not asked this before, and then often. Files stay in
// the page cache of the machine.
func measure(t *testing.T, out *tabwriter.Writer, q timed) {
	t.Helper()
	once := func() time.Duration {
		began := time.Now()
		if err := q.ask(t.Context()); err != nil {
			t.Fatalf("%s: %v", q.name, err)
		}
		return time.Since(began)
	}
	cold := once()
	warm := []time.Duration{cold}
	for i := range q.runs {
		if d := once(); i == 0 {
			warm[0] = d
		} else {
			warm = append(warm, d)
		}
	}
	slices.Sort(warm)
	at := func(p int) string {
		return strconv.FormatFloat(float64(warm[(len(warm)-1)*p/100].Microseconds())/1000, 'f', 1, 64) + " ms"
	}
	fmt.Fprintf(out, "%s\t%.1f ms\t%s\t%s\t%d\n", q.name, float64(cold.Microseconds())/1000, at(50), at(99), q.runs)
}

// printSizes prints the bytes that a message takes in each table, and in the largest
// columns.
func printSizes(t *testing.T, db *DB) {
	t.Helper()
	var lines []string
	err := db.conn.QueryRow(t.Context(), `
		WITH (SELECT count() FROM message_status) AS messages,
		parts AS (SELECT table, sum(rows) AS rows, sum(bytes_on_disk) AS bytes, count() AS parts FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table),
		columns AS (SELECT table, arrayStringConcat(arraySlice(arrayMap(c -> c.2 || ' ' || toString(round(c.1 / messages, 1)), arrayReverseSort(groupArray((data_compressed_bytes, name)))), 1, 8), ', ') AS largest
			FROM system.columns WHERE database = currentDatabase() GROUP BY table)
		SELECT groupArray(line) FROM (SELECT format('{}\t{}\t{}\t{}\t{}', p.table, toString(p.rows), toString(p.parts), toString(round(p.bytes / messages, 1)), c.largest) AS line
			FROM parts AS p INNER JOIN columns AS c ON c.table = p.table WHERE p.bytes / messages > 0.05 ORDER BY p.bytes DESC)`).Scan(&lines)
	if err != nil {
		t.Fatal(err)
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "table\trows\tparts\tbytes a message\tlargest columns")
	for _, line := range lines {
		fmt.Fprintln(out, line)
	}
	total := numberOf(t, db, "SELECT toUInt64(sum(bytes_on_disk) / (SELECT count() FROM message_status)) FROM system.parts WHERE active AND database = currentDatabase()")
	fmt.Fprintf(out, "all\t\t\t%d\n", total)
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
}
