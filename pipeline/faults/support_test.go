package faults

import (
	"bytes"
	"fmt"
	"os"
	"testing"
	"time"

	"mailfate/sinks/clickhouse"
)

// seed is the one that was asked for, or another one each time; it is printed.
func seed(t *testing.T) uint64 {
	t.Helper()
	s := *seedFlag
	if s == 0 {
		s = uint64(time.Now().UnixNano()) % 1_000_000
	}
	t.Logf("to run again: go test ./pipeline/faults -run '%s' -faults.seed %d", t.Name(), s)
	return s
}

func openVerdict(t *testing.T, database string) *clickhouse.DB {
	t.Helper()
	db, err := clickhouse.Open(clickhouse.Options{Addresses: []string{shared.addr()}, Database: database})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// note says what happened and when.
func (g *rig) note(format string, args ...any) {
	g.log("%v %s", time.Since(startOfTest).Round(time.Millisecond), fmt.Sprintf(format, args...))
}

// tell says all that is known about a run that failed.
func (g *rig) tell(t *testing.T) {
	t.Helper()
	for _, m := range g.members {
		text, err := os.ReadFile(m.stderr())
		if err != nil {
			continue
		}
		const most = 3000
		text = bytes.TrimSpace(text[max(0, len(text)-most):])
		t.Logf("%s, ended %d times by itself; the end of what it said:\n%s", m.name, m.exits, text)
	}
}
