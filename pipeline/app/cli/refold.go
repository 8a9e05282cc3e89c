package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"mailfate/pipeline/app"
	"mailfate/pipeline/store"
)

func (e *env) refold() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "refold",
		Short: "Fold every message again after a change of rules",
		Long: "refold has every message's statuses made again from its events, and changes the rows\n" +
			"that differ: after an update that reads events otherwise, or when timers or rules\n" +
			"(classify) of the configuration have changed. With --data it starts what is needed, unless\n" +
			"a mailfate runs there: then that one does it, by the rules that it was started with, as the\n" +
			"processors of a cluster do that is named with --brokers: start them again before. The\n" +
			"pipeline goes on meanwhile, and an interrupted refold goes on\n" +
			"with it.",
		Example: "  mailfate refold --data d\n  mailfate refold --brokers kafka1:9092,kafka2:9092",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return e.doRefold(cmd.Context(), asJSON) },
	}
	e.flags.pipeline(c.Flags())
	c.Flags().BoolVar(&asJSON, "json", false, "print the counts as one JSON document")
	return c
}

func (e *env) doRefold(ctx context.Context, asJSON bool) error {
	_, options, err := e.options()
	if err != nil {
		return err
	}
	r, err := e.refoldWith(ctx, options)
	if err != nil {
		return err
	}
	if asJSON {
		err = printJSON(e.out, r)
	} else {
		_, err = fmt.Fprintln(e.out, refolded(r))
	}
	if err != nil {
		return fmt.Errorf("print counts: %w", err)
	}
	return nil
}

func (e *env) refoldWith(ctx context.Context, options app.Options) (r app.Refolded, err error) {
	line := &counter{env: e}
	defer line.done()
	if len(options.Kafka.Brokers) > 0 {
		asking := options
		if err := e.ask(ctx, &asking); err != nil {
			return r, err
		}
		return app.OrderRefold(ctx, options, line.tell)
	}
	if options.Dir == "" {
		return r, usageError{errors.New("nothing to fold again: name a data directory with --data or a cluster with --brokers")}
	}
	if err := app.FindData(options.Dir); err != nil {
		return r, err
	}
	a, err := app.New(ctx, options)
	if errors.Is(err, store.ErrLocked) {
		fmt.Fprintln(e.err, "Another mailfate has this directory open: it folds again, by the rules and timers that it was started with.")
		return app.OrderRefold(ctx, options, line.tell)
	}
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, closeApp(a)) }()
	return a.Refold(ctx, line.tell)
}

func refolded(r app.Refolded) string {
	return fmt.Sprintf("looked at %d messages, changed %d", r.Looked, r.Changed)
}

// counter shows on a terminal how far a refold has come, and nothing elsewhere.
type counter struct {
	env   *env
	shown bool
}

func (c *counter) tell(r app.Refolded) {
	if isTerminal(c.env.err) {
		c.shown = true
		fmt.Fprintf(c.env.err, "\r%s", refolded(r))
	}
}

// done clears the line.
func (c *counter) done() {
	if c.shown {
		fmt.Fprint(c.env.err, "\r\x1b[K")
	}
}
