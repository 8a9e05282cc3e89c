package clickhouse

import (
	"context"
	"fmt"
	"time"

	"mailfate/pipeline/classify"
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
