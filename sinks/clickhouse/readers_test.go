package clickhouse

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// What README has an operator run, so that an account's own people see nothing else, is
// SQL, and forgets no table: the embedded server knows no roles, so that more cannot be
// shown here.
func TestReadersOfAnAccount(t *testing.T) {
	db := migrated(t)
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(readme), "    CREATE ROLE shop_readers;")
	text, _, found := strings.Cut(text, "\n\n")
	if !found {
		t.Fatal("README has no roles")
	}
	var statements []string
	for statement := range strings.SplitSeq("CREATE ROLE shop_readers;"+text, ";") {
		if statement = strings.TrimSpace(statement); statement != "" {
			statements = append(statements, statement)
			var formatted string
			if err := db.conn.QueryRow(t.Context(), "SELECT formatQuery(?)", statement).Scan(&formatted); err != nil {
				t.Errorf("%s: %v", statement, err)
			}
		}
	}
	policies := map[string]string{} // by what they show, the tables
	for _, s := range statements {
		if p := regexp.MustCompile(`(?s)^CREATE ROW POLICY \w+ ON (.*) USING (.*?) TO (.*)$`).FindStringSubmatch(s); p != nil {
			policies[p[2]] = p[1]
		}
	}
	var tables []struct {
		Name    string `ch:"name"`
		Account bool   `ch:"of_account"`
	}
	err = db.conn.Select(t.Context(), &tables, `SELECT name, name IN (SELECT table FROM system.columns WHERE database = currentDatabase() AND name = 'account') AS of_account
		FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'`)
	if err != nil || len(tables) < 10 {
		t.Fatal(len(tables), "tables:", err)
	}
	ofNobody := map[string]bool{"vocabularies": true, "migrations": true, "retention": true, "retention_job": true}
	named := func(policy, table string) bool {
		return regexp.MustCompile(`\bmail\.` + table + `\b`).MatchString(policies[policy])
	}
	for _, table := range tables {
		switch own, none := named("account = 'shop'", table.Name), named("0", table.Name); {
		case table.Name == "api_keys": // which nobody may read
			if !strings.Contains(text, "REVOKE SELECT ON mail.api_keys") {
				t.Error("keys may be read")
			}
		case ofNobody[table.Name]:
		case own != table.Account && !none, own && none:
			t.Errorf("%s: its account's rows are shown: %v, none: %v", table.Name, own, none)
		case !named("1", table.Name):
			t.Errorf("%s is hidden from everybody else", table.Name)
		}
	}
}
