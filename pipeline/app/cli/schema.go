package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"mailfate/pipeline/app"
	"mailfate/pipeline/app/config"
	"mailfate/sinks/clickhouse"
)

func (e *env) schema() *cobra.Command {
	c := &cobra.Command{
		Use:     "schema [VIEW|TABLE]",
		Short:   "Print what tables and views there are, or one, and what their columns mean, as Markdown",
		Example: "  mailfate schema --data d messages",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.withDatabase(cmd.Context(), func(ctx context.Context, db *app.Database) error {
				if len(args) == 0 {
					return db.WriteSchema(ctx, e.out)
				}
				return withNear(db.WriteSchemaOf(ctx, e.out, args[0]))
			})
		},
	}
	e.flags.database(c.Flags())
	return c
}

// withNear adds to the error of a name that does not exist those that may be meant.
func withNear(err error) error {
	var unknown *clickhouse.UnknownTableError
	if errors.As(err, &unknown) {
		return usageError{fmt.Errorf("%w; %s", err, config.DidYouMean(unknown.Name, unknown.Names))}
	}
	return err
}
