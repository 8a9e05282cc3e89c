package clickhouse

import (
	"bytes"
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

// UnknownTableError is that of a view or a table that there is not.
type UnknownTableError struct {
	Name  string
	Names []string // those that there are
}

func (e *UnknownTableError) Error() string {
	return fmt.Sprintf("there is no view or table %q", e.Name)
}

// WriteSchema writes what the database's tables, views and columns say of themselves,
// as Markdown.
func (db *DB) WriteSchema(ctx context.Context, w io.Writer) error {
	all, err := db.describe(ctx)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString("# What is in ClickHouse\n\nMade by `mailfate schema` of what tables and views say of themselves. Ask the views; all times are UTC.\n")
	for i, t := range all {
		if i == 0 || t.View != all[i-1].View {
			fmt.Fprintf(&b, "\n## %s\n", map[uint8]string{1: "Views", 0: "Tables"}[t.View])
		}
		b.WriteString("\n##")
		t.write(&b)
	}
	return writeSchema(w, &b)
}

// WriteSchemaOf is WriteSchema of one view or table, with the database's name before
// it or without.
func (db *DB) WriteSchemaOf(ctx context.Context, w io.Writer, name string) error {
	all, err := db.describe(ctx)
	if err != nil {
		return err
	}
	unknown := &UnknownTableError{Name: name}
	name = strings.TrimPrefix(name, db.opts.Database+".")
	for _, t := range all {
		if t.Name == name {
			var b bytes.Buffer
			t.write(&b)
			return writeSchema(w, &b)
		}
		unknown.Names = append(unknown.Names, t.Name)
	}
	return unknown
}

func (db *DB) describe(ctx context.Context) (all []described, err error) {
	if err := db.conn.Select(ctx, &all, query("schema")); err != nil {
		return nil, fmt.Errorf("read schema of database %s: %w", db.opts.Database, err)
	}
	return all, nil
}

// write adds a heading, the comment and the columns.
func (t *described) write(b *bytes.Buffer) {
	fmt.Fprintf(b, "# %s\n\n%s\n\n| column | type | |\n|---|---|---|\n", t.Name, inCell(t.Comment))
	for i, name := range t.Names {
		fmt.Fprintf(b, "| `%s` | `%s` | %s |\n", name, inCell(t.Types[i]), inCell(t.Comments[i]))
	}
}

func writeSchema(w io.Writer, b *bytes.Buffer) error {
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("write schema: %w", err)
	}
	return nil
}

// cellEscapes are of what would end a cell of a table, or be taken for markup.
var cellEscapes = strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;", "*", `\*`)

func inCell(s string) string { return cellEscapes.Replace(s) }
