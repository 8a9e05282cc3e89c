package clickhouse

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mailfate/schemas"
)

func setAccounts(t *testing.T, db *DB, list ...Account) {
	t.Helper()
	if err := db.SetAccounts(t.Context(), list); err != nil {
		t.Fatal(err)
	}
}

func storedAccounts(t *testing.T, db *DB) []Account {
	t.Helper()
	var list []Account
	if err := db.conn.Select(t.Context(), &list, "SELECT * EXCEPT (version, withdrawn) FROM accounts FINAL ORDER BY account"); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestSetAccountsReplacesAll(t *testing.T) {
	db := migrated(t)
	hostile := "\x00\xff'); DROP TABLE accounts; -- "
	for i, list := range [][]Account{
		{{"acme", false, true}, {"zeta", true, false}},
		{{"acme", false, true}, {"zeta", true, false}},
		{{"acme", true, true}, {hostile, false, false}},
		{},
		{{"acme", false, true}},
		{{"default", false, false}},
	} {
		setAccounts(t, db, list...)
		want, err := cleanAccounts(list)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, storedAccounts(t, db), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("list %d:\n%s", i, diff)
		}
		if err := db.conn.Exec(t.Context(), "OPTIMIZE TABLE accounts FINAL"); err != nil {
			t.Fatal(err)
		}
	}
}

// Every process sets its accounts when it starts: that must not make rows.
func TestSetAccountsAgainWritesNothing(t *testing.T) {
	db := migrated(t)
	list := []Account{{"zeta", true, false}, {"acme", false, true}}
	setAccounts(t, db, list...)
	if err := db.conn.Exec(t.Context(), "SYSTEM STOP MERGES accounts"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		setAccounts(t, db, list...)
		setAccounts(t, db, list[1], list[0])
	}
	if n := numberOf(t, db, "SELECT count() FROM accounts"); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}
}

// What was set last wins though the clock was set back.
func TestSetAccountsSurvivesAClockThatWasWrong(t *testing.T) {
	db := migrated(t)
	rows := newAccountRows()
	rows.add(Account{"acme", false, false}, math.MaxUint64/2, false)
	if err := db.insert(t.Context(), &rows.table); err != nil {
		t.Fatal(err)
	}
	setAccounts(t, db, Account{"acme", true, true})
	if got := storedAccounts(t, db); len(got) != 1 || !got[0].OpenTracking {
		t.Errorf("got %+v", got)
	}
}

func TestSetAccountsRefusesAmbiguity(t *testing.T) {
	if _, err := cleanAccounts([]Account{{"default", true, true}, {"b", true, true}, {"", false, true}}); err == nil || !strings.Contains(err.Error(), `"default" is listed twice`) {
		t.Errorf("got %v", err)
	}
}

// fateOf is a message of an account that was delivered and perhaps opened and clicked.
func fateOf(t *testing.T, account string, n int, opens, clicks uint32) *schemas.Snapshot {
	return &schemas.Snapshot{
		Identity: schemas.Identity{Account: account, MessageID: fmt.Sprint(account, n), Recipient: "r@example.org"},
		Standing: schemas.Shown, Was: schemas.Shown, Revision: 1,
		Row: schemas.Row{
			Statuses: status(t, "delivered"), First: minute(1), Last: minute(9), Delivered: minute(2),
			Opens: opens, MachineOpens: 1, Clicks: clicks, MachineClicks: 1,
		},
	}
}

// Accounts that do not track are in no denominator, and what they saw all the same
// is in no numerator.
func TestRatesLeaveUntrackedAccountsOut(t *testing.T) {
	db := migrated(t)
	var list []*schemas.Snapshot
	for n := range 4 {
		opened, clicked := uint32(min(n, 1)), uint32(n/2) // three of four; two of four
		for _, account := range []string{"", "both", "opens", "clicks", "none"} {
			list = append(list, fateOf(t, account, n, opened, clicked))
		}
	}
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, list...)...)
	rollUp(t, db)
	type rates struct{ Delivered, OpenTracked, Opens, Machines, ClickTracked, Clicks uint64 }
	check := func(want rates, untracked string) {
		t.Helper()
		r, err := db.Report(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		x := r.Rates
		got := rates{x.Delivered, x.OpenTracked, x.UniqueOpens, x.UniqueOpensWithMachines, x.ClickTracked, x.Clicks}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if want.OpenTracked > 0 && (x.OpenRate != 0.75 || x.ClickRate != 0.5) || want.OpenTracked == 0 && (x.OpenRate != 0 || x.ClickRate != 0) {
			t.Errorf("open rate %v, click rate %v", x.OpenRate, x.ClickRate)
		}
		var names []string
		sql := "SELECT groupArray(account) FROM (SELECT account FROM open_rates WHERE open_tracked = 0 AND opened + opened_with_machines + open_rate + open_rate_with_machines = 0 ORDER BY account)"
		if err := db.conn.QueryRow(t.Context(), sql).Scan(&names); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(names, " "); got != untracked {
			t.Errorf("the view has no opens of %q, want %q", got, untracked)
		}
		var sums rates
		sql = "SELECT sum(delivered), sum(open_tracked), sum(opened), sum(opened_with_machines), sum(click_tracked), sum(clicked) FROM open_rates"
		if err := db.conn.QueryRow(t.Context(), sql).Scan(&sums.Delivered, &sums.OpenTracked, &sums.Opens, &sums.Machines, &sums.ClickTracked, &sums.Clicks); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, sums); diff != "" {
			t.Errorf("the view differs: %s", diff)
		}
	}
	check(rates{20, 20, 15, 20, 20, 10}, "")
	setAccounts(t, db, Account{"both", true, true}, Account{"opens", true, false}, Account{"clicks", false, true}, Account{"none", false, false}, Account{"nobody's", false, false})
	check(rates{20, 12, 9, 12, 12, 6}, "clicks none")
	setAccounts(t, db, Account{"default", false, true})
	check(rates{20, 16, 12, 16, 20, 10}, "default")
	setAccounts(t, db, Account{"", false, false}, Account{"both", false, false}, Account{"opens", false, false}, Account{"clicks", false, false}, Account{"none", false, false})
	check(rates{20, 0, 0, 0, 0, 0}, "both clicks default none opens")
	setAccounts(t, db)
	check(rates{20, 20, 15, 20, 20, 10}, "")
	// The views know where their tables are, whatever database a reader is in.
	setAccounts(t, db, Account{"none", false, false})
	elsewhere, err := db.connect("")
	if err != nil {
		t.Fatal(err)
	}
	var tracked uint64
	err = elsewhere.QueryRow(t.Context(), "SELECT countIf(open_tracking) FROM `"+db.opts.Database+"`.messages").Scan(&tracked)
	if err != nil || tracked != 16 {
		t.Errorf("from elsewhere, %d messages have opens tracked, want 16: %v", tracked, err)
	}
	if err := elsewhere.Close(); err != nil {
		t.Error(err)
	}
	digestBefore := digest(t, db)
	setAccounts(t, db, Account{"both", false, false})
	if digest(t, db) != digestBefore {
		t.Error("configuration changes the digest, which is of what happened")
	}
}
