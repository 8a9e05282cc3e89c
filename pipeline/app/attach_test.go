package app

import (
	"strings"
	"testing"

	"mailfate/schemas"
	"mailfate/sinks/clickhouse"
)

func TestWhatMayBeAttached(t *testing.T) {
	mine := schemas.Identity{Account: "shop", MessageID: "m", Recipient: "r@example.org"}
	nobodys := schemas.Identity{MessageID: "m", Recipient: "r@example.org"}
	other := schemas.Identity{Account: "shop", MessageID: "m2", Recipient: "r@example.org"}
	for name, c := range map[string]struct {
		account string
		judged  schemas.Identity
		to      schemas.Identity
		named   bool
		says    string
	}{
		"no account":                  {"", schemas.Identity{}, mine, false, ""},
		"default account":             {schemas.DefaultAccount, schemas.Identity{}, mine, false, ""},
		"same account":                {"shop", schemas.Identity{}, mine, false, ""},
		"other account":               {"bank", schemas.Identity{}, mine, false, `is account "shop"'s: if that is right, say so with --account`},
		"other account, named":        {"bank", schemas.Identity{}, mine, true, ""},
		"message of nobody":           {"bank", schemas.Identity{}, nobodys, false, `is account "default"'s`},
		"twice":                       {"", mine, mine, false, ""},
		"other message":               {"", other, mine, false, `attached to message "m2"`},
		"other message, named":        {"", other, mine, true, "cannot be taken back"},
		"same message, other account": {"", nobodys, mine, true, `of account "default" already`},
	} {
		found := clickhouse.Unmatched{Judged: c.judged}
		found.Account = c.account
		err := mayBe(&found, c.to, c.named)
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
