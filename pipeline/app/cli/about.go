package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
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
	c.Flags().BoolVar(&connect, "connect", false, "also try every server and path that it names")
	return c
}

// tryAll tries everything that the configuration names and says how it went.
func (e *env) tryAll(ctx context.Context, set *setup) error {
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	options, err := set.options()
	if err != nil {
		return err
	}
	var errs []error
	try := func(what string, err error) {
		verdict := "ok"
		if err != nil {
			verdict = err.Error()
			errs = append(errs, fmt.Errorf("%s: %w", what, err))
		}
		fmt.Fprintf(e.err, "%s: %s\n", what, verdict)
	}
	if len(options.Kafka.Brokers) > 0 {
		try("kafka", app.TryKafka(ctx, options))
	}
	if len(options.ClickHouse.Addresses) > 0 {
		try("clickhouse", app.TryClickHouse(ctx, options))
	}
	_, err = set.collect(nil, app.Find)
	try("sources", err)
	return errors.Join(errs...)
}

func (e *env) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			version := "unknown"
			if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
				version = info.Main.Version
			}
			_, err := fmt.Fprintf(e.out, "mailfate %s (%s %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
