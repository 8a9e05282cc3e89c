package clickhouse

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"mailfate/pipeline/classify"
	"mailfate/schemas"
	"mailfate/sinks/api"
)

// shown is a snapshot of a message that has a row.
func shownAs(account, messageID, recipient, emailID string, revision uint64, status schemas.Status) *schemas.Snapshot {
	s := &schemas.Snapshot{Identity: schemas.Identity{Account: account, MessageID: messageID, Recipient: recipient}, Standing: schemas.Shown, Revision: revision}
	s.Row.EmailID = emailID
	for i := range s.Row.Statuses {
		s.Row.Statuses[i] = status
	}
	return s
}

func TestCheck(t *testing.T) {
	db := migrated(t)
	b := newBatch(db, classify.Default())
	gone := shownAs("", "moved@x", "r@x", "", 5, 0)
	gone.Standing, gone.Was = schemas.Unmatched, schemas.Shown
	for _, s := range []*schemas.Snapshot{
		shownAs("a", "one@x", "r@x", "em1", 1, 1),
		shownAs("a", "one@x", "r@x", "em2", 2, 2), // another email id, another status
		shownAs("a", "two@x", "r@x", "", 1, 2),
		shownAs("a", "two@x", "s@x", "", 1, 1),
		shownAs("b", "other@x", "r@x", "em3", 1, 1),
		shownAs("", "moved@x", "r@x", "", 1, 1),
		gone,
		shownAs("a", "moved@x", "r@x", "", 6, 2),
		shownAs("a", "twin1@x", "r@x", "twin", 1, 2),
		shownAs("a", "twin2@x", "r@x", "twin", 1, 2),
		shownAs("a", "first@x", "r@x", "also@x", 1, 2),
		shownAs("a", "also@x", "r@x", "", 1, 1),
		shownAs("b", "theirs@x", "r@x", "ours@x", 1, 1),
		shownAs("a", "ours@x", "r@x", "", 1, 2),
	} {
		b.addRows(s, true)
	}
	if err := b.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	v := schemas.Unisender
	now, old := v.Row(2).ID, v.Row(1).ID
	number := func(messageID, recipient string) string {
		return fmt.Sprint(messageNumber(schemas.Identity{MessageID: messageID, Recipient: recipient}))
	}
	ids := []string{
		"em2", "em1", "one@x", "<one@x>", number("one@x", "r@x"), "two@x", number("two@x", "s@x"), "em3", "other@x",
		number("other@x", "r@x"), "moved@x", number("moved@x", "r@x"), "twin", "nothing", "0", "em2", "'; DROP TABLE message_ids; --\\",
		"also@x", "ours@x", // which are email ids of other messages
	}
	own := func(status string) api.Checked { return api.Checked{Found: api.Own, Status: status} }
	foreign := api.Checked{Found: api.Foreign}
	want := []api.Checked{
		own(now),
		{},
		own(now), own(now), own(now),
		{Found: api.Several},
		own(old), foreign, foreign,
		foreign, own(now), own(now),
		{Found: api.Several},
		{},
		{},
		own(now),
		{},
		own(now), own(now),
	}
	for _, others := range []int{0, 10 * checkedAlone} { // some, and as many as are asked for by halves
		asked := slices.Clone(ids)
		for i := range others {
			asked, want = append(asked, fmt.Sprint("nobody", i)), append(want, api.Checked{})
		}
		got, err := db.Check(t.Context(), api.Owner{Account: "a"}, v, asked)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("among %d others: %s", others, diff)
		}
	}
	got, err := db.Check(t.Context(), api.Owner{Any: true}, v, []string{"em3"})
	if err != nil || got[0] != own(old) {
		t.Errorf("of any account: %v, %v", got, err)
	}
}

