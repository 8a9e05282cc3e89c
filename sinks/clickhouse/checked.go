package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"golang.org/x/sync/errgroup"
)

const (
	// checkedTogether is how many ids one question is about, if not one request is.
	checkedTogether = 1000
	// checkedAlone is how many ids are worth a question of their own.
	checkedAlone = 8
	// checkedSoon is how long those who were just answered together have to ask again,
	// with those who wait already: else either half of them always waits for the other.
	checkedSoon = time.Millisecond
)

// checked is what the tables say of the ids of some requests. Of whose messages they
// are, who asked must see to.
type checked struct {
	column  string // of the statuses
	askers  int
	ids     int
	keys    map[uint64]struct{}
	emails  map[uint64]uint64     // the keys of email ids, by what message_ids has of these
	numbers map[uint64]struct{}   // of messages that may be meant
	meant   map[checkKey][]uint64 // numbers
	rows    map[uint64][]checkRow // by number, one for each account

	done chan struct{} // closed when all this is known, or err
	err  error
}

// checks are the requests that are being answered.
type checks struct {
	db *DB

	// One question is asked at a time. For few ids, what it costs to be asked is most of
	// it, so who comes meanwhile is asked for together: so the most of them are.
	asking sync.Mutex

	mu      sync.Mutex
	waiting map[string]*checked // to be asked, by column
	crowded bool                // the last question was several requests'
}

func newChecks(db *DB) *checks {
	return &checks{db: db, waiting: map[string]*checked{}}
}

// ask returns what is known of ids, and of others' too.
func (cs *checks) ask(ctx context.Context, column string, ids []string) (*checked, error) {
	c := cs.join(ctx, column, ids)
	select {
	case <-c.done:
		return c, c.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// join adds ids to those that wait to be asked; the first of them see to the question.
func (cs *checks) join(ctx context.Context, column string, ids []string) *checked {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	c := cs.waiting[column]
	if c == nil || c.ids+len(ids) > checkedTogether {
		c = &checked{
			column: column, keys: map[uint64]struct{}{}, emails: map[uint64]uint64{}, numbers: map[uint64]struct{}{},
			meant: map[checkKey][]uint64{}, rows: map[uint64][]checkRow{}, done: make(chan struct{}),
		}
		cs.waiting[column] = c
		go cs.run(context.WithoutCancel(ctx), c) // ends with its queries, which are bounded
	}
	c.askers++
	for _, id := range ids {
		c.want(id)
	}
	return c
}

func (cs *checks) run(ctx context.Context, c *checked) {
	cs.asking.Lock()
	defer cs.asking.Unlock()
	cs.mu.Lock()
	if cs.crowded { // they are many still, or it was for nothing, once
		cs.mu.Unlock()
		time.Sleep(checkedSoon)
		cs.mu.Lock()
	}
	cs.crowded = c.askers > 1
	if cs.waiting[c.column] == c {
		delete(cs.waiting, c.column)
	}
	cs.mu.Unlock()
	c.err = c.read(ctx, cs.db)
	close(c.done)
}

func (c *checked) want(id string) {
	c.ids++
	email := emailKey(id).Key
	c.keys[email] = struct{}{}
	c.emails[emailNow(id)] = email
	c.keys[messageKey(id).Key] = struct{}{}
	if n, ok := messageNumberOf(id); ok {
		c.numbers[n] = struct{}{}
	}
}

func (c *checked) read(ctx context.Context, db *DB) error {
	names, err := halves(slices.Collect(maps.Keys(c.keys)), func(keys []uint64) (rows []checkName, err error) {
		err = db.checkRows(ctx, &rows, "check_names", clickhouse.Parameters{"keys": array(keys), "most": strconv.Itoa(mostMeant)})
		return rows, err
	})
	if err != nil {
		return fmt.Errorf("read message_names: %w", err)
	}
	for _, n := range names {
		c.means(n.checkKey, n.ID)
	}
	if err := c.readReused(ctx, db); err != nil {
		return fmt.Errorf("read message_ids by email id: %w", err)
	}
	rows, err := halves(slices.Collect(maps.Keys(c.numbers)), func(numbers []uint64) (rows []checkRow, err error) {
		err = db.checkRows(ctx, &rows, "check_ids", clickhouse.Parameters{"ids": array(numbers), "vocabulary": c.column})
		return rows, err
	})
	if err != nil {
		return fmt.Errorf("read message_ids: %w", err)
	}
	for _, r := range rows {
		c.rows[r.ID] = append(c.rows[r.ID], r)
	}
	return nil
}

func (c *checked) means(key checkKey, number uint64) {
	if !slices.Contains(c.meant[key], number) { // it is, where its account was learned later
		c.meant[key] = append(c.meant[key], number)
	}
	c.numbers[number] = struct{}{}
}

// readReused looks for the messages that have an email id now which so many had that not
// all of them are among those that may be meant.
func (c *checked) readReused(ctx context.Context, db *DB) error {
	var keys, now []uint64
	for is, key := range c.emails {
		if len(c.meant[checkKey{key, true}]) >= mostMeant {
			keys, now = append(keys, key), append(now, is)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	var rows []checkRow
	err := db.checkRows(ctx, &rows, "check_reused", clickhouse.Parameters{"keys": array(keys), "now": array(now), "most": strconv.Itoa(mostMeant)})
	for _, r := range rows {
		c.means(checkKey{c.emails[r.EmailKey], true}, r.ID)
	}
	return err
}

// halves asks for many numbers by two questions at once: each keeps one processor busy.
func halves[T any](numbers []uint64, ask func([]uint64) ([]T, error)) (rows []T, err error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	if len(numbers) < 2*checkedAlone {
		return ask(numbers)
	}
	var more []T
	var both errgroup.Group
	both.Go(func() (err error) {
		more, err = ask(numbers[len(numbers)/2:])
		return err
	})
	rows, err = ask(numbers[:len(numbers)/2])
	err = errors.Join(err, both.Wait())
	return append(rows, more...), err
}

func (db *DB) checkRows(ctx context.Context, into any, name string, values clickhouse.Parameters) error {
	ctx = clickhouse.Context(asking(ctx, pageTime, 0, clickhouse.Settings{"max_threads": 1}), clickhouse.WithParameters(values))
	return db.conn.Select(ctx, into, query(name))
}
