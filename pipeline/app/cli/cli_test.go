package cli_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mailfate/pipeline/app/cli"
)

// TestExitCodes tries what people type. None of it starts a server.
func TestExitCodes(t *testing.T) {
	dir := t.TempDir()
	wrong := write(t, filepath.Join(dir, "wrong.yaml"), []byte("dta: d\n"))
	right := write(t, filepath.Join(dir, "right.yaml"), []byte("data: d\n"))
	log := write(t, filepath.Join(dir, "mail.log"), []byte("2026-11-22T00:00:00+00:00 mx postfix/smtp[1]: connect to a.example[192.0.2.1]:25: Connection refused\n"))
	for _, c := range []struct {
		line string
		code int
		says string // on stdout or stderr
	}{
		{"", 0, "Usage:"},
		{"help", 0, "replay"},
		{"version", 0, "mailfate "},
		{"nonsense", 2, "nonsense"},
		{"replay --nonsense", 2, "nonsense"},
		{"replay", 2, "nothing to read"},
		{"replay --config " + wrong + " " + log, 2, "did you mean data"},
		{"replay --config " + filepath.Join(dir, "none.yaml") + " " + log, 2, "none.yaml"},
		{"replay --partitions -1 " + log, 2, "partitions"},
		{"replay " + filepath.Join(dir, "none.log"), 1, "none.log"},
		{"run postfix:" + log, 2, "data directory"},
		{"report", 2, "--data"},
		{"key add --account a --rate -1", 2, `--rate "-1" cannot be: want a whole number from 0; see`},
		{"key add --account a --rate 5000000000", 2, "want a whole number from 0, and not so large a one; see"},
		{"replay --year x " + log, 2, `--year "x" cannot be: want a whole number; see`},
		{"key add --account a\x00b", 2, `--account "a\x00b" cannot be`},
		{"key add --account a\x1b[31m", 2, `--account "a\x1b[31m" cannot be`},
		{"key add --account a\xff", 2, `--account "a\xff" cannot be`},
		{"key add --account a\u0080", 2, `--account "a\u0080" cannot be`},
		{"key add --help", 0, "0 is what is usual, 100"},
		{"schema a b", 2, "2 arguments; want [VIEW|TABLE]; see"},
		{"sql", 2, `0 arguments; want "SELECT …"; see`},
		{"report surplus", 2, "surplus"},
		{"parse", 2, "0 arguments; want [TYPE:]PATH…; see"},
		{"parse --count " + log, 0, `"lines": 1`},
		{"parse --shapes --count " + log, 2, "ask one"},
		{"parse --json " + log, 2, "--shapes"},
		{"parse --shapes " + log, 0, "0 of 1 lines not understood, 0 shapes"},
		{"check-config --config " + right, 0, "data: d"},
		{"check-config x.yaml", 2, `"x.yaml": mailfate check-config takes flags, and no arguments; see`},
		{"check-config --config " + wrong, 2, wrong + ":1"},
	} {
		t.Run(c.line, func(t *testing.T) {
			var out, errOut bytes.Buffer
			code := cli.Run(t.Context(), strings.Fields(c.line), &out, &errOut)
			if said := out.String() + errOut.String(); code != c.code || !strings.Contains(said, c.says) {
				t.Errorf("exit %d, want %d with %q:\n%s", code, c.code, c.says, said)
			}
		})
	}
}

// TestCheckConfigSaysOnceWhatIsWrong, of each thing that it tries.
func TestCheckConfigSaysOnceWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "c.yaml")
	for path, want := range map[string]string{
		"/none.log": "mailfate: sources: open " + dir + "/none.log: no such file; check the path\n",
		"/c.yaml":   "sources: ok\n",
	} {
		write(t, file, []byte("sources: [{type: postfix, paths: ["+dir+path+"]}]\n"))
		var out, errOut bytes.Buffer
		code := cli.Run(t.Context(), []string{"check-config", "--connect", "--config", file}, &out, &errOut)
		if errOut.String() != want || (code == 0) != strings.HasSuffix(want, "ok\n") {
			t.Errorf("exit %d, says %q, want %q", code, errOut.String(), want)
		}
	}
}

