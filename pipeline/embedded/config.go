package embedded

import (
	"bytes"
	_ "embed"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"text/template"
)

//go:embed config.xml.tmpl
var configText string

//go:embed users.xml.tmpl
var usersText string

// configTemplates writes the server's two files. Paths come from the user and
// may hold any character, so every value goes through xml.
var configTemplates = template.Must(template.Must(template.New("config.xml").
	Funcs(template.FuncMap{"xml": escapeXML, "engines": func() []string { return tableEngines }}).Parse(configText)).
	New("users.xml").Parse(usersText))

// tableEngines are those that keep their rows in the data directory.
var tableEngines = []string{
	"MergeTree", "ReplacingMergeTree", "AggregatingMergeTree", "SummingMergeTree", "CollapsingMergeTree",
	"VersionedCollapsingMergeTree", "CoalescingMergeTree", "Memory", "Null", "Buffer", "Join", "Set", "Log", "TinyLog", "EmbeddedRocksDB",
}

// serverConfig is what the two files say.
type serverConfig struct {
	Dir         string // absolute
	HTTP        int    // 0: the system chooses
	Native      int
	Memory      int64 // cap for the whole server, bytes
	QueryMemory int64 // cap for one query, bytes
	Threads     int   // merges and mutations at once
}

func escapeXML(s string) (string, error) {
	var b bytes.Buffer
	err := xml.EscapeText(&b, []byte(s))
	return b.String(), err
}

// write makes config.xml and users.xml in the directory and returns the first.
func (c serverConfig) write() (string, error) {
	for _, name := range []string{"users.xml", "config.xml"} {
		var b bytes.Buffer
		if err := configTemplates.ExecuteTemplate(&b, name, c); err != nil {
			return "", fmt.Errorf("make %s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(c.Dir, name), b.Bytes(), 0o600); err != nil {
			return "", fmt.Errorf("write ClickHouse configuration: %w", err)
		}
	}
	return filepath.Join(c.Dir, "config.xml"), nil
}
