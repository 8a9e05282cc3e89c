package clickhouse

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"golang.org/x/sync/errgroup"

	"mailfate/schemas"
	"mailfate/sinks/api"
	"mailfate/sinks/explain"
)

const (
	// storyTime bounds a story. Its queries take milliseconds.
	storyTime = time.Minute

	// storyNames is how many messages or recipients an error lists, and how many
	// accounts of one message are looked at.
	storyNames = 10
)

// Story reads everything that the tables hold of one message. The id is a
// message id, with or without angle brackets; when nothing is known by it, it is
// taken as the platform's id of a message to a recipient, and then as the number
// in message_status.id. The recipient may be empty.
func (db *DB) Story(ctx context.Context, id, recipient string) (*explain.Found, error) {
	return db.StoryOf(ctx, api.Owner{Any: true}, id, recipient)
}

// StoryOf is Story for who may see an owner's messages alone: of others it is as if
// there were none.
func (db *DB) StoryOf(ctx context.Context, owner api.Owner, id, recipient string) (*explain.Found, error) {
	ctx, cancel := context.WithTimeout(ctx, storyTime)
	defer cancel()
	r := &storyReader{db: db, ctx: asking(ctx, storyTime, pageRows, ofMessages), owner: owner, recipient: schemas.CleanRecipient(recipient)}
	r.MessageID = schemas.CleanMessageID(id)
	if err := r.read(strings.TrimSpace(id)); err != nil {
		return nil, fmt.Errorf("explain %s: %w", strconv.Quote(id), err)
	}
	return &r.Found, nil
}

// storyReader reads one story, in parts.
type storyReader struct {
	explain.Found
	db        *DB
	ctx       context.Context
	owner     api.Owner
	recipient string // "" when all are meant

	when   storySpan
	rows   []recipientRow
	tell   []string    // recipients whose events and changes are read
	wasCut atomic.Bool // what becomes of Cut
}

func (r *storyReader) read(asked string) error {
	if err := r.find(asked); err != nil {
		return err
	}
	for _, part := range []func() error{r.owners, r.recipients, r.hide, r.missing} {
		if err := part(); err != nil {
			return err
		}
	}
	err := r.together(r.events, r.changes)
	r.Cut = r.wasCut.Load()
	return err
}

// together reads parts that do not need each other: each waits for the server most of
// its time.
func (r *storyReader) together(parts ...func() error) error {
	var all errgroup.Group
	for _, part := range parts {
		all.Go(part)
	}
	return all.Wait()
}

// ask runs a query of this package with named values.
func (r *storyReader) ask(into any, name string, args ...any) error {
	if err := r.db.conn.Select(r.ctx, into, query(name), args...); err != nil {
		return fmt.Errorf("read %s: %w", strings.ReplaceAll(name, "_", " "), err)
	}
	return nil
}

func (r *storyReader) id() any      { return clickhouse.Named("id", r.MessageID) }
func (r *storyReader) any() any     { return clickhouse.Named("any", r.owner.Any) }
func (r *storyReader) account() any { return clickhouse.Named("account", r.owner.Account) }
func (r *storyReader) named() any   { return clickhouse.Named("recipient", r.recipient) }
func (r *storyReader) told() any    { return clickhouse.Named("recipients", r.of()) }

// of is whose events are read: "" is the message as a whole.
func (r *storyReader) of() []string { return append([]string{""}, r.tell...) }

func limit(n int) any { return clickhouse.Named("limit", n) }
func (r *storyReader) cut(n, limit int) {
	if n == limit {
		r.wasCut.Store(true)
	}
}

var errNothingKnown = fmt.Errorf("%w, neither as a Message-ID, nor as an email id, nor as a number; "+
	"was its log read (mailfate report), and is this its database?", api.ErrNothingKnown)

// find finds what is meant by the id that was asked for.
func (r *storyReader) find(asked string) error {
	if r.MessageID == "" {
		return errNothingKnown // rows without an email id are not meant
	}
	if err := r.look(); err != nil || r.when.known > 0 {
		return err
	}
	var found []struct {
		MessageID string `ch:"message_id"`
		Recipient string `ch:"recipient"`
	}
	if err := r.ask(&found, "story_by_email_id", clickhouse.Named("id", asked), clickhouse.Named("key", hashOfName(asked)), clickhouse.Named("now", emailNow(asked)),
		r.any(), r.account(), limit(storyNames+1)); err != nil {
		return err
	}
	if number, ok := messageNumberOf(asked); ok && len(found) == 0 {
		if err := r.ask(&found, "story_by_number", clickhouse.Named("number", number), r.any(), r.account(), limit(storyNames+1)); err != nil {
			return err
		}
	}
	switch {
	case len(found) == 0:
		return errNothingKnown
	case len(found) > 1:
		var names []string
		for _, f := range found {
			names = append(names, strconv.Quote(f.MessageID)+" "+strconv.Quote(f.Recipient))
		}
		return fmt.Errorf("%w; name one: %s", api.ErrSeveral, list(names))
	}
	r.MessageID = found[0].MessageID
	if r.recipient == "" {
		r.recipient = found[0].Recipient
	}
	return r.look()
}

