package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"mailfate/pipeline/app"
)

func (e *env) run() *cobra.Command {
	c := &cobra.Command{
		Use:   "run [[TYPE:]PATH…]",
		Short: "Follow sources until stopped",
		Long: "run follows each path, without any what the configuration names, until SIGINT or SIGTERM,\n" +
			"then finishes what it has begun and writes down how far it has read. A second signal ends\n" +
			"it at once; nothing is lost then either, a little is read again at the next start. A Kafka\n" +
			"or ClickHouse that is away is waited for, also at the start.\n" +
			aboutTypes + "\n\n" +
			"With a Kafka cluster the work can be shared: a source reads, a processor makes statuses,\n" +
			"a sink writes to ClickHouse, and a tracker answers hits on tracking links. Any number of processes may do each, and each keeps what it\n" +
			"keeps in a data directory of its own; a sink with --clickhouse keeps nothing.",
		Example: "  mailfate run --config mailfate.yaml\n" +
			"  mailfate run --role source --brokers kafka1:9092 --data d postfix:/var/log/mail.log\n" +
			"  mailfate run --role processor,sink --brokers kafka1:9092 --clickhouse ch1:9000 --data d",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return e.doRun(cmd.Context(), args) },
	}
	e.flags.pipeline(c.Flags())
	e.flags.reading(c.Flags())
	c.Flags().StringSliceVar(&e.flags.roles, "role", nil, "`ROLE`,… of source, processor, sink and tracker (default: all)")
	return c
}

func (e *env) doRun(ctx context.Context, args []string) (err error) {
	e.follows = true
	set, options, err := e.options()
	if err != nil {
		return err
	}
	srcs, err := set.toFollow(&options, args)
	if err != nil {
		return err
	}
	options.Wait = true
	a, err := app.New(ctx, options)
	if ctx.Err() != nil && err != nil {
		e.logger().Info("asked to end before it had begun", "while", err)
		return nil
	}
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, closeApp(a)); err == nil {
			e.logger().Info("stopped; all that was begun is written down")
		}
	}()
	defer context.AfterFunc(ctx, func() { e.logger().Info("asked to end: finishing what was begun") })()
	a.Start()
	e.sayWhere(a)
	e.logger().Info("following", "roles", set.config.Roles, "sources", len(srcs), "brokers", options.Kafka.Brokers, "clickhouse", options.ClickHouse.Addresses)
	return a.Follow(ctx, srcs)
}

// toFollow completes the options by the process's roles, and returns what there
// is for a source to read.
func (s *setup) toFollow(o *app.Options, args []string) (srcs []app.Source, err error) {
	if o.Tracker, err = s.tracker(); err != nil {
		return nil, err
	}
	if o.Roles, err = app.ParseRoles(s.config.Roles); err == nil {
		err = o.Check()
	}
	if err != nil {
		return nil, usageError{err}
	}
	reads, named := o.Roles.Have(app.RoleSource), len(args)+len(s.config.Sources) > 0
	if reads && (named || o.Tracker == nil) { // hits alone are something to read, too
		if err := s.checkTopics(o, args); err != nil {
			return nil, err
		}
		o.Look = s.look(args)
		return s.findToFollow(args)
	}
	if len(args) > 0 {
		return nil, usageError{errors.New("only a source reads paths: add it to --role, or leave out " + args[0])}
	}
	return nil, nil
}
