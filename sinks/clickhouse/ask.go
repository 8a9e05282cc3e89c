package clickhouse

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"text/template"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"mailfate/sinks/report"
)

// askQueries are the queries that answer reports; their first columns are by1 to by4.
var askQueries = map[string]string{
	report.Overview:     "ask_overview",
	report.Open:         "ask_open",
	report.Bounce:       "ask_bounce",
	report.Deferral:     "ask_deferral",
	report.Complaint:    "ask_complaint",
	report.DeliveryTime: "ask_delivery_time",
}

// askTexts are these queries, and what they have in common.
var askTexts = template.Must(template.ParseFS(queryFiles, "queries/ask_*.sql"))

// nothing is the dimension of who asks by less than there are.
const nothing = "nothing"

// Ask answers a question that was checked.
func (db *DB) Ask(ctx context.Context, q *report.Question) (report.Table, error) {
	name, params := askQueries[q.Name], askParameters(q)
	switch {
	case q.Vocabulary != nil:
		name, params["column"] = "ask_status", vocabularyColumn(q.Vocabulary)
	case q.OfReasons():
		name = "ask_deferral_reasons"
	}
	table, err := db.ask(clickhouse.Context(ctx, clickhouse.WithParameters(params)), name, q)
	if err != nil {
		return report.Table{}, fmt.Errorf("ask for report %s: %w", q.Name, err)
	}
	if table.More = len(table.Rows) > q.Limit; table.More {
		table.Rows = table.Rows[:q.Limit]
	}
	table.Sort()
	return table, nil
}

func askParameters(q *report.Question) clickhouse.Parameters {
	p := clickhouse.Parameters{
		"account": q.Account, "limit": strconv.Itoa(q.Limit + 1), "bounces": strconv.FormatBool(q.OfBounces()),
		"from": seconds(q.From, 0), "to": seconds(q.To, math.MaxUint32),
	}
	for i := range report.MostDimensions {
		by, of := nothing, nothing
		if i < len(q.By) {
			if by = q.By[i]; !report.IsReason(by) {
				of = by
			}
		}
		p[fmt.Sprintf("by%d", i+1)], p[fmt.Sprintf("of%d", i+1)] = by, of
	}
	return p
}

// seconds is a time as the tables' hours are compared with; unset if there is none.
func seconds(t time.Time, unset int64) string {
	if !t.IsZero() {
		unset = min(max(t.Unix(), 0), math.MaxUint32)
	}
	return strconv.FormatInt(unset, 10)
}

func (db *DB) ask(ctx context.Context, name string, q *report.Question) (t report.Table, err error) {
	text, err := made(askTexts, name, slices.Contains(q.By, "domain")) // else a smaller view will do
	if err != nil {
		return t, err
	}
	rows, err := db.conn.Query(ctx, text)
	if err != nil {
		return t, err
	}
	defer func() { _ = rows.Close() }() // Err has told
	wanted := wantedColumns(rows.Columns(), &t, q)
	types := rows.ColumnTypes()
	for rows.Next() {
		row, err := scanned(rows, types)
		if err != nil {
			return t, err
		}
		values := make([]any, len(wanted))
		for i, at := range wanted {
			values[i] = row[at]
		}
		t.Rows = append(t.Rows, values)
	}
	return t, rows.Err()
}

// wantedColumns names the table's columns and returns which of the query's they are:
// a dimension that was not asked for, and arrays, are not.
func wantedColumns(columns []string, t *report.Table, q *report.Question) (wanted []int) {
	for i, column := range columns {
		switch {
		case i < len(q.By):
			column = q.By[i]
		case i < report.MostDimensions || column == "q":
			continue
		}
		if i < report.MostDimensions || column == "status" {
			t.Words++
		}
		t.Columns = append(t.Columns, column)
		wanted = append(wanted, i)
	}
	return wanted
}

func scanned(rows driver.Rows, types []driver.ColumnType) ([]any, error) {
	row := make([]any, len(types))
	for i, c := range types {
		row[i] = reflect.New(c.ScanType()).Interface()
	}
	if err := rows.Scan(row...); err != nil {
		return nil, err
	}
	for i, v := range row {
		row[i] = reflect.ValueOf(v).Elem().Interface()
	}
	return row, nil
}
