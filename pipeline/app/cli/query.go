package cli

import (
	"context"
	"errors"
	"regexp"

	"github.com/spf13/cobra"

	"mailfate/pipeline/app"
)

// formatted finds a FORMAT at the end of a query, which the native protocol ignores.
var formatted = regexp.MustCompile(`(?i)\sFORMAT\s+\w+\s*;?\s*$`)

func (e *env) sql() *cobra.Command {
	c := &cobra.Command{
		Use:     `sql "SELECT …"`,
		Short:   "Ask ClickHouse",
		Example: `  mailfate sql --data d "SELECT status, count() FROM mail.messages GROUP BY status"`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if formatted.MatchString(args[0]) {
				return usageError{errors.New("sql prints a table and knows no FORMAT: ask ClickHouse over HTTP for others, where replay --serve and run say it listens")}
			}
			return e.withDatabase(cmd.Context(), func(ctx context.Context, db *app.Database) error {
				return printRows(ctx, e.out, db, args[0])
			})
		},
	}
	e.flags.database(c.Flags())
	return c
}

func (e *env) migrate() *cobra.Command {
	c := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the tables up to date",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.withOpened(cmd.Context(), app.MigrateDatabase, func(ctx context.Context, db *app.Database) error {
				_, err := db.RollUp(ctx) // tables that are new are made of what is there
				return err
			})
		},
	}
	e.flags.database(c.Flags())
	return c
}

// withDatabase asks the ClickHouse that the flags name, or the embedded one of a
// data directory, which is started if need be.
func (e *env) withDatabase(ctx context.Context, ask func(context.Context, *app.Database) error) error {
	return e.withOpened(ctx, app.FindDatabase, ask)
}

type opener func(context.Context, app.Options) (*app.Database, error)

func (e *env) withOpened(ctx context.Context, open opener, fn func(context.Context, *app.Database) error) (err error) {
	_, options, err := e.options()
	if err != nil {
		return err
	}
	if options.Dir == "" && len(options.ClickHouse.Addresses) == 0 {
		return usageError{errors.New("nothing to ask: name a data directory with --data or a server with --clickhouse")}
	}
	db, err := open(ctx, options)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), closeTime)
		defer cancel()
		err = errors.Join(err, db.Close(ctx))
	}()
	return fn(ctx, db)
}
