package clickhouse

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

func TestMigrationsAreInOrder(t *testing.T) {
	steps, err := Migrations()
	if err != nil {
		t.Fatal(err)
	}
	if len(steps) < 7 {
		t.Fatalf("%d migrations are embedded", len(steps))
	}
	for i, m := range steps {
		if m.Version != uint32(i+1) || m.Name == "" || len(m.Checksum) != 64 {
			t.Errorf("step %d is %+v", i, m)
		}
	}
}

var (
	repeatable = regexp.MustCompile(`(?s)^(CREATE TABLE IF NOT EXISTS|CREATE OR REPLACE VIEW|CREATE MATERIALIZED VIEW IF NOT EXISTS|DROP (VIEW|TABLE) IF EXISTS \w+$|INSERT INTO \w+|ALTER TABLE \w+(\n| MODIFY SETTING | MATERIALIZE INDEX IF EXISTS ))`)
	altered    = regexp.MustCompile(`^    (ADD COLUMN IF NOT EXISTS .* COMMENT '|ADD INDEX IF NOT EXISTS |DROP (COLUMN|INDEX) IF EXISTS |MODIFY COLUMN IF EXISTS \w+ |COMMENT COLUMN IF EXISTS \w+ ')`)
	created    = regexp.MustCompile(`^    ([a-z_]+ +[A-Z].* COMMENT '|INDEX )`)
)

func TestStatementsFollowTheRules(t *testing.T) {
	steps, err := Migrations()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range steps {
		for _, s := range m.Statements {
			if !repeatable.MatchString(s) {
				t.Errorf("%04d_%s: cannot be run twice: %.60s", m.Version, m.Name, s)
			}
			if strings.HasPrefix(s, "CREATE") && !strings.Contains(s, "\nCOMMENT '") {
				t.Errorf("%04d_%s: no COMMENT: %.60s", m.Version, m.Name, s)
			}
			if strings.Contains(s, "TTL ") {
				t.Errorf("%04d_%s: has a TTL: %.60s", m.Version, m.Name, s)
			}
			for _, line := range wrongColumns(s) {
				t.Errorf("%04d_%s: column without COMMENT, or not to be run twice: %s", m.Version, m.Name, line)
			}
		}
	}
}

// wrongColumns returns the lines of a statement's list of columns that are against the rules.
func wrongColumns(s string) (wrong []string) {
	rule := altered
	head, list, _ := strings.Cut(s, "\n")
	if strings.HasPrefix(head, "INSERT") {
		return nil // which makes rows
	}
	if strings.HasPrefix(head, "CREATE") {
		rule = created
		_, list, _ = strings.Cut(s, "\n(\n") // none: a view that leaves its columns to its SELECT
		list, _, _ = strings.Cut(list, "\n)")
	}
	for line := range strings.Lines(list) {
		if !rule.MatchString(line) {
			wrong = append(wrong, line)
		}
	}
	return wrong
}

func TestWrongColumns(t *testing.T) {
	for statement, want := range map[string]int{
		"CREATE TABLE IF NOT EXISTS t\n(\n    a String,\n    b Int8 COMMENT 'x'\n)\nCOMMENT 't'": 1,
		"ALTER TABLE t\n    ADD COLUMN IF NOT EXISTS a String":                                   1,
		"ALTER TABLE t\n    ADD COLUMN a String COMMENT 'x',\n    COMMENT COLUMN b 'y'":          2,
		"CREATE OR REPLACE VIEW v AS\nSELECT\n    count() AS a\nFROM t\nCOMMENT 'v'":             0,
	} {
		if got := wrongColumns(statement); len(got) != want {
			t.Errorf("%s: got %q", statement, got)
		}
	}
}

var ratio = regexp.MustCompile(`if\((\w+) = 0, 0, \w+ / (\w+)\) AS (\w+)`)

// Whoever reads a rate has to know of what it is one.
func TestRatesNameTheirDenominators(t *testing.T) {
	steps, err := Migrations()
	if err != nil {
		t.Fatal(err)
	}
	rates := 0
	for _, m := range steps {
		for _, s := range m.Statements {
			_, comment, _ := strings.Cut(s, "\nCOMMENT '")
			for _, found := range ratio.FindAllStringSubmatch(s, -1) {
				rates++
				if found[1] != found[2] || !strings.Contains(comment, "÷") || !strings.Contains(comment, "("+found[2]+")") {
					t.Errorf("%04d_%s: %s is of %s, but the comment is: %s", m.Version, m.Name, found[3], found[2], comment)
				}
			}
		}
	}
	if rates < 5 {
		t.Errorf("%d rates are found", rates)
	}
}

func TestReadRefuses(t *testing.T) {
	sql := &fstest.MapFile{Data: []byte("SELECT 1;\n")}
	for want, fsys := range map[string]fstest.MapFS{
		"where 2 is next":    {"0001_a.sql": sql, "0003_b.sql": sql},
		"where 1 is next":    {"0002_a.sql": sql},
		"not four digits":    {"1_a.sql": sql},
		"number":             {"000x_a.sql": sql},
		"holds no statement": {"0001_a.sql": {Data: []byte("-- only a comment;\n\n")}},
	} {
		if _, err := read(fsys); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

func TestSplit(t *testing.T) {
	got := split("-- a; comment;\nCREATE x COMMENT 'a; b'\n;\n\nSELECT 2;\n  -- end\nSELECT 3\n")
	want := []string{"CREATE x COMMENT 'a; b'\n", "SELECT 2", "SELECT 3"}
	if len(got) != len(want) {
		t.Fatalf("got %q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("statement %d is %q, want %q", i, got[i], want[i])
		}
	}
}
