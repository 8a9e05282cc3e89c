package clickhouse

import (
	"bytes"
	"testing"
)

// The copy that people read without a database is what a database says.
func TestSchemaIsWrittenDown(t *testing.T) {
	var out bytes.Buffer
	if err := migrated(t).WriteSchema(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	golden(t, "../../schemas/clickhouse/SCHEMA.md", out.String())
}
