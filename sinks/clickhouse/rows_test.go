package clickhouse

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"mailfate/pipeline/classify"
	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
	"mailfate/sinks/intake"
)

var rewrite = flag.Bool("rewrite", false, "write golden files anew")

// dump writes waiting rows, one per paragraph, without what is empty.
func dump(b *batch) string {
	var out strings.Builder
	for _, t := range b.tables {
		for i := range t.rows() {
			fmt.Fprintf(&out, "%s\n", t.name)
			for j, c := range t.columns {
				if v := cell(c, i); v != "" {
					fmt.Fprintf(&out, "  %s %s\n", t.names[j], v)
				}
			}
		}
	}
	return out.String()
}

func cell(c column, i int) string {
	if t, ok := c.(*when); ok {
		return time.UnixMilli(t.list[i]).UTC().Format(time.RFC3339)
	}
	v := reflect.ValueOf(c.values(i, i+1)).Index(0)
	switch {
	case v.Kind() == reflect.Pointer && v.IsNil():
		return ""
	case v.Kind() == reflect.Pointer:
		return time.UnixMilli(v.Elem().Int()).UTC().Format(time.RFC3339)
	case v.Kind() == reflect.Interface:
		v = v.Elem()
	}
	if v.IsZero() {
		return ""
	}
	return fmt.Sprint(v.Interface())
}

func TestRowsGolden(t *testing.T) {
	for _, whole := range []bool{false, true} {
		t.Run(fmt.Sprintf("whole=%v", whole), func(t *testing.T) {
			b := newBatch(nil, classify.Default())
			for _, r := range statusRecords(t, 0, samples(t)...) {
				if err := b.Add(schemas.TopicStatus, r, whole); err != nil {
					t.Fatal(err)
				}
			}
			path := "testdata/fresh.golden"
			if whole {
				path = "testdata/whole.golden"
			}
			golden(t, path, dump(b))
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (run with -rewrite and look at the difference); got:\n%s", path, got)
	}
}

func TestRecordsWithoutRows(t *testing.T) {
	clock, err := schemas.NewEncoder().Clock(schemas.Clock{Stream: "s", Time: day})
	if err != nil {
		t.Fatal(err)
	}
	key := schemas.Identity{MessageID: "m", Recipient: "r"}.AppendKey(nil)
	b := newBatch(nil, classify.Default())
	for name, c := range map[string]struct {
		topic string
		rec   kafkalog.Record
	}{
		"tombstone":          {schemas.TopicStatus, kafkalog.Record{Key: key}},
		"bookkeeping":        {schemas.TopicStatus, kafkalog.Record{Key: []byte{0, 1}, Value: []byte("x")}},
		"clock":              {schemas.TopicEvents, kafkalog.Record{Value: clock}},
		"unparsed tombstone": {schemas.TopicUnparsed, kafkalog.Record{Key: []byte("k")}},
	} {
		if err := b.Add(c.topic, c.rec, true); err != nil || b.Rows() != 0 {
			t.Errorf("%s: %v, %d rows", name, err, b.Rows())
		}
	}
}

func TestUnreadableRecords(t *testing.T) {
	key := schemas.Identity{MessageID: "m", Recipient: "r"}.AppendKey(nil)
	b := newBatch(nil, classify.Default())
	for name, c := range map[string]struct {
		topic string
		rec   kafkalog.Record
		skip  bool
	}{
		"event":    {schemas.TopicEvents, kafkalog.Record{Value: []byte("\xff\xff")}, true},
		"unparsed": {schemas.TopicUnparsed, kafkalog.Record{Value: []byte{99}}, true},
		"shape":    {schemas.TopicUnparsed, kafkalog.Record{Value: []byte{1, 0xc1}}, true},
		"snapshot": {schemas.TopicStatus, kafkalog.Record{Key: key, Value: []byte{99}}, false},
		"key":      {schemas.TopicStatus, kafkalog.Record{Key: []byte{200}, Value: []byte{1, 0x80}}, false},
		"topic":    {"mail.other", kafkalog.Record{}, false},
	} {
		err := b.Add(c.topic, c.rec, true)
		if err == nil || errors.Is(err, intake.ErrSkip) != c.skip || b.Rows() != 0 {
			t.Errorf("%s: %v, %d rows", name, err, b.Rows())
		}
	}
}

func TestCompactionLagIsTheTopics(t *testing.T) {
	if got := compactionLag(); got != 24*time.Hour {
		t.Errorf("got %v", got)
	}
}

// Every column of every insert is there in the schema.
func TestColumnsExist(t *testing.T) {
	db := migrated(t)
	for _, tab := range append(newBatch(db, classify.Default()).tables, &newAccountRows().table, &newMeaningRows().table) {
		var columns []struct {
			Name    string `ch:"name"`
			Default string `ch:"default_expression"`
		}
		err := db.conn.Select(t.Context(), &columns, `SELECT name, default_expression FROM system.columns
			WHERE database = currentDatabase() AND table = ? ORDER BY position`, tab.name)
		if err != nil {
			t.Fatal(err)
		}
		have := map[string]bool{}
		for _, c := range columns {
			have[c.Name] = true
			computed := strings.Contains(c.Default, "(")
			if !computed && !slices.Contains(tab.names, c.Name) {
				t.Errorf("%s.%s is in the schema and never inserted", tab.name, c.Name)
			}
		}
		for _, n := range tab.names {
			if !have[n] {
				t.Errorf("%s.%s is inserted and not in the schema", tab.name, n)
			}
		}
	}
}
