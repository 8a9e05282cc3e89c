package clickhouse

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"golang.org/x/sys/unix"

	"mailfate/pipeline/classify"
	"mailfate/pipeline/embedded"
	"mailfate/pipeline/embedded/embeddedtest"
)

// make bench-queries sets them.
var (
	speedMessages = flag.Int("speed.messages", 0, "so many messages TestQuerySpeed makes; 0: none, and nothing is measured")
	speedDir      = flag.String("speed.dir", "", "where they are kept for the next time; empty: nowhere")
	speedOnly     = flag.String("speed.only", "", "only questions whose names contain this; sizes alone where none does")
)

// speedBatch is how many messages are inserted together, at most.
const speedBatch = 200_000

// TestQuerySpeed fills the tables through the sink's own rows, unless they are full,
// and prints how long questions take, and what a message takes on disk.
func TestQuerySpeed(t *testing.T) {
	if *speedMessages == 0 {
		t.Skip("run it by make bench-queries")
	}
	dir := *speedDir
	if dir == "" {
		dir = t.TempDir()
	}
	s := speedServer{options: embedded.ClickHouseOptions{Dir: dir, Executable: embeddedtest.Host(t)}}
	s.start(t)
	defer func() { s.stop(t) }()
	switch n := numberOf(t, s.db, "SELECT count() FROM message_status FINAL"); {
	case n > uint64(*speedMessages):
		t.Fatalf("%s holds %d messages and not %d: name another directory, or remove this one", dir, n, *speedMessages)
	case n < uint64(*speedMessages):
		fill(t, s.db, *speedMessages)
		settle(t, s.db)
	}
	fmt.Printf("%d changes, %d events\n\n", numberOf(t, s.db, "SELECT count() FROM status_changes"), numberOf(t, s.db, "SELECT count() FROM events"))
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "question\tcold\tp50\tp99\truns\tload")
	for _, q := range questions(t, &s) {
		if strings.Contains(q.name, *speedOnly) {
			s.measure(t, out, q)
			_ = out.Flush() // one after the other: some take long
		}
	}
	fmt.Println()
	printSizes(t, s.db)
}

// speedServer is started anew for each question.
type speedServer struct {
	options embedded.ClickHouseOptions
	server  *embedded.ClickHouse
	db      *DB
}

func (s *speedServer) start(t *testing.T) {
	t.Helper()
	var err error
	if s.server, err = embedded.StartClickHouse(t.Context(), s.options); err != nil {
		t.Fatal(err)
	}
	s.db, err = Open(Options{Addresses: []string{s.server.Native()}})
	if err == nil {
		err = s.db.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(errors.Join(err, s.server.Stop(t.Context())))
	}
}

func (s *speedServer) stop(t *testing.T) {
	t.Helper()
	if err := errors.Join(s.db.Close(), s.server.Stop(context.WithoutCancel(t.Context()))); err != nil {
		t.Error(err)
	}
}

// cool starts the server again, with none of its files in memory.
func (s *speedServer) cool(t *testing.T) {
	t.Helper()
	s.stop(t)
	err := filepath.WalkDir(s.options.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		return errors.Join(f.Sync(), unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED), f.Close())
	})
	if err != nil {
		t.Fatal(err)
	}
	s.start(t)
}

// fill writes messages in about the order in which they were sent. Days that it wrote
// before it was broken off it leaves out. Nothing is merged meanwhile, so that what is
// merged at the end is merged once.
func fill(t *testing.T, db *DB, messages int) {
	t.Helper()
	exec(t, db, "SYSTEM STOP MERGES")
	began := time.Now()
	b := newBatch(db, classify.Default())
	here := 0
	for d := range syntheticDays {
		from, to := messages*d/syntheticDays, messages*(d+1)/syntheticDays
		if numberOf(t, db, fmt.Sprintf("SELECT count() FROM message_status WHERE email_id = '%s'", emailID(uint64(to-1)))) > 0 {
			here = to
			continue
		}
		if err := fillDay(t, b, d, from, to); err != nil {
			t.Fatal(err)
		}
		spent := time.Since(began)
		fmt.Printf("%d messages, %.0f a second, %v to go, load %s\n", to, float64(to-here)/spent.Seconds(),
			time.Duration(float64(spent)/float64(to-here)*float64(messages-to)).Round(time.Second), load(t))
	}
}

// settle merges and rolls up what was filled.
func settle(t *testing.T, db *DB) {
	t.Helper()
	step := func(what string, do func()) {
		began := time.Now()
		do()
		fmt.Printf("%s: %v, load %s\n", what, time.Since(began).Round(time.Millisecond), load(t))
	}
	fmt.Println("not merged:")
	printSizes(t, db)
	step("merged", func() {
		patient, err := clickhouse.Open(&clickhouse.Options{Addr: db.opts.Addresses, Auth: clickhouse.Auth{Database: DefaultDatabase}, ReadTimeout: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = patient.Close() }() // nothing is left to fail
		exec(t, db, "SYSTEM START MERGES")
		for _, table := range []string{"message_status", "message_ids", "message_names", "recipient_status", "status_changes", "events"} {
			if err := patient.Exec(t.Context(), "OPTIMIZE TABLE "+table+" FINAL"); err != nil {
				t.Fatal(err)
			}
		}
	})
	step("rolled up", func() {
		if _, err := db.RollUp(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// fillDay writes the messages of a day, of which so many were made before.
func fillDay(t *testing.T, b *batch, ofDay, from, to int) error {
	t.Helper()
	s := newSynthetic(t, ofDay, uint64(from))
	for from < to {
		n := min(speedBatch, to-from)
		for range n {
			m := s.next()
			b.addRows(m, true)
			s.events(m, b.trail)
		}
		if err := b.Write(t.Context()); err != nil {
			return err
		}
		b.Reset()
		from += n
	}
	return nil
}

// timed is a question, and how often it is asked.
type timed struct {
	name string
	runs int
	ask  func(context.Context) error
	of   func(context.Context, time.Duration) (string, error) // instead of asking: measures something else for so long
}

// measure asks a server that was started for it, and then often. Quantiles are of what
// was asked later.
func (s *speedServer) measure(t *testing.T, out *tabwriter.Writer, q timed) {
	t.Helper()
	s.cool(t)
	once := func() float64 {
		began := time.Now()
		if err := q.ask(t.Context()); err != nil {
			t.Fatalf("%s: %v", q.name, err)
		}
		return float64(time.Since(began).Microseconds()) / 1000
	}
	if q.of != nil {
		for _, asked := range []string{"cold", "warm"} {
			told, err := q.of(t.Context(), 5*time.Second)
			if err != nil {
				t.Fatalf("%s: %v", q.name, err)
			}
			fmt.Fprintf(out, "%s, %s\t\t%s\t\t\t%s\n", q.name, asked, told, load(t))
		}
		return
	}
	cold := once()
	warm := make([]float64, q.runs)
	for i := range warm {
		warm[i] = once()
	}
	slices.Sort(warm)
	at := func(p int) string { return strconv.FormatFloat(warm[(len(warm)-1)*p/100], 'f', 1, 64) + " ms" }
	fmt.Fprintf(out, "%s\t%.1f ms\t%s\t%s\t%d\t%s\n", q.name, cold, at(50), at(99), q.runs, load(t))
}

// load is how many programs wanted to run in the last minute, in the mean.
func load(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		t.Fatal(err)
	}
	one, _, _ := strings.Cut(string(text), " ")
	return one
}
