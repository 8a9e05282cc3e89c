package clickhouse

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"mailfate/schemas"
	"mailfate/sinks/api"
)

// mostMeant is how many messages of an account are looked at that a key may mean. Where
// so many had an email id, those that have it now are looked for.
const mostMeant = 8

// Check says what became of messages by their ids, one answer for each: the status in
// a vocabulary's words, if the message is of the account. An id is the platform's email
// id, else the number of a message to a recipient, else the Message-ID of a message
// that has one recipient. What means two messages of an account means none.
func (db *DB) Check(ctx context.Context, owner api.Owner, v *schemas.Vocabulary, ids []string) ([]api.Checked, error) {
	found, err := db.checks.ask(ctx, vocabularyColumn(v), ids)
	if err != nil {
		return nil, fmt.Errorf("check %d ids: %w", len(ids), err)
	}
	c := check{owner, found}
	answers := make([]api.Checked, len(ids))
	for i, id := range ids {
		answers[i] = c.answer(id)
	}
	return answers, nil
}

// check is one request.
type check struct {
	owner api.Owner
	*checked
}

type checkRow struct {
	ID       uint64 `ch:"id"`
	Account  string `ch:"account"`
	EmailKey uint64 `ch:"email_key"`
	Status   string `ch:"status"`
}

// checkKey stands for a name of a message, as message_names has it.
type checkKey struct {
	Key   uint64 `ch:"key"`
	Email bool   `ch:"email"` // else of a message id
}

func emailKey(id string) checkKey   { return checkKey{hashOfName(id), true} }
func messageKey(id string) checkKey { return checkKey{hashOfName(schemas.CleanMessageID(id)), false} }

// checkName is a message that a name means.
type checkName struct {
	checkKey
	Account string `ch:"account"`
	ID      uint64 `ch:"id"`
}

// hashOfName is what the migrations make of a name.
func hashOfName(name string) uint64 {
	sum := sha256.Sum256([]byte(name))
	return binary.LittleEndian.Uint64(sum[:])
}

// emailNow is what message_ids has of a message's email id.
func emailNow(id string) uint64 { return hashOfName("e" + id) }

// messageNumberOf reads an id that may be the number of a message: in its one form.
func messageNumberOf(id string) (n uint64, ok bool) {
	n, err := strconv.ParseUint(id, 10, 64)
	return n, err == nil && strconv.FormatUint(n, 10) == id
}

// answer takes the first way in which the id means a message of the account.
func (c *check) answer(id string) (best api.Checked) {
	email := emailKey(id)
	now := emailNow(id)
	ways := []api.Checked{c.find(c.meant[email], func(r *checkRow) bool { return r.EmailKey == now })}
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
