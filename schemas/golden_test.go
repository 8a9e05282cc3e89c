package schemas

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files of today's format version anew")

// A form is a kind of value that is stored: how its bytes are read, rendered
// for a person, and written again.
type form struct {
	read  func(d *Decoder, value []byte) (any, error)
	write func(e *Encoder, v any) ([]byte, error)
}

var forms = map[string]form{
	"event": {
		func(d *Decoder, b []byte) (any, error) {
			var ev Event
			_, isControl, err := d.Record(b, &ev)
			if isControl {
				err = fmt.Errorf("not read as an event: %w", ErrFormat)
			}
			return ev, err
		},
		func(e *Encoder, v any) ([]byte, error) { ev := v.(Event); return e.Event(&ev) },
	},
	"clock": {
		func(d *Decoder, b []byte) (any, error) {
			c, isControl, err := d.Record(b, &Event{})
			if !isControl || c.Refold.ID != 0 {
				err = fmt.Errorf("not read as a clock: %w", ErrFormat)
			}
			return c.Clock, err
		},
		func(e *Encoder, v any) ([]byte, error) { return e.Clock(v.(Clock)) },
	},
	"refold": {
		func(d *Decoder, b []byte) (any, error) {
			c, isControl, err := d.Record(b, &Event{})
			if !isControl || c.Refold.ID == 0 {
				err = fmt.Errorf("not read as an order: %w", ErrFormat)
			}
			return c.Refold, err
		},
		func(e *Encoder, v any) ([]byte, error) { return e.Refold(v.(Refold)) },
	},
	"snapshot": {
		func(d *Decoder, b []byte) (any, error) {
			var s Snapshot
			err := d.Snapshot(b, &s)
			return s, err
		},
		func(e *Encoder, v any) ([]byte, error) { s := v.(Snapshot); return e.Snapshot(&s) },
	},
	"bookmark": {
		func(d *Decoder, b []byte) (any, error) { return d.Bookmark(b) },
		func(e *Encoder, v any) ([]byte, error) { return e.Bookmark(v.(Bookmark)) },
	},
	"refolding": {
		func(d *Decoder, b []byte) (any, error) { return d.Refolding(b) },
		func(e *Encoder, v any) ([]byte, error) { return e.Refolding(v.(Refolding)) },
	},
	"dead": {
		func(d *Decoder, b []byte) (any, error) { return d.DeadLetter(b) },
		func(e *Encoder, v any) ([]byte, error) { l := v.(DeadLetter); return e.DeadLetter(&l) },
	},
	"unparsed": {
		func(d *Decoder, b []byte) (any, error) { return d.Unparsed(b) },
		func(e *Encoder, v any) ([]byte, error) { u := v.(Unparsed); return e.Unparsed(&u) },
	},
	"time": {
		func(d *Decoder, b []byte) (any, error) { return d.Time(b) },
		func(e *Encoder, v any) ([]byte, error) { return e.Time(v.(int64)) },
	},
	"text": {
		func(d *Decoder, b []byte) (any, error) { return d.Text(b) },
		func(e *Encoder, v any) ([]byte, error) { return e.Text(v.(string)) },
	},
}

// formOf returns the form that a golden file's name begins with.
func formOf(t *testing.T, name string) form {
	t.Helper()
	word, _, _ := strings.Cut(name, "_")
	f, ok := forms[word]
	if !ok {
		t.Fatalf("no form %q", word)
	}
	return f
}

