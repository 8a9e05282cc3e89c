package clickhouse

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"

	"mailfate/schemas"
	"mailfate/sinks/api"
)

// mostMeant is how many messages of an account are looked at that a key may mean: of
// those with an email id that was changed since, all but one.
const mostMeant = 8

// Check says what became of messages by their ids, one answer for each: the status in
// a vocabulary's words, if the message is of the account. An id is the platform's email
// id, else the number of a message to a recipient, else the Message-ID of a message
// that has one recipient. What means two messages of an account means none.
func (db *DB) Check(ctx context.Context, owner api.Owner, v *schemas.Vocabulary, ids []string) ([]api.Checked, error) {
	c := check{owner: owner, column: vocabularyColumn(v), numbers: map[uint64]struct{}{}, meant: map[uint64][]uint64{}, rows: map[uint64][]checkRow{}}
	for _, id := range ids {
		c.want(id)
	}
	if err := c.ask(ctx, db); err != nil {
		return nil, fmt.Errorf("check %d ids: %w", len(ids), err)
	}
	answers := make([]api.Checked, len(ids))
	for i, id := range ids {
		answers[i] = c.answer(id)
	}
	return answers, nil
}

// check is one request.
type check struct {
	owner   api.Owner
	column  string
	keys    []uint64
	numbers map[uint64]struct{}   // of messages that may be meant
	meant   map[uint64][]uint64   // numbers by key
	rows    map[uint64][]checkRow // by number, one for each account
}

type checkRow struct {
	ID       uint64 `ch:"id"`
	Account  string `ch:"account"`
	EmailKey uint64 `ch:"email_key"`
	Status   string `ch:"status"`
}

func emailKey(id string) uint64   { return checkKey("e" + id) }
func messageKey(id string) uint64 { return checkKey("m" + schemas.CleanMessageID(id)) }

// checkKey is message_keys.key, as the migration that made the table computes it.
func checkKey(name string) uint64 {
	sum := sha256.Sum256([]byte(name))
	return binary.LittleEndian.Uint64(sum[:])
}

func (c *check) want(id string) {
	c.keys = append(c.keys, emailKey(id), messageKey(id))
	if n, ok := messageNumberOf(id); ok {
		c.numbers[n] = struct{}{}
	}
}

// messageNumberOf reads an id that may be the number of a message: in its one form.
func messageNumberOf(id string) (n uint64, ok bool) {
	n, err := strconv.ParseUint(id, 10, 64)
	return n, err == nil && strconv.FormatUint(n, 10) == id
}

func (c *check) ask(ctx context.Context, db *DB) error {
	var keys []struct {
		Key     uint64 `ch:"key"`
		Account string `ch:"account"`
		ID      uint64 `ch:"id"`
	}
	params := clickhouse.Parameters{"keys": array(c.keys), "most": strconv.Itoa(mostMeant)}
	if err := db.conn.Select(clickhouse.Context(asking(ctx, pageTime, pageRows), clickhouse.WithParameters(params)), &keys, query("check_keys")); err != nil {
		return fmt.Errorf("read message_keys: %w", err)
	}
	for _, k := range keys {
		if !slices.Contains(c.meant[k.Key], k.ID) { // it is, where its account was learned later
			c.meant[k.Key] = append(c.meant[k.Key], k.ID)
		}
		c.numbers[k.ID] = struct{}{}
	}
	if len(c.numbers) == 0 {
		return nil
	}
	numbers := make([]uint64, 0, len(c.numbers))
	for n := range c.numbers {
		numbers = append(numbers, n)
	}
	var rows []checkRow
	params = clickhouse.Parameters{"ids": array(numbers), "vocabulary": c.column}
	if err := db.conn.Select(clickhouse.Context(asking(ctx, pageTime, pageRows), clickhouse.WithParameters(params)), &rows, query("check_ids")); err != nil {
		return fmt.Errorf("read message_ids: %w", err)
	}
	for _, r := range rows {
		c.rows[r.ID] = append(c.rows[r.ID], r)
	}
	return nil
}

// answer takes the first way in which the id means a message of the account.
func (c *check) answer(id string) (best api.Checked) {
	email := emailKey(id)
	ways := []api.Checked{c.find(c.meant[email], func(r *checkRow) bool { return r.EmailKey == email })}
	if n, ok := messageNumberOf(id); ok {
		ways = append(ways, c.find([]uint64{n}, anyRow))
	}
	for _, way := range append(ways, c.find(c.meant[messageKey(id)], anyRow)) {
		if way.Found >= api.Several {
			return way
		}
		best.Found = max(best.Found, way.Found)
	}
	return best
}

func anyRow(*checkRow) bool { return true }

// find looks for the one message of the account among those that may be meant.
func (c *check) find(numbers []uint64, is func(*checkRow) bool) (found api.Checked) {
	own := 0
	for _, n := range numbers {
		for i := range c.rows[n] {
			r := &c.rows[n][i]
			switch {
			case !is(r):
			case c.owner.Is(r.Account):
				own++
				found = api.Checked{Found: api.Own, Status: r.Status}
			default:
				found.Found = max(found.Found, api.Foreign)
			}
		}
	}
	if own > 1 {
		return api.Checked{Found: api.Several}
	}
	return found
}

// array writes numbers as ClickHouse reads them.
func array[T uint32 | uint64](numbers []T) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, n := range numbers {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatUint(uint64(n), 10))
	}
	return b.String() + "]"
}
