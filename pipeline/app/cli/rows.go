package cli

import (
	"context"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"mailfate/pipeline/app"
	"mailfate/sinks/terminal"
)

// printRows asks the database and prints the answer as an aligned table.
func printRows(ctx context.Context, w io.Writer, db *app.Database, query string) (err error) {
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"readonly": 2})) // asking changes nothing
	rows, err := db.Conn().Query(ctx, query)
	if err != nil {
		return fmt.Errorf("ask ClickHouse: %w", err)
	}
	defer rows.Close()
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, strings.Join(rows.Columns(), "\t"))
	types := rows.ColumnTypes()
	values := make([]any, len(types))
	for i, t := range types {
		values[i] = reflect.New(t.ScanType()).Interface()
	}
	for rows.Next() {
		if err := rows.Scan(values...); err != nil {
			return fmt.Errorf("read answer: %w", err)
		}
		cells := make([]string, len(values))
		for i, v := range values {
			cells[i] = cell(reflect.ValueOf(v).Elem(), strings.Contains(types[i].DatabaseTypeName(), "DateTime"))
		}
		fmt.Fprintln(table, strings.Join(cells, "\t"))
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("ask ClickHouse: %w", err)
	}
	return table.Flush()
}

// cell prints one value; what a terminal would obey is made visible.
func cell(v reflect.Value, timeOfDay bool) string {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return "NULL"
		}
		v = v.Elem()
	}
	switch x := v.Interface().(type) {
	case time.Time:
		if !timeOfDay {
			return x.Format(time.DateOnly)
		}
		return x.UTC().Format("2006-01-02 15:04:05.000")
	case float64:
		return strconv.FormatFloat(x, 'g', -1, 64)
	default:
		return terminal.Visible(fmt.Sprint(x))
	}
}
