package sendmail

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mailfate/schemas"
	"mailfate/sources/mta/stamp"
	"mailfate/sources/mta/syslog"
)

// TestTransportsChangeNothing reads the recording by each way that syslog's lines
// come: the events are the same, down to their ids where the stamp is.
func TestTransportsChangeNothing(t *testing.T) {
	log, err := os.ReadFile(recordings + "default.log")
	if err != nil {
		t.Fatal(err)
	}
	const iso = "2006-01-02T15:04:05.000000Z07:00"
	ways := map[string]func(at time.Time, l *syslog.Line, line []byte) string{
		"file": func(at time.Time, l *syslog.Line, _ []byte) string { return at.Format(iso) + string(l.Rest) },
		"RFC 5424": func(at time.Time, l *syslog.Line, _ []byte) string {
			return fmt.Sprintf("<22>1 %s %s %s %d - - %s", at.Format(iso), l.Host, l.Tag, l.PID, l.Text)
		},
		"octets": func(at time.Time, l *syslog.Line, _ []byte) string {
			s := fmt.Sprintf(`<22>1 %s %s %s %d - [x@1 y="\"]"] %s`, at.Format(iso), l.Host, l.Tag, l.PID, l.Text)
			return strconv.Itoa(len(s)) + " " + s
		},
		"RFC 3164": func(_ time.Time, _ *syslog.Line, line []byte) string { return "<22>" + string(line) },
		"journal": func(at time.Time, l *syslog.Line, _ []byte) string {
			entry, err := json.Marshal(map[string]any{
				"__REALTIME_TIMESTAMP": strconv.FormatInt(at.UnixMicro(), 10), "_HOSTNAME": string(l.Host), "SYSLOG_IDENTIFIER": string(l.Tag),
				"SYSLOG_PID": strconv.FormatInt(l.PID, 10), "MESSAGE": string(l.Text), "_PID": "1", "PRIORITY": "6",
			})
			if err != nil {
				t.Fatal(err)
			}
			return string(entry)
		},
	}
	read := func(way func(time.Time, *syslog.Line, []byte) string) []schemas.Event {
		var out bytes.Buffer
		clock := stamp.New(stamp.Options{Reference: testOptions().Reference})
		for line := range bytes.Lines(log) {
			line = bytes.TrimSuffix(line, []byte{'\n'})
			var l syslog.Line
			if !l.Split(&clock, line) {
				t.Fatalf("no line: %s", line)
			}
			out.WriteString(way(time.UnixMilli(l.Time).UTC(), &l, line) + "\n")
		}
		if !Recognises(out.Bytes()[:4096]) {
			t.Errorf("not recognised: %.200s", out.Bytes())
		}
		return format.Read(t, New(testOptions()), out.Bytes(), 0).Events
	}
	want := read(ways["file"])
	for name, way := range ways {
		ignore := cmpopts.IgnoreFields(schemas.Event{}, "Offset")
		if name == "RFC 3164" || name == "journal" { // they have other stamps
			ignore = cmpopts.IgnoreFields(schemas.Event{}, "Offset", "ID", "MessageID")
		}
		if d := cmp.Diff(want, read(way), ignore); d != "" {
			t.Errorf("%s: (-file +it)\n%.2000s", name, d)
		}
	}
}
