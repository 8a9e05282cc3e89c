package clickhouse

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
)

// The copy that people read without a database is what a database says.
func TestSchemaIsWrittenDown(t *testing.T) {
	var out bytes.Buffer
	db := openDB(t) // not a copy
	if err := errors.Join(db.Migrate(t.Context()), db.WriteSchema(t.Context(), &out)); err != nil {
		t.Fatal(err)
	}
	golden(t, "../../schemas/clickhouse/SCHEMA.md", out.String())
	for _, name := range []string{"bounce_rates", db.opts.Database + ".message_status"} {
		var one bytes.Buffer
		if err := db.WriteSchemaOf(t.Context(), &one, name); err != nil {
			t.Fatal(err)
		}
		if got := one.String(); strings.Count(got, "# ") != 1 || !strings.Contains(out.String(), "\n##"+got) {
			t.Errorf("%s alone:\n%s", name, got)
		}
	}
	var unknown *UnknownTableError
	if err := db.WriteSchemaOf(t.Context(), &out, "bounce_rate"); !errors.As(err, &unknown) || !slices.Contains(unknown.Names, "bounce_rates") {
		t.Errorf("of none: %v", err)
	}
}
