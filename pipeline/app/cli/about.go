package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"mailfate/pipeline/app"
)

// connectTime is how long check-config waits for each server.
const connectTime = 10 * time.Second

func (e *env) checkConfig() *cobra.Command {
	var connect bool
	c := &cobra.Command{
		Use:     "check-config",
		Short:   "Check the configuration and print what is in effect, secrets masked",
		Example: "  mailfate check-config --config mailfate.yaml --connect",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			set, err := e.setup()
			if err != nil {
				return err
			}
			if err := set.config.CheckTopics(); err != nil {
				return usageError{err}
			}
			if _, err := e.out.Write(set.config.Effective()); err != nil {
				return fmt.Errorf("print configuration: %w", err)
			}
			if !connect {
				return nil
			}
			return e.tryAll(cmd.Context(), set)
		},
	}
	e.flags.pipeline(c.Flags())
	e.flags.reading(c.Flags())
	c.Flags().BoolVar(&connect, "connect", false, "also try every server, path, file of rules and key that it names")
	return c
}

// tryAll tries everything that the configuration names, and says at once what is
// well. The rest is its error.
func (e *env) tryAll(ctx context.Context, set *setup) error {
	options, err := set.options()
	if err := errors.Join(err, set.readKeys()); err != nil {
		return err
	}
	var errs []error
	try := func(what string, fn func(context.Context, app.Options) error) {
		ctx, cancel := context.WithTimeout(ctx, connectTime)
		defer cancel()
		if err := fn(ctx, options); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", what, err))
			return
		}
		fmt.Fprintf(e.err, "%s: ok\n", what)
	}
	if len(options.Kafka.Brokers) > 0 {
		try("kafka", app.TryKafka)
	}
	if len(options.ClickHouse.Addresses) > 0 {
		try("clickhouse", app.TryClickHouse)
	}
	try("sources", func(ctx context.Context, o app.Options) error {
		srcs, err := set.collect(nil, app.Find)
		return errors.Join(err, app.TryTopics(ctx, o, srcs))
	})
	return errors.Join(errs...)
}

func (e *env) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(e.out, "mailfate %s (%s %s/%s)\n", app.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
