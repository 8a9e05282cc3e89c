package faults

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
)

// tracesOf is how many records of a message are told of.
const tracesOf = 60

// traces says what the log has of messages: what is wrong there already was done
// by the processor, or came so; what is right there was lost on the way to
// ClickHouse, or in it.
func (g *rig) traces(ctx context.Context, messages []string) string {
	found := map[string][]string{}
	note := func(id, format string, args ...any) {
		if slices.Contains(messages, id) && len(found[id]) < tracesOf {
			found[id] = append(found[id], fmt.Sprintf(format, args...))
		}
	}
	dec := schemas.NewDecoder()
	var err error
	for topic, say := range map[string]func(p int, r kafkalog.Record){
		schemas.TopicEvents: func(p int, r kafkalog.Record) {
			var ev schemas.Event
			if _, control, err := dec.Record(r.Value, &ev); err == nil && !control {
				note(ev.MessageID, "%s/%d@%d %s of %q %q, id %d, source %v", schemas.TopicEvents, p, r.Offset, ev.Kind, ev.Account, ev.Recipient, ev.ID, ev.Source)
			}
		},
		schemas.TopicStatus: func(p int, r kafkalog.Record) {
			id, err := schemas.ParseKey(r.Key)
			if schemas.IsBookkeeping(r.Key) || err != nil {
				return
			}
			if r.Value == nil {
				note(id.MessageID, "%s/%d@%d %q %q: end of life", schemas.TopicStatus, p, r.Offset, id.Account, id.Recipient)
				return
			}
			var s schemas.Snapshot
			err = dec.Snapshot(r.Value, &s)
			note(id.MessageID, "%s/%d@%d %q %q: revision %d, standing %v, %d events, %d changes, %d of them new, %d withdrawn, %v",
				schemas.TopicStatus, p, r.Offset, id.Account, id.Recipient, s.Revision, s.Standing, len(s.Events), len(s.History), len(s.Fresh), len(s.Withdrawn), err)
		},
	} {
		var ends []int64
		if ends, err = g.client.EndOffsets(ctx, topic); err == nil {
			err = g.read(ctx, topic, ends, func(p int, r kafkalog.Record) error { say(p, r); return nil })
		}
		if err != nil {
			break
		}
	}
	var b strings.Builder
	for _, id := range messages {
		if lines, ok := found[id]; ok {
			fmt.Fprintf(&b, "the log has of %s:\n  %s\n", id, strings.Join(lines, "\n  "))
			delete(found, id)
		}
	}
	if err != nil {
		fmt.Fprintf(&b, "the log was not read to its end: %v\n", err)
	}
	return b.String()
}

// storage says what ClickHouse keeps on disk of each table, and what it has put
// aside.
func (g *rig) storage(ctx context.Context) string {
	var parts, detached []string
	row := g.db.Conn().QueryRow(ctx, `
SELECT groupArray(text) FROM (SELECT concat(table, ': ', sumIf(rows, active), ' rows in ', countIf(active), ' parts, ', countIf(NOT active), ' more parts are out of use') AS text
FROM system.parts WHERE database = ? GROUP BY table ORDER BY table)`, g.database)
	if err := row.Scan(&parts); err != nil {
		return fmt.Sprintf("ClickHouse does not say what it keeps: %v", err)
	}
	row = g.db.Conn().QueryRow(ctx, `SELECT groupArray(concat(table, ': ', name, ', ', ifNull(reason, ''))) FROM system.detached_parts WHERE database = ?`, g.database)
	if err := row.Scan(&detached); err != nil {
		return fmt.Sprintf("ClickHouse does not say what it put aside: %v", err)
	}
	return fmt.Sprintf("ClickHouse keeps\n  %s\nand put aside %d parts\n  %s", strings.Join(parts, "\n  "), len(detached), strings.Join(detached, "\n  "))
}
