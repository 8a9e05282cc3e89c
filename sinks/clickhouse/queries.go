package clickhouse

import (
	"embed"
	"fmt"
	"strings"
	"text/template"
)

//go:embed queries/*.sql
var queryFiles embed.FS

// query returns the text of queries/<name>.sql. The names are constants of this
// package, so a missing one is found by the first test.
func query(name string) string {
	text, err := queryFiles.ReadFile("queries/" + name + ".sql")
	if err != nil {
		panic(err)
	}
	return strings.TrimSpace(string(text))
}

// made returns the text of a query that is made of parts. No value is part of it.
func made(parts *template.Template, name string, data any) (string, error) {
	var b strings.Builder
	if err := parts.ExecuteTemplate(&b, name+".sql", data); err != nil {
		return "", fmt.Errorf("make query %s: %w", name, err)
	}
	return b.String(), nil
}