// TestMigratedKeys has rows that are older than the tables that are made of them.
func TestMigratedKeys(t *testing.T) {
	db := migrated(t)
	b := newBatch(db, classify.Default())
	b.addRows(shownAs("a", "one@x", "r@x", "em1", 1, 1), true)
	if err := b.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"message_ids", "message_names"} {
		exec(t, db, "DROP TABLE "+table+"_made SYNC", "DROP TABLE "+table+" SYNC")
	}
	since := numberOf(t, db, "SELECT toUInt64(version) FROM migrations WHERE name = 'message_ids'")
	exec(t, db, fmt.Sprintf("ALTER TABLE migrations DELETE WHERE version >= %d SETTINGS mutations_sync = 1", since))
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := db.Check(t.Context(), api.Owner{Account: "a"}, schemas.Unisender, []string{"em1", "one@x"})
	want := api.Checked{Found: api.Own, Status: schemas.Unisender.Row(1).ID}
	if err != nil || got[0] != want || got[1] != want {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestKeys(t *testing.T) {
	db := migrated(t)
	_, k := api.NewKey()
	k.Account, k.Label, k.Scopes, k.Rate = "a", "for the shop", api.ScopeCheck|api.ScopeRead, 7
	revoked := k
	revoked.Revoked = true
	for _, want := range []api.Key{k, revoked} {
		if err := db.SetKey(t.Context(), &want); err != nil {
			t.Fatal(err)
		}
		got, err := db.Keys(t.Context())
		if err != nil || len(got) != 1 {
			t.Fatalf("got %v, %v", got, err)
		}
		want.Made = got[0].Made
		if got[0] != want {
			t.Errorf("got %+v, want %+v", got[0], want)
		}
	}
}

// TestChecksTogether has many ask at once, who are answered together: each by what is
// theirs, also while others go away.
func TestChecksTogether(t *testing.T) {
	db := migrated(t)
	b := newBatch(db, classify.Default())
	const messages = 20
	for i := range messages {
		b.addRows(shownAs(fmt.Sprint("account", i%2), fmt.Sprintf("%d@x", i), "r@x", fmt.Sprint("em", i), 1, schemas.Status(1+i%3)), true)
	}
	if err := b.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	var all errgroup.Group
	for i := range 10 * messages {
		all.Go(func() error {
			v, n := schemas.Vocabularies[i%3], i%messages
			if i%7 == 0 {
				gone, cancel := context.WithCancel(t.Context())
				cancel()
				_, _ = db.Check(gone, api.Owner{Any: true}, v, []string{"em1", "nothing"})
			}
			got, err := db.Check(t.Context(), api.Owner{Account: "account0"}, v, []string{fmt.Sprint("em", n), fmt.Sprintf("%d@x", n)})
			if err != nil {
				return err
			}
			want := api.Checked{Found: api.Own, Status: v.Row(schemas.Status(1 + n%3)).ID}
			if n%2 == 1 {
				want = api.Checked{Found: api.Foreign}
			}
			if got[0] != want || got[1] != want {
				return fmt.Errorf("message %d in %s: got %v, want %v", n, v.Name, got, want)
			}
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		t.Error(err)
	}
}

// TestCheckReused has email ids that more messages had than are looked at: one has the
// first of them still, two the second, of two accounts, and nobody the third.
func TestCheckReused(t *testing.T) {
	db := migrated(t)
	var had, have []*schemas.Snapshot
	number := func(i int) uint64 {
		return messageNumber(schemas.Identity{MessageID: fmt.Sprintf("one%d@x", i), Recipient: "r@x"})
	}
	last := 0 // by number, as message_names has them
	for i := range 3 * mostMeant {
		if number(i) > number(last) {
			last = i
		}
	}
	for _, email := range []string{"one", "two", "none"} {
		for i := range 3 * mostMeant {
			account, id := "a", fmt.Sprintf("%s%d@x", email, i)
			if email == "two" && i%2 == 1 {
				account = "b"
			}
			had = append(had, shownAs(account, id, "r@x", email, 1, 1))
			if keeps := email == "one" && i == last || email == "two" && i > 3*mostMeant-3; !keeps {
				have = append(have, shownAs(account, id, "r@x", fmt.Sprint(email, i), 2, 2))
			}
		}
	}
	writeAll(t, db, had...)
	writeAll(t, db, have...)
	v := schemas.Unisender
	own := func(status schemas.Status) api.Checked { return api.Checked{Found: api.Own, Status: v.Row(status).ID} }
	for owner, want := range map[api.Owner][]api.Checked{
		{Account: "a"}: {own(1), own(1), {}, own(2)},
		{Account: "b"}: {{Found: api.Foreign}, own(1), {}, {Found: api.Foreign}},
		{Any: true}:    {own(1), {Found: api.Several}, {}, own(2)},
	} {
		got, err := db.Check(t.Context(), owner, v, []string{"one", "two", "none", "none7"})
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%+v: %v %s", owner, err, diff)
		}
	}
}

// TestHalves asks for each number once.
func TestHalves(t *testing.T) {
	for _, n := range []int{0, 1, 2*checkedAlone - 1, 2 * checkedAlone, 2*checkedAlone + 1} {
		want := make([]uint64, n)
		for i := range want {
			want[i] = uint64(i)
		}
		got, err := halves(want, func(numbers []uint64) ([]uint64, error) { return slices.Clone(numbers), nil })
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("of %d: %v, %v", n, got, err)
		}
	}
}

// TestChecksBounded has more ids wait than one question is about.
func TestChecksBounded(t *testing.T) {
	db := migrated(t)
	ids := make([]string, checkedTogether/2)
	for i := range ids {
		ids[i] = fmt.Sprint(i)
	}
	db.checks.asking.Lock()
	first := db.checks.join(t.Context(), "status", ids)
	same := db.checks.join(t.Context(), "status", ids)
	next := db.checks.join(t.Context(), "status", ids[:1])
	db.checks.asking.Unlock()
	if same != first || next == first {
		t.Errorf("a question is about %d ids, and %d may be asked for together", first.ids, checkedTogether)
	}
	for _, c := range []*checked{first, next} {
		if <-c.done; c.err != nil {
			t.Error(c.err)
		}
	}
}
