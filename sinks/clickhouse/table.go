package clickhouse

import (
	"strings"

	"mailfate/schemas"
)

// A table is rows that wait to be inserted into one table, by column.
type table struct {
	name    string
	names   []string
	columns []column
	insert  string
}

// field adds a column.
func (t *table) field(name string, c column) {
	t.names = append(t.names, name)
	t.columns = append(t.columns, c)
}

// seal makes the insert, after the last column was added.
func (t *table) seal() {
	t.insert = "INSERT INTO " + t.name + " (" + strings.Join(t.names, ", ") + ")"
}

func (t *table) waiting() *table { return t }

func (t *table) rows() int { return t.columns[0].len() }

// merge adds the rows of the same table of another batch.
func (t *table) merge(other *table) {
	for i, c := range t.columns {
		c.merge(other.columns[i])
	}
}

func (t *table) reset() {
	for _, c := range t.columns {
		c.reset()
	}
}

// vocabularyColumn is the name of a vocabulary's column: ours is the status as such.
func vocabularyColumn(v *schemas.Vocabulary) string {
	if v == schemas.Vocabularies[0] {
		return "status"
	}
	return v.Name
}
