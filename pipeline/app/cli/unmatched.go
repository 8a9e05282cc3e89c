package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mailfate/pipeline/app"
	"mailfate/schemas"
	"mailfate/sinks/clickhouse"
)

const (
	// defaultUnmatched is how much a list shows.
	defaultUnmatched = 100
	// maxUnmatched is how much is kept in memory.
	maxUnmatched = 100_000
)

func (e *env) unmatched() *cobra.Command {
	c := &cobra.Command{
		Use:   "unmatched",
		Short: "Look at what belongs to no message, and say to which it does",
		Long: "Unmatched are complaints, bounces by mail, opens and clicks about a message or a recipient\n" +
			"that nobody is known to have sent to. When the message turns up they are attached to it;\n" +
			"for the others a person can judge, with the candidates that show tells.",
		Example: "  mailfate unmatched list --data d --kind complained\n  mailfate unmatched show --data d 6ea0ed52a3aaca7d\n" +
			"  mailfate unmatched attach --data d 6ea0ed52a3aaca7d '<20261114.1@shop.example>'",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	e.flags.database(c.PersistentFlags())
	c.AddCommand(e.unmatchedList(), e.unmatchedShow(), e.unmatchedAttach())
	return c
}

func (e *env) unmatchedList() *cobra.Command {
	var asJSON bool
	var since string
	var f clickhouse.UnmatchedFilter
	c := &cobra.Command{
		Use:   "list",
		Short: "List what belongs to no message, the newest first",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if f.Since, err = sinceWhen(since, time.Now()); err == nil {
				err = checkFilter(&f)
			}
			if err != nil {
				return usageError{err}
			}
			return e.withDatabase(cmd.Context(), func(ctx context.Context, db *app.Database) error {
				list, total, err := db.Unmatched(ctx, f)
				if err != nil {
					return err
				}
				if asJSON {
					return writeUnmatchedJSON(e.out, list)
				}
				return writeUnmatched(e.out, list, total)
			})
		},
	}
	c.Flags().StringVar(&f.Kind, "kind", "", "only of this `KIND`: complained, bounced_later, opened, …")
	c.Flags().StringVar(&f.Source, "source", "", "only from this `TYPE` of source: arf, tracking, …")
	c.Flags().StringVar(&since, "since", "", "only since this `TIME`: 2026-11-14, 2026-11-14T10:00:00Z, or 36h ago")
	c.Flags().BoolVar(&f.Settled, "settled", false, "also what a person has attached to a message")
	c.Flags().IntVar(&f.Limit, "limit", defaultUnmatched, "show `N` at most")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	return c
}

func checkFilter(f *clickhouse.UnmatchedFilter) error {
	if _, known := schemas.ParseKind(f.Kind); f.Kind != "" && !known {
		return fmt.Errorf("--kind %q is none: want complained, bounced_later, other_report, opened, clicked or another", f.Kind)
	}
	if _, known := schemas.ParseSourceType(f.Source); f.Source != "" && !known {
		return fmt.Errorf("--source %q is none: want arf, tracking or another", f.Source)
	}
	if f.Limit < 1 || f.Limit > maxUnmatched {
		return fmt.Errorf("--limit %d is out of range: want 1 to %d", f.Limit, maxUnmatched)
	}
	return nil
}

// sinceWhen reads a time, UTC where it names no zone, or how long ago that is.
func sinceWhen(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	if ago, err := time.ParseDuration(s); err == nil && ago >= 0 {
		return now.Add(-ago), nil
	}
	return time.Time{}, fmt.Errorf("--since %q is no time: want 2026-11-14, 2026-11-14T10:00:00Z or 36h", s)
}

func (e *env) unmatchedShow() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "show ID",
		Short: "Print all that is known of one, and which messages may be meant",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := unmatchedID(args[0])
			if err != nil {
				return err
			}
			return e.withDatabase(cmd.Context(), func(ctx context.Context, db *app.Database) error {
				u, err := db.FindUnmatched(ctx, id)
				if err != nil {
					return err
				}
				candidates, err := db.Candidates(ctx, id)
				if err != nil {
					return err
				}
				if asJSON {
					return printedUnmatched(printJSON(e.out, newUnmatchedJSON(&u, candidates)))
				}
				return writeOneUnmatched(e.out, &u, candidates)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return c
}

func (e *env) unmatchedAttach() *cobra.Command {
	var to schemas.Identity
	c := &cobra.Command{
		Use:   "attach ID MESSAGE_ID",
		Short: "Say which message one is about",
		Long: "attach publishes the event again, as the message's that you name, with match person and\n" +
			"confidence exact: it changes the message's status as any other. Twice counts once. The\n" +
			"event's old place stays in mail.unmatched, and is settled: neither listed nor counted.\n\n" +
			"It cannot be taken back, so what is attached to one message is refused for another. That\n" +
			"is known once the first is in ClickHouse: before, while no mailfate runs there or when two\n" +
			"people attach it at once, nothing refuses the second, and it counts for both messages.",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := unmatchedID(args[0])
			if err != nil {
				return err
			}
			if to.MessageID = schemas.CleanMessageID(args[1]); to.MessageID == "" {
				return usageError{errors.New("the message id is empty; mailfate unmatched show tells candidates")}
			}
			to.Recipient = schemas.CleanRecipient(to.Recipient)
			return e.attach(cmd.Context(), id, to)
		},
	}
	e.flags.kafka(c.Flags())
	c.Flags().StringVar(&to.Recipient, "recipient", "", "`ADDRESS` that the message went to, where there are several")
	c.Flags().StringVar(&to.Account, "account", "", "`NAME` of the account whose message it is, where there are several, or the event has another")
	return c
}

func (e *env) attach(ctx context.Context, id schemas.EventID, to schemas.Identity) error {
	_, options, err := e.options()
	if err != nil {
		return err
	}
	if options.Dir == "" && len(options.Kafka.Brokers) == 0 {
		return usageError{errors.New("nowhere to publish it: name a data directory with --data, or a cluster with --brokers")}
	}
	if err := e.ask(ctx, &options); err != nil {
		return err
	}
	return e.withDatabase(ctx, func(ctx context.Context, db *app.Database) error {
		a, err := db.Attach(ctx, options, id, to)
		if err != nil {
			return err
		}
		if a.Idle {
			fmt.Fprintln(e.err, "No mailfate runs there: what is attached is applied when one next does.")
		}
		return writeAttached(e.out, id, &a.Event)
	})
}

func unmatchedID(s string) (schemas.EventID, error) {
	id, err := schemas.ParseEventID(strings.ToLower(s))
	if err != nil {
		return 0, usageError{fmt.Errorf("%q is no id of 16 hexadecimal digits: mailfate unmatched list tells them", s)}
	}
	return id, nil
}
