package clickhouse

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"mailfate/pipeline/classify"
	"mailfate/schemas"
	"mailfate/sinks/api"
)

// judgedRows is how many templates are judged and written together.
const judgedRows = 10_000

// replyTemplate is what replies of one provider have in common, with one of them.
type replyTemplate struct {
	Fingerprint string `ch:"fingerprint"`
	Provider    string `ch:"provider"`
	Template    string `ch:"template"`
	Reason      string `ch:"reason"`
	Rule        string `ch:"rule"`
	Code        uint16 `ch:"code"`
	Enhanced    string `ch:"enhanced"`
	Command     string `ch:"command"`
	Relay       string `ch:"relay"`
	Example     string `ch:"example"`
}

// judge has the rules judge the example.
func (t *replyTemplate) judge(rules *classify.Rules) {
	v := rules.Reply(&classify.Said{Code: t.Code, Enhanced: t.Enhanced, Command: t.Command, Host: t.Relay, Text: t.Example})
	t.Reason, t.Rule = v.Reason.String(), v.Rule
}

// JudgeReplies has table reply_templates say what the rules of Options make of
// every template, where other rules have judged it. Call it after Migrate.
func (db *DB) JudgeReplies(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("judge replies in database %s: %w", db.opts.Database, err)
		}
	}()
	rules := db.opts.Replies
	var last uint64
	if err := db.conn.QueryRow(ctx, query("replies_version")).Scan(&last); err != nil {
		return fmt.Errorf("read version of reply_templates: %w", err)
	}
	version := max(last+1, uint64(time.Now().UnixMicro()))
	rows, err := db.conn.Query(ctx, query("replies_judged_otherwise"), rules.Version())
	if err != nil {
		return fmt.Errorf("read reply_templates: %w", err)
	}
	defer rows.Close()
	judged := newReplyRows(rules)
	for rows.Next() {
		var t replyTemplate
		if err := rows.ScanStruct(&t); err != nil {
			return fmt.Errorf("read reply_templates: %w", err)
		}
		t.judge(rules)
		judged.add(&t, rules.Version(), version)
		if judged.rows() < judgedRows {
			continue
		}
		if err := db.insert(ctx, &judged.table); err != nil {
			return err
		}
		judged.reset()
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read reply_templates: %w", err)
	}
	if judged.rows() == 0 {
		return nil
	}
	return db.insert(ctx, &judged.table)
}

// NewReplies returns the wordings of view new_replies that are younger than so many
// days; at most n, what no rule knows first.
func (db *DB) NewReplies(ctx context.Context, days, n int) (list []api.NewReply, err error) {
	rows, err := db.conn.Query(asking(ctx, pageTime, n), query("new_replies"), clickhouse.Named("days", days), limit(n))
	if err != nil {
		return nil, fmt.Errorf("list new replies: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r api.NewReply
		var first, last time.Time
		err := rows.Scan(&r.Provider, &r.Template, &r.Fingerprint, &r.Rule, &r.Reason, &r.Events, &r.Messages, &r.LastDay, &r.DayBefore, &r.DaysOld, &first, &last, &r.Example)
		if err != nil {
			return nil, fmt.Errorf("list new replies: %w", err)
		}
		r.FirstSeen, r.LastSeen = instantOf(first), instantOf(last)
		if reason, ok := schemas.ParseReason(schemas.Bounced, r.Reason); ok {
			r.Class, r.Fault = class(schemas.Bounced, reason).(string), reason.Fault().String()
		}
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list new replies: %w", err)
	}
	return list, nil
}
