package clickhouse

import (
	"fmt"
	"strings"
	"text/template"

	"github.com/ClickHouse/clickhouse-go/v2"

	"mailfate/sinks/api"
)

// feedQuery chooses which parts of a query's text there are. No value is among them.
type feedQuery struct {
	*api.Filter
	Behind bool // a position
	Limit  bool
}

// addressTerm is a term and the column and parameters that it is compared by.
type addressTerm struct {
	Name, Column string
	Term         api.Term
}

var feedTexts = template.Must(template.New("").Funcs(template.FuncMap{
	"address": func(name, column string, t api.Term) addressTerm { return addressTerm{name, column, t} },
	"part":    func(t api.Term) bool { return t.How == api.Part },
	"exact":   func(t api.Term) bool { return t.How == api.Exact },
	"domain":  func(t api.Term) bool { return t.How == api.Domain },
}).ParseFS(queryFiles, "queries/feed.sql", "queries/feed_count.sql", "queries/feed_conditions.sql"))

func feedText(name string, q *feedQuery) (string, error) {
	var b strings.Builder
	if err := feedTexts.ExecuteTemplate(&b, name+".sql", q); err != nil {
		return "", fmt.Errorf("make query %s: %w", name, err)
	}
	return b.String(), nil
}

// feedValues are the parameters of a filter and a span of time in ms.
func feedValues(f *api.Filter, from, to int64) []any {
	column := vocabularyColumn(f.Vocabulary)
	values := []any{
		clickhouse.Named("from", from), clickhouse.Named("to", to),
		clickhouse.Named("after", column), clickhouse.Named("before", column+"_before"),
		clickhouse.Named("account", f.Owner.Account), clickhouse.Named("q_id", f.AnyID),
		clickhouse.Named("message_id", f.MessageID), clickhouse.Named("campaign", f.Campaign),
		clickhouse.Named("statuses", f.Statuses), clickhouse.Named("kinds", f.Kinds), clickhouse.Named("reasons", f.Reasons),
	}
	for _, t := range []struct {
		name string
		term *api.Term
	}{{"q", &f.Any}, {"sender", &f.Sender}, {"recipient", &f.Recipient}} {
		values = append(values, clickhouse.Named(t.name, t.term.Text), clickhouse.Named(t.name+"_words", t.term.Words))
	}
	return values
}
