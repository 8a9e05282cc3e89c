package syslog

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mailfate/sources/mta/stamp"
)

func TestTransports(t *testing.T) {
	const text = "3F2A1C0DE1: to=<a@b.test>, status=sent"
	const file = "2026-11-22T06:42:58.123456+00:00 mx1 postfix/smtp[123]: " + text
	structured := "<22>1 2026-11-22T06:42:58.123456+00:00 mx1 postfix/smtp 123 "
	for name, line := range map[string]string{
		"file":                 file,
		"priority":             "<22>" + file,
		"zeros":                "\x00\x00" + file + "\r",
		"RFC 5424":             structured + "- - " + text,
		"with a mark":          structured + "- - \xef\xbb\xbf" + text,
		"with data":            structured + `ID1 [a@1 x="]\"\\"][b y="z"] ` + text,
		"octets":               fmt.Sprintf("%d %s- - %s", len(structured+"- - "+text), structured, text),
		"octets with its end":  fmt.Sprintf("%d %s- - %s", len(structured+"- - "+text)+1, structured, text),
		"octets and old style": fmt.Sprintf("%d <22>%s", len("<22>"+file), file),
	} {
		var l Line
		clock := stamp.New(stamp.Options{})
		if !l.Split(&clock, []byte(line)) {
			t.Errorf("%s: no line: %q", name, line)
			continue
		}
		if string(l.Host) != "mx1" || string(l.Tag) != "postfix/smtp" || l.PID != 123 || string(l.Text) != text ||
			string(l.Stamp)+string(l.Rest) != file || time.UnixMilli(l.Time).UTC().Format("05.000") != "58.123" {
			t.Errorf("%s: %s %s %d %q, stamp %q rest %q", name, l.Host, l.Tag, l.PID, l.Text, l.Stamp, l.Rest)
		}
	}
}

func TestJournal(t *testing.T) {
	for _, message := range []string{`"a \"b\" é"`, `[97,32,34,98,34,32,195,169]`} {
		line := `{"PRIORITY":"6","_PID":"7","MESSAGE":` + message + `,"__REALTIME_TIMESTAMP":"1795329778123456","_HOSTNAME":"mx1","SYSLOG_IDENTIFIER":"sm-mta","SYSLOG_PID":"54"}`
		var l Line
		clock := stamp.New(stamp.Options{})
		if !l.Split(&clock, []byte(line)) {
			t.Fatalf("no line: %s", line)
		}
		if string(l.Rest) != ` mx1 sm-mta[54]: a "b" é` || l.Time != 1795329778123 || l.PID != 54 || string(l.Stamp) != "1795329778123456" {
			t.Errorf("%s: rest %q, time %d, pid %d, stamp %q", message, l.Rest, l.Time, l.PID, l.Stamp)
		}
	}
}

func TestNoLines(t *testing.T) {
	const object = `{"MESSAGE":%s,"__REALTIME_TIMESTAMP":%s,"_HOSTNAME":%s,"SYSLOG_IDENTIFIER":"x"}`
	for _, line := range []string{
		"", "\x00", "<", "<>", "<22", "<22>", "<2222>Nov 22 06:42:58 mx1 x: y", "<22>1 ", "<22>1 - mx1 x 1 - - y",
		"<22>1 2026-11-22T06:42:58Z mx1 x 1 -", "<22>1 2026-11-22T06:42:58Z mx1 x 1 - [a", "<22>1 2026-11-22T06:42:58Z mx1 x 1 - [a]b",
		"<22>1 2026-11-22T06:42:58Z mx1 x 1 - " + strings.Repeat("[a]", maxElements+1) + " y",
		"5 <22>Nov 22 06:42:58 mx1 x: y", "500 <22>Nov 22 06:42:58 mx1 x: y",
		"{", "{}", `{"MESSAGE":"x"}`, fmt.Sprintf(object, `null`, `"1"`, `"h"`), fmt.Sprintf(object, `[256]`, `"1"`, `"h"`),
		fmt.Sprintf(object, `["a"]`, `"1"`, `"h"`), fmt.Sprintf(object, `"m"`, `"1x"`, `"h"`), fmt.Sprintf(object, `"m"`, `"1"`, `""`),
	} {
		var l Line
		clock := stamp.New(stamp.Options{})
		if l.Split(&clock, []byte(line)) {
			t.Errorf("%q is a line: %q", line, l.Rest)
		}
	}
}

func TestSplitDoesNotAllocate(t *testing.T) {
	for _, line := range []string{
		"<22>1 2026-11-22T06:42:58.123456+00:00 mx1 postfix/smtp 123 - - text",
		`{"MESSAGE":"text","__REALTIME_TIMESTAMP":"1795329778123456","_HOSTNAME":"mx1","SYSLOG_IDENTIFIER":"x","SYSLOG_PID":"1"}`,
	} {
		var l Line
		clock := stamp.New(stamp.Options{})
		if n := testing.AllocsPerRun(100, func() { l.Split(&clock, []byte(line)) }); n > 1 { // one is the test's
			t.Errorf("%v allocations: %s", n, line)
		}
	}
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{
		"Nov 22 06:42:58 mx1 x[1]: y", "<22>Nov 22 06:42:58 mx1 x[1]: y", `<22>1 2026-11-22T06:42:58Z mx1 x 1 - [a b="\]"] y`, "26 <22>Nov 22 06:42:58 a b: c",
		`{"MESSAGE":[1,2],"__REALTIME_TIMESTAMP":"1795329778123456","_HOSTNAME":"mx1","SYSLOG_IDENTIFIER":"x","SYSLOG_PID":"1"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var l Line
		clock := stamp.New(stamp.Options{})
		if !l.Split(&clock, line) {
			return
		}
		switch {
		case len(l.Stamp) == 0 || len(l.Host) == 0 || len(l.Host) > maxHost || len(l.Tag) > maxTag || l.PID < 0:
			t.Errorf("%+v of %q", l, line)
		case !strings.HasPrefix(string(l.Rest), " "+string(l.Host)+" ") || !strings.HasSuffix(string(l.Rest), string(l.Text)):
			t.Errorf("rest %q, host %q, text %q", l.Rest, l.Host, l.Text)
		}
	})
}
