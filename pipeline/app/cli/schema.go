package cli

import (
	"context"

	"github.com/spf13/cobra"

	"mailfate/pipeline/app"
)

func (e *env) schema() *cobra.Command {
	c := &cobra.Command{
		Use:   "schema",
		Short: "Print what tables and views there are and what their columns mean, as Markdown",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.withDatabase(cmd.Context(), func(ctx context.Context, db *app.Database) error {
				return db.WriteSchema(ctx, e.out)
			})
		},
	}
	e.flags.database(c.Flags())
	return c
}
