package clickhouse

import (
	"fmt"
	"os"
	"testing"
	"text/tabwriter"
)

// printSizes prints the bytes that a message takes in each table, and in its columns
// and indexes. Small parts are kept in one file, and nothing is told of their columns.
func printSizes(t *testing.T, db *DB) {
	t.Helper()
	var lines []string
	err := db.conn.QueryRow(t.Context(), `
		WITH (SELECT count() FROM message_status) AS messages,
		parts AS (
			SELECT table, sum(rows) AS rows, sum(bytes_on_disk) AS bytes, count() AS parts, sum(primary_key_size) AS keys, sum(marks_bytes) AS marks
			FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table),
		things AS (
			SELECT table, name, data_compressed_bytes AS bytes FROM system.columns WHERE database = currentDatabase()
			UNION ALL SELECT table, 'index ' || name, data_compressed_bytes FROM system.data_skipping_indices WHERE database = currentDatabase()
			UNION ALL SELECT table, 'marks', marks FROM parts UNION ALL SELECT table, 'primary key', keys FROM parts),
		largest AS (
			SELECT table, arrayStringConcat(arrayMap(c -> c.2 || ' ' || toString(round(c.1 / messages, 1)), arrayFilter(c -> c.1 / messages >= 0.05, arrayReverseSort(groupArray((bytes, name))))), ', ') AS all
			FROM things GROUP BY table)
		SELECT groupArray(line) FROM (SELECT format('{}\t{}\t{}\t{}\t{}', p.table, toString(p.rows), toString(p.parts), toString(round(p.bytes / messages, 1)), c.all) AS line
			FROM parts AS p INNER JOIN largest AS c ON c.table = p.table WHERE p.bytes / messages > 0.05 ORDER BY p.bytes DESC)`).Scan(&lines)
	if err != nil {
		t.Fatal(err)
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "table\trows\tparts\tbytes a message\tof these")
	for _, line := range lines {
		fmt.Fprintln(out, line)
	}
	total := numberOf(t, db, "SELECT toUInt64(sum(bytes_on_disk) / (SELECT count() FROM message_status)) FROM system.parts WHERE active AND database = currentDatabase()")
	fmt.Fprintf(out, "all\t\t\t%d\n", total)
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
}
