package clickhouse

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"mailfate/sinks/api"
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

// Ask answers a question that was checked, about the messages of all accounts.
func (db *DB) Ask(ctx context.Context, q *report.Question) (report.Table, error) {
	return db.AskOf(ctx, api.Owner{Any: true}, q)
}

// AskOf answers a question that was checked, about the messages of an owner.
func (db *DB) AskOf(ctx context.Context, owner api.Owner, q *report.Question) (report.Table, error) {
	table, err := db.ask(ctx, owner, q, q.Limit+1, nil)
	table.Cut()
	if err == nil && q.Compare {
		var then report.Table
		if then, err = db.before(ctx, owner, &table); err == nil {
			table.Compare(&then)
			table.Cut()
		}
	}
	if err != nil {
		return report.Table{}, fmt.Errorf("ask for report %s: %w", q.Name, err)
	}
	table.Sort()
	return table, nil
}

// before reads what a table is compared with: all groups, so that those are known that
// are gone, or, where not all fit, at least the table's own.
func (db *DB) before(ctx context.Context, owner api.Owner, table *report.Table) (then report.Table, err error) {
	q := table.Question.Before()
	if !table.More {
		then, err = db.ask(ctx, owner, &q, q.Limit+1, nil)
		if err != nil || len(then.Rows) <= q.Limit {
			return then, err
		}
	}
	own, err := db.ask(ctx, owner, &q, math.MaxUint32, table.Groups())
	own.Rows = append(own.Rows, then.Rows...)
	return own, err
}

// groupName is a group as ask_among.sql writes it. Groups may share one; what comes
// of that is compared by its dimensions again.
func groupName(group []string) string {
	return strings.Join(append(slices.Clone(group), make([]string, report.MostDimensions-len(group))...), "\n")
}

// askQuery says which parts of a query there are.
type askQuery struct {
	Among   bool // only some groups
	Domains bool // of recipients are asked for; else a smaller view will do
}

func askValues(owner api.Owner, q *report.Question, limit int, among []string) []any {
	values := []any{
		clickhouse.Named("any", owner.Any), clickhouse.Named("owner", owner.Account),
		clickhouse.Named("account", q.Account), clickhouse.Named("limit", limit), clickhouse.Named("among", among),
		clickhouse.Named("bounces", strconv.FormatBool(q.OfBounces())),
		clickhouse.Named("from", seconds(q.From, 0)), clickhouse.Named("to", seconds(q.To, math.MaxUint32)),
	}
	if q.Vocabulary != nil {
		values = append(values, clickhouse.Named("column", vocabularyColumn(q.Vocabulary)))
	}
	for i := range report.MostDimensions {
		by, of := nothing, nothing
		if i < len(q.By) {
			if by = q.By[i]; !report.IsReason(by) {
				of = by
			}
		}
		values = append(values, clickhouse.Named(fmt.Sprintf("by%d", i+1), by), clickhouse.Named(fmt.Sprintf("of%d", i+1), of))
	}
	return values
}

// askName is the query that answers a question.
func askName(q *report.Question) string {
	switch {
	case q.Vocabulary != nil:
		return "ask_status"
	case q.OfReasons():
		return "ask_deferral_reasons"
	}
	return askQueries[q.Name]
}

// seconds is a time as the tables' hours are compared with; unset if there is none.
func seconds(t time.Time, unset int64) string {
	if !t.IsZero() {
		unset = min(max(t.Unix(), 0), math.MaxUint32)
	}
	return strconv.FormatInt(unset, 10)
}

// ask reads at most limit rows, of some groups if any are given.
func (db *DB) ask(ctx context.Context, owner api.Owner, q *report.Question, limit int, groups [][]string) (t report.Table, err error) {
	t.Question = *q
	text, err := made(askTexts, askName(q), askQuery{Among: groups != nil, Domains: slices.Contains(q.By, "domain")})
	if err != nil {
		return t, err
	}
	among := make([]string, 0, len(groups))
	for _, g := range groups {
		among = append(among, groupName(g))
	}
	rows, err := db.conn.Query(asking(ctx, askTime, limit), text, askValues(owner, q, limit, among)...)
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
