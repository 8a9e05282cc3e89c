package cli

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"mailfate/pipeline/app"
	"mailfate/sinks/clickhouse"
)

func (e *env) retention() *cobra.Command {
	c := &cobra.Command{
		Use:   "retention",
		Short: "Tell what rows of ClickHouse are too old to be kept, and delete nothing",
		Long: "retention tells from which day on rows are kept, as retention.rows of the configuration\n" +
			"has it, and what a sink of run would delete now.",
		Example: "  mailfate retention --config mailfate.yaml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.withDatabase(cmd.Context(), e.tellRetention)
		},
	}
	e.flags.database(c.Flags())
	return c
}

func (e *env) tellRetention(ctx context.Context, db *app.Database) error {
	set, err := e.setup()
	if err != nil {
		return err
	}
	kept, err := db.WouldRetain(ctx, clickhouse.Keep(set.config.Retention.Rows))
	if err != nil {
		return err
	}
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "what\tdays\tkept from\tto be deleted")
	for _, k := range kept {
		days, from := "for ever", "the beginning"
		if k.Days > 0 {
			days = fmt.Sprint(k.Days)
		}
		if !k.Horizon.IsZero() {
			from = k.Horizon.Format(time.DateOnly)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\n", k.What, days, from, k.Rows)
	}
	_ = w.Flush() // into memory
	if _, err := fmt.Fprint(e.out, text.String()); err != nil {
		return fmt.Errorf("print what is kept: %w", err)
	}
	return nil
}