// look reads what can be known by a message id alone.
func (r *storyReader) look() error {
	r.rows, r.Held = nil, nil
	return r.together(r.span, r.recipientRows, r.held)
}

func (r *storyReader) owners() error {
	var creating []string
	for k := schemas.Received; k < schemas.KindCount; k++ {
		if (&schemas.Event{Kind: k, Identity: schemas.Identity{Recipient: "a"}}).CreatesRecipient() {
			creating = append(creating, k.String())
		}
	}
	var rows []struct {
		Account   string `ch:"account"`
		Addressed string `ch:"addressed"`
	}
	if err := r.ask(&rows, "story_owners", r.at(r.id(), clickhouse.Named("creating", creating), limit(3*storyNames))...); err != nil {
		return err
	}
	for _, row := range rows {
		account := schemas.CleanAccount(row.Account)
		n := len(r.Owners) - 1
		if n < 0 || r.Owners[n].Account != account {
			r.Owners = append(r.Owners, explain.Owner{Account: account})
			n++
		}
		if row.Addressed != "" {
			r.Owners[n].Recipients = append(r.Owners[n].Recipients, row.Addressed)
		}
	}
	return nil
}

// list joins names, and cuts what is too much.
func list(names []string) string {
	if len(names) > storyNames {
		return strings.Join(names[:storyNames], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// recipientRows reads who has a row.
func (r *storyReader) recipientRows() error {
	return r.ask(&r.rows, "story_recipients", r.id(), r.named(), r.any(), r.account(), limit(explain.MaxRecipients))
}

// recipients decides whose stories are told.
func (r *storyReader) recipients() error {
	for i := range r.rows {
		r.Recipients = append(r.Recipients, r.rows[i].recipient())
	}
	if err := r.countMore(); err != nil {
		return err
	}
	if len(r.rows) == 0 {
		r.withoutRows()
	}
	r.Tell = min(len(r.Recipients), explain.MaxStories)
	if r.recipient == "" && len(r.Recipients) > explain.MaxStories {
		r.Tell = 0
	}
	for _, to := range r.Recipients[:r.Tell] {
		if !slices.Contains(r.tell, to.Recipient) {
			r.tell = append(r.tell, to.Recipient)
		}
	}
	return nil
}

func (r *storyReader) countMore() error {
	if len(r.Recipients) < explain.MaxRecipients {
		return nil
	}
	var n uint64
	row := r.db.conn.QueryRow(r.ctx, query("story_recipients_count"), r.id(), r.named(), r.any(), r.account())
	if err := row.Scan(&n); err != nil {
		return fmt.Errorf("count recipients: %w", err)
	}
	r.More = max(0, int(n)-len(r.Recipients))
	return nil
}

// withoutRows takes those whom events prove to be addressed where message_status
// has no row yet.
func (r *storyReader) withoutRows() {
	for _, o := range r.Owners {
		for _, to := range o.Recipients {
			id := schemas.Identity{Account: o.Account, MessageID: r.MessageID, Recipient: to}
			if (r.recipient == "" || r.recipient == to) && r.owner.Is(account(id)) {
				r.Recipients = append(r.Recipients, explain.Recipient{
					Account: account(id), Recipient: to, Number: messageNumber(id), Statuses: explain.Standings(unknown),
				})
			}
		}
	}
}

var unknown = slices.Repeat([]string{schemas.Canonical.Row(schemas.None).ID}, len(schemas.Vocabularies))

// hide takes away what is held and not known to be the owner's. Where nothing is
// left, nothing is known.
func (r *storyReader) hide() error {
	if r.owner.Any {
		return nil
	}
	r.Held = slices.DeleteFunc(r.Held, func(h explain.Held) bool { return h.Account == "" && h.Contested || !r.owner.Is(account(h.Identity)) })
	if r.recipient == "" && len(r.Recipients) == 0 && len(r.Held) == 0 {
		return errNothingKnown
	}
	return nil
}

// missing refuses a recipient of whom nothing is known, and says who is.
func (r *storyReader) missing() error {
	if r.recipient == "" || len(r.Recipients) > 0 || len(r.Held) > 0 {
		return nil
	}
	var rows []struct {
		Recipient string `ch:"recipient"`
	}
	if err := r.ask(&rows, "story_names", r.id(), r.any(), r.account(), limit(storyNames+1)); err != nil {
		return err
	}
	var names []string
	for _, row := range rows {
		names = append(names, strconv.Quote(row.Recipient))
	}
	if len(names) == 0 {
		return fmt.Errorf("%w and recipient %q; leave the recipient out to see all that is known", api.ErrNothingKnown, r.recipient)
	}
	return fmt.Errorf("%w and recipient %q; it went to %s", api.ErrNothingKnown, r.recipient, list(names))
}