// TestCheckConfigReadsFiles of rules and keys when it is to try what is named.
func TestCheckConfigReadsFiles(t *testing.T) {
	dir := t.TempDir()
	file, rules := filepath.Join(dir, "c.yaml"), write(t, filepath.Join(dir, "rules.txt"), []byte("nonsense\n"))
	key := write(t, filepath.Join(dir, "id.key"), []byte(strings.Repeat("k", 32)))
	for text, want := range map[string]string{
		"classify: {rules: " + rules + "}":                           rules + ":1: ",
		"classify: {machines: " + dir + "/none.txt}":                 "classify.machines",
		"tracker: {keys: [{id: 1, key_file: " + dir + "/none.key}]}": "none.key",
		"id_keys: [{name: a, key_file: " + dir + "/none.key}]":       "none.key",
		"id_keys: [{name: a, key_file: " + key + "}]":                "sources: ok",
	} {
		write(t, file, []byte(text+"\n"))
		var out, errOut bytes.Buffer
		code := cli.Run(t.Context(), []string{"check-config", "--connect", "--config", file}, &out, &errOut)
		if (code == 0) != strings.HasSuffix(want, "ok") || !strings.Contains(errOut.String(), want) {
			t.Errorf("%s: exit %d, says %q, want %q", text, code, errOut.String(), want)
		}
	}
}

// TestTopicsNeedACluster asks for it before anything is started.
func TestTopicsNeedACluster(t *testing.T) {
	dir := t.TempDir()
	file := write(t, filepath.Join(dir, "c.yaml"), []byte("data: "+dir+"/d\nsources:\n- type: kumomta\n  paths: ['kafka:kumo']\n"))
	for line, want := range map[string]string{
		"check-config --config " + file:               file + ":4: sources[0].paths[0]: ",
		"check-config --connect --config " + file:     file + ":4: sources[0].paths[0]: ",
		"run --config " + file:                        file + ":4: sources[0].paths[0]: ",
		"replay --config " + file:                     file + ":4: sources[0].paths[0]: ",
		"run --data " + dir + "/d kumomta:kafka:kumo": "read kafka:kumo: ",
		"replay platform:kafka:kumo":                  "read kafka:kumo: ",
		"check-config --brokers h:1 --config " + file: "",
	} {
		var out, errOut bytes.Buffer
		code := cli.Run(t.Context(), strings.Fields(line), &out, &errOut)
		if said := errOut.String(); (code != 0) != (want != "") || !strings.Contains(said, want) || want != "" && (code != 2 || !strings.Contains(said, "--brokers")) {
			t.Errorf("%s: exit %d, says %q, want %q", line, code, said, want)
		}
	}
	if _, err := os.Stat(dir + "/d"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something was started: %v", err)
	}
}

// TestParsedIsPlatform reads what parse prints as platform lines: the same events.
func TestParsedIsPlatform(t *testing.T) {
	parse := func(path string) []string {
		t.Helper()
		var out, errOut bytes.Buffer
		if code := cli.Run(t.Context(), []string{"parse", path}, &out, &errOut); code != 0 {
			t.Fatalf("parse %s: exit %d\n%s", path, code, errOut.String())
		}
		return strings.Split(strings.TrimSpace(out.String()), "\n")
	}
	log, err := os.ReadFile(filepath.Join(recorded, "mail.log"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	first := parse("postfix:" + write(t, filepath.Join(dir, "mail.log"), log[:200_000]))
	again := parse("platform:" + write(t, filepath.Join(dir, "events"), []byte(strings.Join(first, "\n")+"\n")))
	if len(first) != len(again) || len(first) < 100 {
		t.Fatalf("%d events, read again %d", len(first), len(again))
	}
	id := func(line string) string {
		_, rest, _ := strings.Cut(line, `"event_id":"`)
		return rest[:16]
	}
	for i := range first {
		if id(first[i]) != id(again[i]) {
			t.Fatalf("event %d\n%s\nis read again as\n%s", i, first[i], again[i])
		}
	}
}
