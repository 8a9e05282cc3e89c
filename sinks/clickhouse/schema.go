package clickhouse

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
)

// described is a table or a view in its own words.
type described struct {
	Name     string   `ch:"name"`
	View     uint8    `ch:"is_view"`
	Comment  string   `ch:"comment"`
	Names    []string `ch:"names"`
	Types    []string `ch:"types"`
	Comments []string `ch:"comments"`
}

// WriteSchema writes what the database's tables, views and columns say of themselves,
// as Markdown.
func (db *DB) WriteSchema(ctx context.Context, w io.Writer) error {
	var all []described
	if err := db.conn.Select(ctx, &all, query("schema")); err != nil {
		return fmt.Errorf("read schema of database %s: %w", db.opts.Database, err)
	}
	out := bufio.NewWriter(w)
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) } // Flush tells
	line("# What is in ClickHouse\n\nMade by `mailfate schema` of what tables and views say of themselves. Ask the views; all times are UTC.")
	for i, t := range all {
		if i == 0 || t.View != all[i-1].View {
			line("\n## %s", map[uint8]string{1: "Views", 0: "Tables"}[t.View])
		}
		line("\n### %s\n\n%s\n\n| column | type | |\n|---|---|---|", t.Name, inCell(t.Comment))
		for j, name := range t.Names {
			line("| `%s` | `%s` | %s |", name, inCell(t.Types[j]), inCell(t.Comments[j]))
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write schema: %w", err)
	}
	return nil
}

// cellEscapes are of what would end a cell of a table, or be taken for markup.
var cellEscapes = strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;", "*", `\*`)

func inCell(s string) string { return cellEscapes.Replace(s) }
