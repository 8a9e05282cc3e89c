package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mailfate/pipeline/app"
	"mailfate/sinks/report"
)

// defaultRows is how many rows a table shows unless told otherwise.
const defaultRows = 1000

// asked is what the flags of a report say.
type asked struct {
	json, html, digest, compare           bool
	by                                    []string
	from, to, account, vocabulary, format string
	output                                string
	limit                                 int
}

func (e *env) report() *cobra.Command {
	var a asked
	c := &cobra.Command{
		Use:   "report [" + strings.Join(report.Names, "|") + "]",
		Short: "Print the report of what is in ClickHouse, or one table of it",
		Long: "Without a name, print the whole report. With one, print a table: messages by the hour of their\n" +
			"earliest event, broken down by what you name. Counts are of messages, not of hits.",
		Example: "  mailfate report --data d\n" +
			"  mailfate report bounce --data d --by provider,reason --from 2026-11-01 --to 2026-11-07\n" +
			"  mailfate report overview --data d --by day --format csv > days.csv\n" +
			"  mailfate report open --data d --by day --html -o opens.html",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return e.wholeReport(cmd, &a)
			}
			return e.table(cmd, args[0], &a)
		},
	}
	e.flags.database(c.Flags())
	f := c.Flags()
	f.BoolVar(&a.json, "json", false, "print JSON; the same as --format json")
	f.BoolVar(&a.html, "html", false, "print one HTML file with charts, fit to mail; the same as --format html")
	f.StringVarP(&a.output, "output", "o", "", "write to `FILE`, as a whole or not at all, instead of printing")
	f.BoolVar(&a.digest, "digest", false, "print only the digest: the same for the same events")
	f.StringSliceVar(&a.by, "by", nil, "break a table down by `WHAT`,… of "+strings.Join(report.Dimensions, ", "))
	f.StringVar(&a.from, "from", "", "messages since `TIME` (2026-11-22 or 2026-11-22T03:00, UTC)")
	f.StringVar(&a.to, "to", "", "messages before `TIME`; of a day, to its end")
	f.StringVar(&a.account, "account", "", "messages of one `ACCOUNT`")
	f.StringVar(&a.vocabulary, "vocabulary", "", "an overview by the statuses of one `VOCABULARY`")
	f.BoolVar(&a.compare, "compare", false, "beside each number, what it was in the period of equal length before (by month: in as many months); needs --from and --to")
	f.StringVar(&a.format, "format", "", "table, csv (tables only), json or html")
	f.IntVar(&a.limit, "limit", defaultRows, "print `N` rows at most, those with most messages")
	return c
}

// wholeReport prints everything, for which the flags of tables mean nothing.
func (e *env) wholeReport(cmd *cobra.Command, a *asked) error {
	for _, name := range []string{"by", "from", "to", "account", "vocabulary", "compare", "limit"} {
		if cmd.Flags().Changed(name) {
			return usageError{fmt.Errorf("--%s is for a table: name one of %s", name, strings.Join(report.Names, ", "))}
		}
	}
	if a.format == "csv" {
		return usageError{fmt.Errorf("csv is for a table: name one of %s", strings.Join(report.Names, ", "))}
	}
	if err := a.readFormat("table", "json", "html"); err != nil {
		return usageError{err}
	}
	return e.withDatabase(cmd.Context(), func(ctx context.Context, db *app.Database) error {
		if a.digest {
			d, err := db.Digest(ctx)
			if err != nil {
				return err
			}
			return e.output(a.output, func(w io.Writer) error {
				_, err := fmt.Fprintln(w, d)
				return err
			})
		}
		r, err := db.Report(ctx)
		if err != nil {
			return err
		}
		if a.format != "html" {
			return e.output(a.output, func(w io.Writer) error { return printReport(w, &r, a.format == "json") })
		}
		beside, err := besideReport(ctx, db)
		if err != nil {
			return err
		}
		return e.output(a.output, func(w io.Writer) error { return r.WriteHTML(w, time.Now(), beside...) })
	})
}