// samples are what today's encoder is held to. A sample whose bytes change
// within a format version gets a new name, and its old file stays.
func samples() map[string]any {
	return map[string]any{
		"event_whole":     sampleEvent(),
		"event_matched":   sampleMatched(),
		"event_small":     Event{ID: 1, Kind: Queued, Identity: Identity{MessageID: "m"}},
		"event_old":       Event{ID: 1, Kind: Read, Time: -86_400_000, Offset: -1, Identity: Identity{MessageID: "m", Recipient: "m"}},
		"clock":           Clock{Stream: "postfix:mx1", Time: sampleTime},
		"clock_zero":      Clock{},
		"snapshot_five":   sampleTypical(),
		"snapshot_large":  sampleLarge(),
		"snapshot_agents": sampleAgents(),
		"snapshot_own":    sampleOwn(),
		"snapshot_rules":  sampleRules(),
		"snapshot_empty":  Snapshot{},
		"bookmark_rules":  Bookmark{Input: 1 << 40, Nonce: 1<<64 - 1, Rules: 0x0123456789abcdef},
		"refold":          Refold{ID: sampleTime * 1000},
		"refolding":       Refolding{ID: sampleTime * 1000, Rules: 1<<64 - 1, Behind: "\x01m\x01r", Looked: 1 << 33, Changed: 1},
		"refolding_done":  Refolding{ID: 1, Looked: 300, Done: true},
		"dead":            sampleDead(),
		"dead_empty":      DeadLetter{},
		"dead_event":      sampleDeadEvent(),
		"dead_retried":    DeadLetter{Reason: DeadRetried, Topic: TopicDead, Partition: 2, Offset: 41},
		"unparsed":        unparsedSample(),
		"time":            int64(sampleTime),
		"time_negative":   int64(-1) << 62,
		"text":            "reader@example.net",
		"text_bytes":      "\xff\x00",
	}
}

func TestTodaysEncoderWritesGoldenFiles(t *testing.T) {
	dir := fmt.Sprintf("testdata/v%d", FormatVersion)
	e := NewEncoder()
	for name, v := range samples() {
		t.Run(name, func(t *testing.T) {
			value, err := formOf(t, name).write(e, v)
			if err != nil {
				t.Fatal(err)
			}
			if *rewrite {
				writeGolden(t, filepath.Join(dir, name), value, render(v))
			}
			if want := readGolden(t, filepath.Join(dir, name+".golden")); !bytes.Equal(value, want) {
				n := 0
				for n < min(len(value), len(want)) && value[n] == want[n] {
					n++
				}
				t.Errorf("from byte %d on encoded as %x…, want %x…", n, value[n:min(len(value), n+40)], want[n:min(len(want), n+40)])
			}
		})
	}
}

// Every golden file of every version is read, by one decoder after the other.
func TestTodaysDecoderReadsGoldenFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/v*/*.golden")
	if err != nil || len(files) < len(samples()) {
		t.Fatalf("%d golden files, want %d at least (%v)", len(files), len(samples()), err)
	}
	d := NewDecoder()
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			value := readGolden(t, file)
			v, err := formOf(t, strings.TrimSuffix(filepath.Base(file), ".golden")).read(d, value)
			if err != nil {
				t.Fatal(err)
			}
			clear(value) // what was read is the reader's own
			want, err := os.ReadFile(strings.TrimSuffix(file, ".golden") + ".txt")
			if err != nil {
				t.Fatal(err)
			}
			if got := render(v); got != string(want) {
				t.Errorf("read as\n%swant\n%s", got, want)
			}
		})
	}
}

// What a value begins with is cut, or has another version: never read.
func TestGoldenFilesCutShort(t *testing.T) {
	d := NewDecoder()
	for name := range samples() {
		value := readGolden(t, fmt.Sprintf("testdata/v%d/%s.golden", FormatVersion, name))
		read := formOf(t, name).read
		for n := 0; n < len(value); n += 1 + len(value)/512 {
			if _, err := read(d, value[:n]); err == nil {
				t.Errorf("%s: the first %d of %d bytes are read", name, n, len(value))
			}
		}
		if _, err := read(d, append([]byte{FormatVersion + 1}, value[1:]...)); err == nil {
			t.Errorf("%s: a later version is read", name)
		}
	}
}

func readGolden(t testing.TB, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	value, err := hex.DecodeString(strings.Join(strings.Fields(string(text)), ""))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return value
}

func writeGolden(t *testing.T, path string, value []byte, text string) {
	t.Helper()
	var b strings.Builder
	for len(value) > 0 {
		n := min(len(value), 32)
		fmt.Fprintf(&b, "%x\n", value[:n])
		value = value[n:]
	}
	for file, contents := range map[string]string{path + ".golden": b.String(), path + ".txt": text} {
		if err := os.WriteFile(file, []byte(contents), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
