package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"mailfate/pipeline/app"
	"mailfate/sinks/report"
)

// closeTime bounds the end: what is begun is written down, connections and
// children are closed.
const closeTime = 10 * time.Second

// aboutTypes is what helps say of the types before paths.
const aboutTypes = "Types: postfix, exim, sendmail, powermta, kumomta, platform, tracking, arf.\nWithout a type the content decides."

func (e *env) replay() *cobra.Command {
	var asJSON, serve bool
	c := &cobra.Command{
		Use:   "replay [TYPE:]PATH…",
		Short: "Read files, mailboxes or directories to their ends and report",
		Long: "replay reads each path to its end through the whole pipeline and prints the report.\n" +
			aboutTypes + "\n" +
			"With --data everything is kept there, and reading the same again changes nothing.\n\n" +
			"With --brokers it works in that cluster, beside processors and sinks that run there and\n" +
			"write to the same --clickhouse: as long as it lasts it takes its share of the partitions.",
		Example: "  mailfate replay /var/log/mail.log\n  mailfate replay --data d --year 2025 postfix:old.log.gz reports/\n  journalctl -o json -u 'postfix*' | mailfate replay postfix:-",
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.doReplay(cmd.Context(), args, asJSON, serve)
		},
	}
	e.flags.pipeline(c.Flags())
	e.flags.reading(c.Flags())
	c.Flags().BoolVar(&asJSON, "json", false, "print the report as one JSON document")
	c.Flags().BoolVar(&serve, "serve", false, "stay up after the report, answer questions, and say where ClickHouse listens")
	return c
}

// errNowhere is that of a cluster whose answers would be gone with the process,
// while the consumer group that wrote them would stay in Kafka for good.
var errNowhere = errors.New("a replay into a cluster needs a ClickHouse that stays: name it with --clickhouse HOST:PORT, or name --data DIR, to have one started there")

func (e *env) doReplay(ctx context.Context, args []string, asJSON, serve bool) (err error) {
	set, options, err := e.options()
	if err != nil {
		return err
	}
	if err := set.checkTopics(&options, args); err != nil {
		return err
	}
	srcs, err := set.find(args)
	if err != nil {
		return err
	}
	if options.Dir == "" && len(options.Kafka.Brokers) > 0 && len(options.ClickHouse.Addresses) == 0 {
		return usageError{errNowhere}
	}
	if options.Dir == "" {
		if options.Dir, err = os.MkdirTemp("", "mailfate-"); err != nil {
			return fmt.Errorf("make temporary data directory: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(options.Dir)) }()
	}
	if serve && options.API == "" {
		options.API = "127.0.0.1:0"
	}
	a, err := app.New(ctx, options)
	if err != nil {
		return stopped(ctx, err)
	}
	defer func() { err = errors.Join(err, closeApp(a)) }()
	a.Start()
	bar := e.progress()
	r, err := a.Replay(ctx, srcs, bar.tell)
	bar.done()
	if err != nil && r.Digest == "" {
		return stopped(ctx, err)
	}
	if printErr := printReport(e.out, &r, asJSON); printErr != nil {
		return errors.Join(err, printErr)
	}
	if serve && err == nil {
		return e.stay(ctx, a)
	}
	return err
}

// errStopped is the error of who was asked to end before being done.
var errStopped = errors.New("stopped before the end was reached; replay again to have it whole")

// stopped is errStopped in place of what comes of being asked to end.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return errStopped
	}
	return err
}

// closeApp ends an app within closeTime, whatever ended its context.
func closeApp(a *app.App) error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	return a.Close(ctx)
}

func printReport(w io.Writer, r *report.Report, asJSON bool) error {
	if !asJSON {
		return r.WriteText(w, isTerminal(w))
	}
	if err := printJSON(w, r); err != nil {
		return fmt.Errorf("print report: %w", err)
	}
	return nil
}

// sayWhere says where the answers are.
func (e *env) sayWhere(a *app.App) {
	if a.NativeAddress() != "" {
		fmt.Fprintf(e.err, "ClickHouse: native %s, HTTP http://%s (database mail, user default). Ctrl-C ends it.\n",
			a.NativeAddress(), a.HTTPAddress())
	}
	if a.APIAddress() != "" {
		fmt.Fprintf(e.err, "Pages: %s\nQuestions: %s, as %s/en/api/checkEmail?format=json&email_id=ID\n", a.APIAddress(), a.APIAddress(), a.APIAddress())
	}
	if a.TrackerAddress() != "" {
		fmt.Fprintf(e.err, "Hits: http://%s\n", a.TrackerAddress())
	}
}

// stay says where the answers are and waits.
func (e *env) stay(ctx context.Context, a *app.App) error {
	e.sayWhere(a)
	select {
	case <-ctx.Done():
	case <-a.Done():
	}
	return nil
}
