package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"mailfate/pipeline/app"
)

func (e *env) run() *cobra.Command {
	c := &cobra.Command{
		Use:   "run",
		Short: "Follow the configured sources until stopped",
		Long: "run follows what the configuration names until SIGINT or SIGTERM, then finishes what it\n" +
			"has begun and writes down how far it has read. A second signal ends it at once; nothing\n" +
			"is lost then either, a little is read again at the next start.",
		Example: "  mailfate run --config mailfate.yaml",
		Args:    cobra.ArbitraryArgs,
		RunE:    func(cmd *cobra.Command, args []string) error { return e.doRun(cmd.Context(), args) },
	}
	e.flags.pipeline(c.Flags())
	return c
}

func (e *env) doRun(ctx context.Context, args []string) (err error) {
	set, err := e.setup()
	if err != nil {
		return err
	}
	options, err := set.options()
	if err != nil {
		return err
	}
	if options.Dir == "" {
		return usageError{errors.New("run needs a data directory: --data DIR, or data: in the configuration")}
	}
	srcs, err := set.findToFollow(args)
	if err != nil {
		return err
	}
	a, err := app.New(ctx, options)
	if ctx.Err() != nil && err != nil {
		e.logger().Info("asked to end before it had begun", "while", err)
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeApp(a)) }()
	a.Start()
	e.sayWhere(a)
	e.logger().Info("following", "sources", len(srcs))
	return a.Follow(ctx, srcs)
}
