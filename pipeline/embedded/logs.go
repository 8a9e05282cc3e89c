package embedded

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"mailfate/pipeline/embedded/child"
)

const (
	serverLog = "clickhouse.log"
	// startLog has what the server wrote to standard error since its last
	// start: reasons of a failed start go there and nowhere else.
	startLog = "clickhouse.stderr.log"
	// greeting begins the one line that a server in good health writes there.
	greeting = "Logging "
	// maxServerLog is the size at which the log makes room at the next start;
	// one older log is kept.
	maxServerLog = 16 << 20
	// tailBytes is how much of the log an error quotes.
	tailBytes = 2 << 10
)

// openLogs returns the file for the child's standard error.
func openLogs(dir string) (*os.File, error) {
	path := filepath.Join(dir, serverLog)
	if st, err := os.Stat(path); err == nil && st.Size() > maxServerLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, fmt.Errorf("rotate log: %w", err)
		}
	}
	f, err := os.OpenFile(filepath.Join(dir, startLog), os.O_CREATE|os.O_WRONLY|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	return f, nil
}

// lastWords quotes the end of what the server wrote, for an error.
func (c *ClickHouse) lastWords() string {
	for _, name := range []string{startLog, serverLog} {
		path := filepath.Join(c.dir, name)
		if s := child.Tail(path, tailBytes); s != "" && (!strings.HasPrefix(s, greeting) || strings.Contains(s, "\n")) {
			return "; the end of " + path + ":\n" + s
		}
	}
	return "; it left nothing in " + filepath.Join(c.dir, serverLog)
}
