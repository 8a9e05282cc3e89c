package clickhouse

import (
	"cmp"
	"context"
	"fmt"
	"slices"

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
	return refer(ctx, db, newAccountRows(), wanted, compareAccounts)
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
