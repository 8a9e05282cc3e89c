package faults

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"mailfate/pipeline/process"
	"mailfate/schemas"
	"mailfate/sinks/clickhouse"
)

// seed is the one that was asked for, or another one each time; it is printed.
func seed(t *testing.T) uint64 {
	t.Helper()
	s := *seedFlag
	if s == 0 {
		s = uint64(time.Now().UnixNano()) % 1_000_000
	}
	t.Logf("to run again: go test ./pipeline/faults -v -run '%s' -faults.runs %d -faults.events %d -faults.seed %d", t.Name(), *runsFlag, *eventsFlag, s)
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

// tell says all that is known about a run that failed, and where what a verdict
// calls wrong is still right.
func (g *rig) tell(t *testing.T, v *verdict) {
	t.Helper()
	t.Log(g.groups())
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if v != nil && len(v.messages) > 0 {
		t.Log(g.traces(ctx, v.messages))
	}
	t.Log(g.storage(ctx))
	if err := shared.fates(); err != nil {
		t.Logf("ClickHouse ended by itself, and was started again: %v", err)
	}
	if b, ok := g.broker.(interface{ LogFile() string }); ok {
		t.Logf("the end of what the broker said:\n%s", endOf(b.LogFile(), 20_000))
	}
	for _, m := range g.members {
		t.Logf("%s, ended %d times by itself; the end of what it said:\n%s", m.name, m.exits, endOf(m.stderr(), 3000))
	}
}

// endOf is the end of a log, without the places in Java's code.
func endOf(path string, most int) []byte {
	text, err := os.ReadFile(path)
	if err != nil {
		return []byte(err.Error())
	}
	var b []byte
	for line := range bytes.Lines(text) {
		if !bytes.HasPrefix(line, []byte("\tat ")) {
			b = append(b, line...)
		}
	}
	return bytes.TrimSpace(b[max(0, len(b)-most):])
}

// groups describes the groups as the broker sees them.
func (g *rig) groups() string {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	client, err := kgo.NewClient(kgo.SeedBrokers(g.broker.Addr()))
	if err != nil {
		return err.Error()
	}
	defer client.Close()
	var b strings.Builder
	for _, name := range []string{process.Group, g.group} {
		ask := kmsg.NewPtrDescribeGroupsRequest()
		ask.Groups = []string{name}
		answer, err := ask.RequestWith(ctx, client)
		if err != nil {
			return err.Error()
		}
		for _, group := range answer.Groups {
			fmt.Fprintf(&b, "group %s is %s with %d members", group.Group, group.State, len(group.Members))
			for _, m := range group.Members {
				fmt.Fprintf(&b, "\n  %s has %q", m.MemberID, m.MemberAssignment)
			}
			b.WriteString("\n")
		}
	}
	for _, topic := range []string{schemas.TopicEvents, schemas.TopicStatus} {
		ends, _ := g.client.EndOffsets(ctx, topic)
		for _, name := range []string{process.Group, g.group} {
			at, err := g.client.CommittedOffsets(ctx, name, topic)
			fmt.Fprintf(&b, "%s has read %s up to %v of %v, %v\n", name, topic, at, ends, err)
		}
	}
	return b.String()
}
