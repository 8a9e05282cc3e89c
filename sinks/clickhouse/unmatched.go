package clickhouse

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"mailfate/schemas"
	"mailfate/sinks/api"
)

// unmatchedTime bounds each query about what belongs to no message. One that looks
// for recipients by their hashes hashes all of them.
const unmatchedTime = 5 * time.Minute

// Unmatched is a hit or a report that belongs to no message.
type Unmatched struct {
	schemas.Event        // in a list only what table unmatched tells; Match and Confidence are below
	By            string // the name of Match
	Sure          string // the name of Confidence
	Events        uint32 // of this kind under this identity, this one among them
	InTrail       bool   // the trail has all of it; false in a list

	// The message that a person found it to be about; without a MessageID nobody has.
	Judged schemas.Identity
}

// UnmatchedFilter says which ones are wanted.
type UnmatchedFilter struct {
	Kind, Source string    // "" is any
	Since        time.Time // zero is ever
	Settled      bool      // also those that a person has judged
	Limit        int
}

// Candidate is a message that an unmatched event may be about.
type Candidate struct {
	Rank      uint64    `ch:"rank" json:"rank"`
	Reason    string    `ch:"reason" json:"reason"`
	Account   string    `ch:"account" json:"account"`
	MessageID string    `ch:"message_id" json:"message_id"`
	Recipient string    `ch:"recipient" json:"recipient"`
	HandedAt  time.Time `ch:"handed_at" json:"handed_at"`
	Status    string    `ch:"status" json:"status"`
	Sender    string    `ch:"sender" json:"sender"`
	Subject   string    `ch:"subject" json:"subject"`
}

// unmatchedRow is a row of unmatched_show.sql, and of unmatched_list.sql, which has less.
type unmatchedRow struct {
	storyEvent
	MessageID       string   `ch:"message_id"`
	Subject         string   `ch:"subject"`
	Campaign        string   `ch:"campaign"`
	Tags            []string `ch:"tags"`
	Size            int64    `ch:"size"`
	Match           string   `ch:"match"`
	Confidence      string   `ch:"confidence"`
	Events          uint32   `ch:"events"`
	Trail           bool     `ch:"trail"`
	JudgedAccount   string   `ch:"judged_account"`
	JudgedMessageID string   `ch:"judged_message_id"`
	JudgedRecipient string   `ch:"judged_recipient"`
	Total           uint64   `ch:"total"`
}

func (r *unmatchedRow) unmatched() (Unmatched, error) {
	ev, err := r.event(r.MessageID)
	ev.Subject, ev.Campaign, ev.Size = r.Subject, r.Campaign, r.Size
	if len(r.Tags) > 0 {
		ev.Tags = r.Tags
	}
	return Unmatched{
		Event: ev, By: r.Match, Sure: r.Confidence, Events: r.Events, InTrail: r.Trail,
		Judged: schemas.Identity{Account: schemas.CleanAccount(r.JudgedAccount), MessageID: r.JudgedMessageID, Recipient: r.JudgedRecipient},
	}, err
}

// Unmatched lists what belongs to no message, the newest first, and says how many
// there are.
func (db *DB) Unmatched(ctx context.Context, f UnmatchedFilter) (list []Unmatched, total uint64, err error) {
	ctx, cancel := context.WithTimeout(ctx, unmatchedTime)
	defer cancel()
	since := int64(0)
	if !f.Since.IsZero() {
		since = f.Since.UnixMilli()
	}
	var rows []unmatchedRow
	err = db.conn.Select(ctx, &rows, query("unmatched_list"), clickhouse.Named("kind", f.Kind), clickhouse.Named("source", f.Source),
		clickhouse.Named("since", since), clickhouse.Named("settled", f.Settled), limit(f.Limit))
	if err != nil {
		return nil, 0, fmt.Errorf("list what is unmatched in database %s: %w", db.opts.Database, err)
	}
	for i := range rows {
		u, err := rows[i].unmatched()
		if err != nil {
			return nil, 0, err
		}
		list, total = append(list, u), rows[i].Total
	}
	return list, total, nil
}

// FindUnmatched returns all that is known of one.
func (db *DB) FindUnmatched(ctx context.Context, id schemas.EventID) (Unmatched, error) {
	ctx, cancel := context.WithTimeout(ctx, unmatchedTime)
	defer cancel()
	var rows []unmatchedRow
	if err := db.conn.Select(ctx, &rows, query("unmatched_show"), clickhouse.Named("id", uint64(id))); err != nil {
		return Unmatched{}, fmt.Errorf("read unmatched %v: %w", id, err)
	}
	if len(rows) == 0 {
		return Unmatched{}, fmt.Errorf("find unmatched %v: there is none, or its message has turned up; mailfate unmatched list tells their ids", id)
	}
	return rows[0].unmatched()
}

// Candidates returns the messages that an unmatched event may be about, the
// likeliest first.
func (db *DB) Candidates(ctx context.Context, id schemas.EventID) ([]Candidate, error) {
	ctx, cancel := context.WithTimeout(ctx, unmatchedTime)
	defer cancel()
	only := clickhouse.Settings{"additional_table_filters": fmt.Sprintf("{'unmatched': 'event_id = %d'}", uint64(id))}
	list := []Candidate{}
	err := db.conn.Select(clickhouse.Context(ctx, clickhouse.WithSettings(only)), &list, query("unmatched_candidates"), clickhouse.Named("id", uint64(id)))
	if err != nil {
		return nil, fmt.Errorf("look for candidates for unmatched %v: %w", id, err)
	}
	return list, nil
}

// Addressed returns to whom a message was sent, or only the named recipient of
// it, under which account; n of them at most.
func (db *DB) Addressed(ctx context.Context, messageID, recipient string, n int) ([]schemas.Identity, error) {
	ctx, cancel := context.WithTimeout(ctx, storyTime)
	defer cancel()
	r := storyReader{db: db, ctx: ctx, owner: api.Owner{Any: true}, recipient: recipient}
	r.MessageID = messageID
	var rows []recipientRow
	if err := r.ask(&rows, "story_recipients", r.id(), r.named(), r.any(), r.account(), limit(n)); err != nil {
		return nil, fmt.Errorf("look for the message: %w", err)
	}
	list := make([]schemas.Identity, len(rows))
	for i, r := range rows {
		list[i] = schemas.Identity{Account: r.Account, MessageID: messageID, Recipient: r.Recipient}
	}
	return list, nil
}