// fewDays is up to how many days the whole report tells of hours.
const fewDays = 2

// besideReport asks for the tables that the whole report has as HTML: what happened
// over time, and how long it took to deliver.
func besideReport(ctx context.Context, db *app.Database) (beside []*report.Table, err error) {
	ask := func(name, by string) (*report.Table, error) {
		t, err := db.Ask(ctx, &report.Question{Name: name, By: []string{by}, Limit: report.HTMLRows})
		return &t, err
	}
	over, err := ask(report.Overview, "day")
	if err == nil && len(over.Rows) <= fewDays {
		over, err = ask(report.Overview, "hour")
	}
	if err != nil {
		return nil, err
	}
	times, err := ask(report.DeliveryTime, "provider")
	return []*report.Table{over, times}, err
}

func (e *env) table(cmd *cobra.Command, name string, a *asked) error {
	q, err := a.question(name)
	if err != nil {
		return usageError{err}
	}
	return e.withDatabase(cmd.Context(), func(ctx context.Context, db *app.Database) error {
		t, err := db.Ask(ctx, &q)
		if err != nil {
			return err
		}
		if a.account != "" {
			known, err := e.knownAccounts(ctx, db)
			if err != nil {
				return err
			}
			e.warnUnknown(known, a.account, "")
		}
		if a.format != "html" {
			if t.More && a.format == "csv" {
				fmt.Fprintln(e.err, "There are more rows; --limit N writes more.")
			}
			return e.output(a.output, func(w io.Writer) error { return writeTable(w, &t, a.format) })
		}
		all := q.Totals()
		totals, err := db.Ask(ctx, &all)
		if err != nil {
			return err
		}
		return e.output(a.output, func(w io.Writer) error { return t.WriteHTML(w, &totals, time.Now()) })
	})
}

func writeTable(w io.Writer, t *report.Table, format string) error {
	switch format {
	case "csv":
		return t.WriteCSV(w)
	case "json":
		return printJSON(w, t)
	}
	return t.WriteText(w, isTerminal(w))
}

// readFormat reads what says how a report is written, all of which has to say the same.
func (a *asked) readFormat(formats ...string) error {
	for name, short := range map[string]bool{"json": a.json, "html": a.html} {
		switch {
		case !short:
		case a.format != "" && a.format != name:
			return fmt.Errorf("--%s and another format: leave out one", name)
		default:
			a.format = name
		}
	}
	if a.format != "" && !slices.Contains(formats, a.format) {
		return fmt.Errorf("there is no such format: %q; want one of %s", a.format, strings.Join(formats, ", "))
	}
	if a.digest && a.format == "html" {
		return errors.New("a digest is a word: leave out --html or --digest")
	}
	return nil
}

// question reads the flags, which are not those of the whole report.
func (a *asked) question(name string) (q report.Question, err error) {
	q = report.Question{Name: name, By: a.by, Account: a.account, Compare: a.compare, Limit: a.limit}
	if a.vocabulary != "" {
		in, err := vocabularies(a.vocabulary)
		if err != nil {
			return q, err
		}
		q.Vocabulary = in[0]
	}
	if q.From, err = parseTime("--from", a.from, false); err != nil {
		return q, err
	}
	if q.To, err = parseTime("--to", a.to, true); err != nil {
		return q, err
	}
	if err = a.readFormat("table", "csv", "json", "html"); err != nil {
		return q, err
	}
	switch {
	case a.digest:
		return q, errors.New("a table has no digest: leave out its name or --digest")
	case a.limit < 1 || a.limit > maxRows:
		return q, fmt.Errorf("--limit is from 1 to %d", maxRows)
	}
	return q, q.Check()
}

// maxRows is how many rows a table may have: they are all in memory.
const maxRows = 1_000_000

// parseTime reads a time, or a day, which is its beginning or its end.
func parseTime(flag, s string, end bool) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, ok := report.ParseTime(s, end); ok {
		return t, nil
	}
	return time.Time{}, fmt.Errorf("%s %q is no time; want 2026-11-22 or 2026-11-22T03:00, in UTC", flag, s)
}
