package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"mailfate/pipeline/app"
	"mailfate/schemas"
	"mailfate/sinks/api"
	"mailfate/sinks/terminal"
)

func (e *env) key() *cobra.Command {
	c := &cobra.Command{
		Use:   "key",
		Short: "Make, list and revoke keys of the API",
		Long: "A key lets its holder ask the API about one account's messages. It is shown once, when it\n" +
			"is made; ClickHouse has its hash. A server knows of a new or revoked key within seconds.",
		Example: "  mailfate key add --data d --account shop --scope check,read --label 'the shop'\n  mailfate key revoke --data d 1f2e3d4c",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	e.flags.database(c.PersistentFlags())
	c.AddCommand(e.keyAdd(), e.keyList(), e.keyRevoke())
	return c
}

func (e *env) keyAdd() *cobra.Command {
	var account, label string
	var scopes []string
	var rate uint32
	c := &cobra.Command{
		Use:   "add",
		Short: "Make a key and print it, this once",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			secret, k := api.NewKey()
			var err error
			if k.Scopes, err = api.ParseScopes(scopes); err != nil {
				return usageError{err}
			}
			if k.Scopes == 0 {
				return usageError{errors.New("a key without a scope is good for nothing; name one or several with --scope")}
			}
			if k.Account, err = keyAccount(account); err != nil {
				return usageError{err}
			}
			k.Label, k.Rate, k.Made = label, rate, time.Now().UTC()
			return e.withDatabase(cmd.Context(), func(ctx context.Context, db *app.Database) error {
				known, err := e.knownAccounts(ctx, db)
				if err != nil {
					return err
				}
				if err := db.SetKey(ctx, &k); err != nil {
					return err
				}
				fmt.Fprintf(e.err, "Key %s, for account %s: keep it, it is not shown again.\n", k.ID, terminal.Visible(k.Account))
				e.warnUnknown(known, k.Account, ": until there is, the key finds nothing; if the name is wrong: mailfate key revoke "+k.ID)
				_, err = fmt.Fprintln(e.out, secret)
				return err
			})
		},
	}
	c.Flags().StringVar(&account, "account", "", "the `ACCOUNT` whose messages may be asked for")
	c.Flags().StringVar(&label, "label", "", "what it is for, as `TEXT`")
	c.Flags().StringSliceVar(&scopes, "scope", []string{"check"}, "`SCOPE`,… of "+strings.Join(api.ScopeNames, ", "))
	c.Flags().Uint32Var(&rate, "rate", 0, fmt.Sprintf("requests in a second, `N`; 0 is what is usual, %d", api.DefaultRate))
	return c
}

// keyAccount is whose messages a key is for, as somebody typed it.
func keyAccount(typed string) (string, error) {
	switch {
	case strings.TrimSpace(typed) == "":
		return "", fmt.Errorf("whose messages may be asked for is not said: --account NAME, or --account %s for those of which nobody says", schemas.DefaultAccount)
	case !utf8.ValidString(typed) || strings.ContainsFunc(typed, unicode.IsControl):
		return "", fmt.Errorf("--account %q cannot be: it has control characters in it, or is no UTF-8", typed)
	}
	return cmp.Or(schemas.CleanAccount(typed), schemas.DefaultAccount), nil
}

// knownAccounts are those of the configuration and those that the database knows.
func (e *env) knownAccounts(ctx context.Context, db *app.Database) ([]string, error) {
	names, err := db.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	set, err := e.setup()
	if err != nil {
		return nil, err
	}
	for _, a := range set.config.Accounts {
		names = append(names, cmp.Or(schemas.CleanAccount(a.Name), schemas.DefaultAccount))
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// mostNamed is how many accounts a warning lists.
const mostNamed = 20

// warnUnknown says that nothing is known of an account, and what follows. That is no
// error: keys are often made before the first mail is sent.
func (e *env) warnUnknown(known []string, account, so string) {
	if account == schemas.DefaultAccount || slices.Contains(known, account) {
		return
	}
	names := "None is known yet"
	if len(known) > 0 {
		names = "Known are " + terminal.Visible(strings.Join(known[:min(len(known), mostNamed)], ", "))
	}
	if left := len(known) - mostNamed; left > 0 {
		names += fmt.Sprintf(" and %d more", left)
	}
	fmt.Fprintf(e.err, "Nothing is known of account %s, neither in the configuration nor in the database%s.\n%s.\n", terminal.Visible(account), so, names)
}

func (e *env) keyList() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List all keys that were made",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.withDatabase(cmd.Context(), func(ctx context.Context, db *app.Database) error {
				keys, err := db.Keys(ctx)
				if err != nil {
					return err
				}
				return e.printKeys(keys, asJSON)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	return c
}

// listedKey is a key as it is printed.
type listedKey struct {
	Key     string    `json:"key"`
	Account string    `json:"account"`
	Scopes  []string  `json:"scopes"`
	Rate    uint32    `json:"rate"`
	Label   string    `json:"label"`
	Made    time.Time `json:"made_at"`
	Revoked bool      `json:"revoked"`
}

func (e *env) printKeys(keys []api.Key, asJSON bool) error {
	listed := make([]listedKey, len(keys))
	for i, k := range keys {
		listed[i] = listedKey{k.ID, k.Account, k.Scopes.Names(), k.Rate, k.Label, k.Made, k.Revoked}
		if k.Rate == 0 {
			listed[i].Rate = api.DefaultRate
		}
	}
	if asJSON {
		return printJSON(e.out, listed)
	}
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "key\taccount\tscopes\trate\tmade\tlabel")
	for _, k := range listed {
		if k.Revoked {
			k.Label += " (revoked)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d/s\t%s\t%s\n", k.Key, terminal.Visible(k.Account), strings.Join(k.Scopes, ","), k.Rate,
			k.Made.Format(time.DateTime), strings.TrimSpace(terminal.Visible(k.Label)))
	}
	return w.Flush()
}

func (e *env) keyRevoke() *cobra.Command {
	return &cobra.Command{
		Use:   "revoke KEY",
		Short: "Make a key good for nothing, for ever",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.withDatabase(cmd.Context(), func(ctx context.Context, db *app.Database) error {
				keys, err := db.Keys(ctx)
				if err != nil {
					return err
				}
				for _, k := range keys {
					if k.ID == args[0] {
						k.Revoked = true
						return db.SetKey(ctx, &k)
					}
				}
				return fmt.Errorf("there is no key %q; mailfate key list has them", args[0])
			})
		},
	}
}
