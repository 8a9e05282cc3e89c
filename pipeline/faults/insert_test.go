package faults

import "bytes"

// containsInsert reports whether bytes of ClickHouse's protocol hold the query of
// an insert of rows.
func containsInsert(b []byte) bool { return bytes.Contains(b, []byte("INSERT INTO ")) }
