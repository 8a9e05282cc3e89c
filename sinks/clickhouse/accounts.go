package clickhouse

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"mailfate/schemas"
)

// Account is what reports have to know of an account's configuration.
type Account struct {
	Name          string `ch:"account"`
	OpenTracking  bool   `ch:"open_tracking"`  // its messages have a pixel
	ClickTracking bool   `ch:"click_tracking"` // its links are rewritten
}

// SetAccounts makes these the accounts, in place of those that were set before. An
// account that is not among them has opens and clicks tracked. To set the same
// ones again writes nothing. Of several processes that set different ones at the
// same time, either's may stay, account by account. Call it after Migrate.
func (db *DB) SetAccounts(ctx context.Context, accounts []Account) error {
	err := db.setAccounts(ctx, accounts)
	if err != nil {
		return fmt.Errorf("set accounts of database %s: %w", db.opts.Database, err)
	}
	return nil
}

func (db *DB) setAccounts(ctx context.Context, accounts []Account) error {
	wanted, err := cleanAccounts(accounts)
	if err != nil {
		return err
	}
	var stored []Account
	if err := db.conn.Select(ctx, &stored, query("accounts")); err != nil {
		return fmt.Errorf("read accounts: %w", err)
	}
	var last uint64
	if err := db.conn.QueryRow(ctx, query("accounts_version")).Scan(&last); err != nil {
		return fmt.Errorf("read version of accounts: %w", err)
	}
	// A clock that was set back must not let the old rows win.
	version := max(last+1, uint64(time.Now().UnixMicro()))
	if rows := accountChanges(stored, wanted, version); rows.rows() > 0 {
		return db.insert(ctx, &rows.table, "")
	}
	return nil
}

// cleanAccounts spells names as the tables do and sorts by them.
func cleanAccounts(accounts []Account) ([]Account, error) {
	list := slices.Clone(accounts)
	for i, a := range list {
		list[i].Name = account(schemas.Identity{Account: schemas.CleanAccount(a.Name)})
	}
	slices.SortFunc(list, compareAccounts)
	for i := 1; i < len(list); i++ {
		if list[i].Name == list[i-1].Name {
			return nil, fmt.Errorf("account %q is listed twice; list it once", list[i].Name)
		}
	}
	return list, nil
}

func compareAccounts(a, b Account) int { return cmp.Compare(a.Name, b.Name) }

// accountChanges makes the rows that turn what is stored into what is wanted, which
// is sorted.
func accountChanges(stored, wanted []Account, version uint64) *accountRows {
	rows := newAccountRows()
	for _, a := range wanted {
		if !slices.Contains(stored, a) {
			rows.add(a, version, false)
		}
	}
	for _, a := range stored {
		if _, listed := slices.BinarySearchFunc(wanted, a, compareAccounts); !listed {
			rows.add(a, version, true)
		}
	}
	return rows
}
