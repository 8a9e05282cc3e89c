package sourcestest

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta/reply"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

// Golden compares what is read in each sample of a folder, line by line, with
// the golden file beside it. samples is a pattern of file names.
func (f *Format) Golden(t *testing.T, samples string) {
	names, err := filepath.Glob(samples)
	if err != nil || len(names) == 0 {
		t.Fatalf("no samples in %s: %v", samples, err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			log, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			Compare(t, strings.TrimSuffix(name, filepath.Ext(name))+".golden", f.describe(t, log))
		})
	}
}

// Compare compares what a golden file holds with what should be in it; with
// -rewrite it is written.
func Compare(t *testing.T, golden string, got []byte) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// checkCode wants the enhanced code that a reply begins with in its own field, for
// the reason of a bounce is read from there.
func checkCode(t *testing.T, e *schemas.Event) {
	words := e.Reply
	if len(words) > 4 && reply.Code(words) != 0 {
		words = words[4:]
	}
	if code := reply.Enhanced(words); code != "" && e.Enhanced == "" {
		t.Errorf("Enhanced is empty, but the reply of %s %s has %s: %q", e.Kind, e.MessageID, code, e.Reply)
	}
}

// describe says for each line what it was good for, and its events.
func (f *Format) describe(t *testing.T, log []byte) []byte {
	var out bytes.Buffer
	p := f.New()
	n := 0
	for line := range bytes.Lines(log) {
		n++
		var events []string
		r := p.Line(sources.Line{Data: bytes.TrimSuffix(line, []byte{'\n'})}, func(e *schemas.Event) {
			checkEvent(t, e)
			checkCode(t, e)
			events = append(events, "\t"+describeEvent(e)+"\n")
		})
		outcome := [...]string{"events", "context", "ignored", "unparsed"}[r.Outcome]
		fmt.Fprintf(&out, "%d %s %s\n", n, outcome, r.Rule)
		for _, e := range events {
			out.WriteString(e)
		}
	}
	if p, ok := p.(interface{ Provisional() int }); ok {
		fmt.Fprintf(&out, "provisional %d, ", p.Provisional())
	}
	fmt.Fprintf(&out, "time %s\n", time.UnixMilli(p.Time()).UTC().Format(time.RFC3339Nano))
	return bytes.ReplaceAll(out.Bytes(), []byte(" \n"), []byte("\n"))
}

// describeEvent lists an event's fields that say something.
func describeEvent(e *schemas.Event) string {
	var b strings.Builder
	b.WriteString(time.UnixMilli(e.Time).UTC().Format("2006-01-02T15:04:05.000Z"))
	v := reflect.ValueOf(*e)
	for i := range v.NumField() {
		f, name := v.Field(i), v.Type().Field(i).Name
		if f.IsZero() || name == "Time" || name == "Source" {
			continue
		}
		switch x := f.Interface().(type) {
		case schemas.Identity:
			fmt.Fprintf(&b, " Account=%q MessageID=%q Recipient=%q", x.Account, x.MessageID, x.Recipient)
		case string:
			fmt.Fprintf(&b, " %s=%q", name, x)
		default:
			fmt.Fprintf(&b, " %s=%v", name, x)
		}
	}
	return b.String()
}
