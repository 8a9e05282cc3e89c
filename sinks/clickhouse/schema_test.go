package clickhouse

import (
	"bytes"
	"errors"
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
}
