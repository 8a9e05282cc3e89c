package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"mailfate/pipeline/app"
)

const (
	// defaultLetters is how many dead letters a list shows.
	defaultLetters = 100
	// maxLetters is how many are kept in memory.
	maxLetters = 100_000
)

func (e *env) dead() *cobra.Command {
	c := &cobra.Command{
		Use:   "dead",
		Short: "Look at what could not be applied, and try again",
		Long: "Dead letters are what could not be applied, with the reason: records that cannot be read,\n" +
			"events too large or more than a day ahead of the clock. They are kept for 31 days in Kafka\n" +
			"(mail.dead), with their bytes. With --data they are those of a data directory, whether a\n" +
			"mailfate runs there or not, with --brokers those of a cluster.",
		Example: "  mailfate dead list --data d\n  mailfate dead show --data d 0-17\n  mailfate dead retry --data d --all",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	e.flags.dir(c.PersistentFlags())
	e.flags.kafka(c.PersistentFlags())
	c.AddCommand(e.deadList(), e.deadShow(), e.deadRetry())
	return c
}

func (e *env) deadList() *cobra.Command {
	var asJSON bool
	var limit int
	c := &cobra.Command{
		Use:   "list",
		Short: "List the newest dead letters, the newest last",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 1 || limit > maxLetters {
				return usageError{fmt.Errorf("--limit %d is out of range: want 1 to %d", limit, maxLetters)}
			}
			return e.withDead(cmd.Context(), func(ctx context.Context, d *app.DeadLetters) error {
				letters, total, err := d.List(ctx, limit)
				if err != nil {
					return err
				}
				if asJSON {
					return writeLettersJSON(e.out, letters)
				}
				return writeLetters(e.out, letters, total)
			})
		},
	}
	c.Flags().IntVar(&limit, "limit", defaultLetters, "show `N` at most")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	return c
}

func (e *env) deadShow() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "show ID",
		Short: "Print all of a dead letter, its bytes too",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ids, err := letterIDs(args)
			if err != nil {
				return err
			}
			return e.withDead(cmd.Context(), func(ctx context.Context, d *app.DeadLetters) error {
				l, err := d.Show(ctx, ids[0])
				if err != nil {
					return err
				}
				if asJSON {
					return writeLetterJSON(e.out, &l)
				}
				return writeLetter(e.out, &l)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON document; bytes in base64, and as text if they are some")
	return c
}

func (e *env) deadRetry() *cobra.Command {
	var asJSON, all bool
	c := &cobra.Command{
		Use:   "retry ID… | --all",
		Short: "Publish dead letters again",
		Long: "retry publishes a record's bytes again where they came from, or the event that was made of\n" +
			"a line, as after an update that can read them or when it was the clock that was wrong.\n" +
			"What was taken in before is not counted twice; a record that still cannot be read becomes a\n" +
			"dead letter again. --all leaves out what was retried before, and events whose time is still\n" +
			"more than a day ahead; naming one publishes it all the same, with that time.",
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case all && len(args) > 0:
				return usageError{errors.New("name the dead letters to retry or say --all, not both")}
			case !all && len(args) == 0:
				return usageError{errors.New("name the dead letters to retry, or say --all")}
			}
			ids, err := letterIDs(args)
			if err != nil {
				return err
			}
			return e.withDead(cmd.Context(), func(ctx context.Context, d *app.DeadLetters) error {
				r, err := retry(ctx, d, ids)
				if r.Retried == 0 && err != nil {
					return err
				}
				if r.Retried > 0 && d.Idle() {
					fmt.Fprintln(e.err, "No mailfate runs there: what is retried is applied when one next does.")
				}
				return errors.Join(writeRetries(e.out, r, asJSON), err)
			})
		},
	}
	c.Flags().BoolVar(&all, "all", false, "retry what was never retried and is not of the future")
	c.Flags().BoolVar(&asJSON, "json", false, "print the counts as one JSON document")
	return c
}

// retry publishes the letters again, all of them if none is named.
func retry(ctx context.Context, d *app.DeadLetters, ids []app.LetterID) (r app.Retries, err error) {
	if len(ids) == 0 {
		return d.RetryAll(ctx)
	}
	for _, id := range ids {
		if err := d.Retry(ctx, id); err != nil {
			return r, err
		}
		r.Retried++
	}
	return r, nil
}

func letterIDs(args []string) ([]app.LetterID, error) {
	ids := make([]app.LetterID, len(args))
	for i, arg := range args {
		var err error
		if ids[i], err = app.ParseLetterID(arg); err != nil {
			return nil, usageError{err}
		}
	}
	return ids, nil
}

// patience is how long who asks waits for a Kafka that does not answer.
const patience = 4 * time.Second

// ask makes options those of somebody who waits for an answer: soon there is one,
// if only an error, and that says it all. A cluster has to be there.
func (e *env) ask(ctx context.Context, o *app.Options) error {
	o.Kafka.RetryFor, o.Kafka.Timeout = patience, patience
	if !e.flags.verbose {
		o.Kafka.Logger = slog.New(slog.DiscardHandler)
	}
	if len(o.Kafka.Brokers) == 0 {
		return nil
	}
	if err := app.TryKafka(ctx, *o); err != nil {
		return fmt.Errorf("reach Kafka: %w; check --brokers or kafka.brokers", err)
	}
	return nil
}

// withDead opens the dead letters that the flags name.
func (e *env) withDead(ctx context.Context, fn func(context.Context, *app.DeadLetters) error) (err error) {
	_, options, err := e.options()
	if err != nil {
		return err
	}
	if err := e.ask(ctx, &options); err != nil {
		return err
	}
	if options.Dir == "" && len(options.Kafka.Brokers) == 0 {
		return usageError{errors.New("name a data directory with --data, or a cluster with --brokers")}
	}
	d, err := app.OpenDeadLetters(ctx, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return fn(ctx, d)
}
