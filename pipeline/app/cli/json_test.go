package cli_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"mailfate/pipeline/app/cli"
)

// evil is what a terminal would obey, or show as nothing.
const evil = "\u009b31m\u007f\u202egpj.exe\U000e0041"

func fitForTerminal(said string) bool {
	return !strings.ContainsFunc(said, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) })
}

// TestJSONIsFitForATerminal prints what a log, and a file's name, bring along that
// a terminal would obey.
func TestJSONIsFitForATerminal(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), evil+".ndjson"),
		[]byte(`{"time":"2026-11-22T03:25:18.710Z","event":"received","message_id":"m@a.example","recipient":"r@b.example","subject":"`+evil+"\"}\n"))
	for _, args := range [][]string{{"parse", "platform:" + path}, {"parse", "--count", "platform:" + path}} {
		var out, errOut bytes.Buffer
		if code := cli.Run(t.Context(), args, &out, &errOut); code != 0 {
			t.Fatalf("%v: exit %d\n%s", args, code, errOut.String())
		}
		if said := out.String() + errOut.String(); !fitForTerminal(said) {
			t.Errorf("%v prints what is not to be seen: %q", args, said)
		}
		var doc map[string]any
		if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		_, counted := doc["platform:"+path]
		if doc["subject"] != evil && !counted {
			t.Errorf("%v says something else: %s", args, out.String())
		}
	}
}
