package faults

import (
	"context"
	"fmt"
	"strings"

	"mailfate/sinks/clickhouse"
)

// A comparison is of a table that a verdict is about: the key of a row, and what
// of it is bookkeeping, which depends on when and from where something was read.
type comparison struct{ table, key, except string }

var compared = []comparison{
	{"message_status", "message_id, recipient, account", "revision, withdrawn, ingested_at"},
	{"status_changes", "message_id, recipient, account, time, cause", "revision, withdrawn, ingested_at"},
	{"recipient_status", "account, recipient, message_id", "revision, withdrawn"},
	{"unmatched", "message_id, recipient, account, kind, slot", "revision, withdrawn, ingested_at"},
	{"contested", "message_id, recipient, account, kind, slot", "revision, withdrawn, ingested_at"},
	{"events", "message_id, event_id", "stream, file, offset, ingested_at"},
	{"unparsed", "stream, shape", "file, offset, ingested_at"},
}

// verdict is how a database differs from what it has to be.
type verdict struct {
	rows                     uint64 // that have to be there
	lost, doubled, different uint64
	again                    uint64 // rows that were written more than once with the same version, harmlessly
	examples                 []string
	messages                 []string // of the examples
}

func (v *verdict) exact() bool { return v.lost+v.doubled+v.different == 0 }

func (v *verdict) String() string {
	return fmt.Sprintf("%d rows: %d lost, %d doubled, %d different %s", v.rows, v.lost, v.doubled, v.different, strings.Join(v.examples, "\n  "))
}

// both reads the same table of both databases, side by side: a is what there is,
// e what has to be. A row that nobody expects counts as doubled.
const both = `
SELECT %[2]s, sum(a) AS is, sum(e) AS ought, sum(ah) = sum(eh) AS same
FROM (
	SELECT %[2]s, 1 AS a, 0 AS e, sipHash64(tuple(* EXCEPT (%[3]s))) AS ah, 0 AS eh FROM %[4]s.%[1]s FINAL
	UNION ALL
	SELECT %[2]s, 0 AS a, 1 AS e, 0 AS ah, sipHash64(tuple(* EXCEPT (%[3]s))) AS eh FROM %[5]s.%[1]s FINAL
)
GROUP BY %[2]s`

// judge compares a database, row by row, with what it has to be.
func judge(ctx context.Context, db *clickhouse.DB, is, ought string) (*verdict, error) {
	v := &verdict{}
	for _, c := range compared {
		rows := fmt.Sprintf(both, c.table, c.key, c.except, is, ought)
		var total, lost, doubled, different uint64
		err := db.Conn().QueryRow(ctx, "SELECT countIf(ought > 0), countIf(is = 0), countIf(is > ought), countIf(is = ought AND NOT same) FROM ("+rows+")").
			Scan(&total, &lost, &doubled, &different)
		if err != nil {
			return nil, fmt.Errorf("compare %s: %w", c.table, err)
		}
		v.rows, v.lost, v.doubled, v.different = v.rows+total, v.lost+lost, v.doubled+doubled, v.different+different
		if lost+doubled+different > 0 {
			v.examples = append(v.examples, example(ctx, db, c, rows, is, ought))
			var ids []string
			if strings.HasPrefix(c.key, "message_id") {
				if err := db.Conn().QueryRow(ctx, fmt.Sprintf(wrongMessages, c.key, rows)).Scan(&ids); err != nil {
					return nil, fmt.Errorf("ask which messages are wrong in %s: %w", c.table, err)
				}
			}
			v.messages = append(v.messages, ids...)
		}
		var again uint64
		version := ""
		if strings.Contains(c.except, "revision") {
			version = ", revision"
		}
		err = db.Conn().QueryRow(ctx, fmt.Sprintf("SELECT toUInt64(count() - uniqExact(%s%s)) FROM %s.%s", c.key, version, is, c.table)).Scan(&again)
		if err != nil {
			return nil, fmt.Errorf("count what was written again in %s: %w", c.table, err)
		}
		v.again += again
	}
	return v, nil
}

// wrongMessages are those of the rows that example shows.
const wrongMessages = `
SELECT groupUniqArray(message_id) FROM (SELECT message_id FROM (%[2]s) WHERE is != ought OR NOT same ORDER BY %[1]s LIMIT 3)`

// example shows the first rows that differ, as they are and as they ought to be.
func example(ctx context.Context, db *clickhouse.DB, c comparison, rows, is, ought string) string {
	var b strings.Builder
	for _, from := range []struct{ what, database string }{{"is", is}, {"ought", ought}} {
		var text string
		err := db.Conn().QueryRow(ctx, fmt.Sprintf(`SELECT arrayStringConcat(groupArray(row), '') FROM (
			SELECT formatRow('JSONEachRow', * EXCEPT (%[1]s)) AS row FROM %[2]s.%[3]s FINAL
			WHERE (%[4]s) IN (SELECT %[4]s FROM (%[5]s) WHERE is != ought OR NOT same ORDER BY %[4]s LIMIT 3) ORDER BY %[4]s)`,
			c.except, from.database, c.table, c.key, rows)).Scan(&text)
		if err != nil {
			text = err.Error()
		}
		fmt.Fprintf(&b, "%s, %s:\n%s", c.table, from.what, text)
	}
	return b.String()
}
