package clickhouse

import (
	"text/template"

	"github.com/ClickHouse/clickhouse-go/v2"

	"mailfate/sinks/api"
)

// feedQuery chooses which parts of a query's text there are. No value is part of the text.
type feedQuery struct {
	*api.Filter
	From, To int64         // ms, To excluded
	Below    *api.Position // only what stands behind it
	Above    *api.Position // only it and what stands before it
	Among    []string      // only changes of these messages
}

// addressTerm is a term and the column and parameters that it is compared by.
type addressTerm struct {
	Name, Column string
	Term         api.Term
}

// addressFuncs are for queries that look for addresses.
var addressFuncs = template.FuncMap{
	"address": func(name, column string, t api.Term) addressTerm { return addressTerm{name, column, t} },
	"part":    func(t api.Term) bool { return t.How == api.Part },
	"exact":   func(t api.Term) bool { return t.How == api.Exact },
	"domain":  func(t api.Term) bool { return t.How == api.Domain },
}

var feedTexts = template.Must(template.New("").Funcs(addressFuncs).ParseFS(queryFiles, "queries/feed.sql", "queries/feed_candidates.sql", "queries/feed_count.sql", "queries/feed_conditions.sql"))

// values are the parameters.
func (q *feedQuery) values(limit int) []any {
	f, column := q.Filter, vocabularyColumn(q.Vocabulary)
	values := []any{
		clickhouse.Named("from", q.From), clickhouse.Named("to", q.To), clickhouse.Named("limit", limit), clickhouse.Named("among", q.Among),
		clickhouse.Named("after", column), clickhouse.Named("before", column+"_before"),
		clickhouse.Named("account", f.Owner.Account), clickhouse.Named("q_id", f.AnyID),
		clickhouse.Named("message_id", f.MessageID), clickhouse.Named("campaign", f.Campaign),
		clickhouse.Named("statuses", f.Statuses), clickhouse.Named("kinds", f.Kinds), clickhouse.Named("reasons", f.Reasons),
	}
	for name, at := range map[string]*api.Position{"below": q.Below, "above": q.Above} {
		if at != nil {
			values = append(values, clickhouse.Named(name, at.Time.UnixMilli()), clickhouse.Named(name+"_key", at.Key))
		}
	}
	for name, t := range map[string]*api.Term{"q": &f.Any, "sender": &f.Sender, "recipient": &f.Recipient} {
		values = append(values, clickhouse.Named(name, t.Text), clickhouse.Named(name+"_words", t.Words))
	}
	return values
}
