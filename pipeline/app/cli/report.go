package cli

import (
	"context"
	"errors"
	"fmt"
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
	json, digest, compare                 bool
	by                                    []string
	from, to, account, vocabulary, format string
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
			"  mailfate report overview --data d --by day --format csv > days.csv",
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
	f.BoolVar(&a.digest, "digest", false, "print only the digest: the same for the same events")
	f.StringSliceVar(&a.by, "by", nil, "break a table down by `WHAT`,… of "+strings.Join(report.Dimensions, ", "))
	f.StringVar(&a.from, "from", "", "messages since `TIME` (2026-11-22 or 2026-11-22T03:00, UTC)")
	f.StringVar(&a.to, "to", "", "messages before `TIME`; of a day, to its end")
	f.StringVar(&a.account, "account", "", "messages of one `ACCOUNT`")
	f.StringVar(&a.vocabulary, "vocabulary", "", "an overview by the statuses of one `VOCABULARY`")
	f.BoolVar(&a.compare, "compare", false, "beside each number, what it was in the period of equal length before; needs --from and --to")
	f.StringVar(&a.format, "format", "", "table, csv or json")
	f.IntVar(&a.limit, "limit", defaultRows, "print `N` rows at most, those with most messages")
	return c
}

// wholeReport prints everything, for which the flags of tables mean nothing.
func (e *env) wholeReport(cmd *cobra.Command, a *asked) error {
	for _, name := range []string{"by", "from", "to", "account", "vocabulary", "compare", "format", "limit"} {
		if cmd.Flags().Changed(name) {
			return usageError{fmt.Errorf("--%s is for a table: name one of %s", name, strings.Join(report.Names, ", "))}
		}
	}
	return e.withDatabase(cmd.Context(), func(ctx context.Context, db *app.Database) error {
		if a.digest {
			d, err := db.Digest(ctx)
			if err == nil {
				_, err = fmt.Fprintln(e.out, d)
			}
			return err
		}
		r, err := db.Report(ctx)
		if err != nil {
			return err
		}
		return e.printReport(&r, a.json)
	})
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
		switch a.format {
		case "csv":
			return t.WriteCSV(e.out)
		case "json":
			return printJSON(e.out, &t)
		}
		return t.WriteText(e.out, isTerminal(e.out))
	})
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
	if a.json && a.format == "" {
		a.format = "json"
	}
	switch {
	case a.digest:
		return q, errors.New("a table has no digest: leave out its name or --digest")
	case a.format != "" && a.format != "table" && a.format != "csv" && a.format != "json", a.json && a.format != "json":
		return q, fmt.Errorf("there is no such format: %q; want table, csv or json", a.format)
	case a.limit < 1 || a.limit > maxRows:
		return q, fmt.Errorf("--limit is from 1 to %d", maxRows)
	}
	return q, q.Check()
}

// maxRows is how many rows a table may have: they are all in memory.
const maxRows = 1_000_000

// parseTime reads a time, or a day, which is its beginning or its end.
func parseTime(flag, s string, end bool) (time.Time, error) {
	t, err := report.ParseTime(s, end)
	if err != nil {
		err = fmt.Errorf("%s %w", flag, err)
	}
	return t, err
}
