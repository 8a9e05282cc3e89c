// Package clickhouse holds mailfate's ClickHouse schema: numbered migrations in
// SQL, each with a checksum. It does no I/O; sinks/clickhouse applies them.
//
// Rules for whoever adds one:
//
//   - A migration that was released is never edited: its checksum is stored in
//     every database. A mistake is mended by the next one.
//   - Every statement can be run again (IF NOT EXISTS, OR REPLACE): a crash
//     between statements, or two processes that migrate at once, must do no harm.
//   - Tables are named without their database, which is the connection's.
//   - Every table, view and column of a table has a COMMENT. The columns of views
//     get theirs from whoever applies the migrations.
//   - A view keeps the columns that it was made with: who adds a column to a table
//     makes its views anew. A view is never altered, for that fails while another
//     process makes it anew.
//   - No TTL: a replayed archive would vanish at insert.
package clickhouse

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

//go:embed *.sql
var files embed.FS

// Migration is one numbered step of the schema.
type Migration struct {
	Version    uint32
	Name       string // what stands behind the number in the file's name
	Checksum   string // SHA-256 of the file, in hexadecimal
	Statements []string
}

// Migrations returns all steps in order. They are numbered 1, 2, 3, ….
func Migrations() ([]Migration, error) { return read(files) }

func read(fsys fs.FS) ([]Migration, error) {
	names, err := fs.Glob(fsys, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	steps := make([]Migration, 0, len(names))
	for i, name := range names { // Glob sorts, and numbers have leading zeros
		m, err := readStep(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read migration %s: %w", name, err)
		}
		if m.Version != uint32(i+1) {
			return nil, fmt.Errorf("read migration %s: number %d where %d is next", name, m.Version, i+1)
		}
		steps = append(steps, m)
	}
	return steps, nil
}

func readStep(fsys fs.FS, file string) (Migration, error) {
	number, rest, ok := strings.Cut(strings.TrimSuffix(file, ".sql"), "_")
	if !ok || len(number) != 4 {
		return Migration{}, fmt.Errorf("name is not four digits, _ and a word")
	}
	version, err := strconv.ParseUint(number, 10, 32)
	if err != nil {
		return Migration{}, fmt.Errorf("number: %w", err)
	}
	text, err := fs.ReadFile(fsys, file)
	if err != nil {
		return Migration{}, err
	}
	sum := sha256.Sum256(text)
	m := Migration{Version: uint32(version), Name: rest, Checksum: hex.EncodeToString(sum[:]), Statements: split(string(text))}
	if len(m.Statements) == 0 {
		return Migration{}, fmt.Errorf("holds no statement")
	}
	return m, nil
}

// split cuts a file into statements, which end with a semicolon at the end of a
// line, and drops comment lines, which would hide an empty statement.
func split(text string) []string {
	var statements []string
	var lines []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \t\r\n")
		if trimmed := strings.TrimSpace(line); trimmed == "" || strings.HasPrefix(trimmed, "--") {
			continue
		}
		body, ends := strings.CutSuffix(line, ";")
		lines = append(lines, body)
		if ends {
			statements = append(statements, strings.Join(lines, "\n"))
			lines = nil
		}
	}
	if len(lines) > 0 {
		statements = append(statements, strings.Join(lines, "\n"))
	}
	return statements
}
