package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func judgeHits(t *testing.T, in, config string) (all []fetcherLine) {
	t.Helper()
	var out bytes.Buffer
	e := &env{out: &out, err: &out, flags: flags{config: config}}
	if err := e.doClassify(strings.NewReader(in), true); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		var v fetcherLine
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		all = append(all, v)
	}
	return all
}

func TestClassifyHits(t *testing.T) {
	for line, want := range map[string]string{
		`{"agent":"Mozilla/5.0"}`:                                                            "apple.mpp",
		`{"agent":"Thunderbird"}`:                                                            "",
		`{"agent":"Thunderbird","command":"HEAD"}`:                                           "request.head",
		`{"kind":"clicked","client":"67.231.150.1"}`:                                         "proofpoint.network",
		`{"kind":"clicked","seconds_after_delivery":-1.9}`:                                   "delivery.click",
		`{"kind":"clicked","seconds_after_delivery":2}`:                                      "",
		`{"kind":"clicked","url":"/mailfate-honeypot"}`:                                      "link.honeypot",
		`{"kind":"clicked","links":3}`:                                                       "link.all-at-once",
		`{"kind":"clicked","client":"52.210.0.1","seconds_after_delivery":30}`:               "datacentre.unopened",
		`{"kind":"clicked","client":"52.210.0.1","seconds_after_delivery":30,"opened":true}`: "",
	} {
		if got := judgeHits(t, line, ""); len(got) != 1 || got[0].Rule != want || got[0].Machine != (want != "") || got[0].Error != "" {
			t.Errorf("%s: %+v, want %q", line, got, want)
		}
	}
	for line, want := range map[string]string{
		`{"kind":"delivered"}`: "kind is none", "x": "no object", "": "no object", `{"agent":1}`: "no object",
		`{"agent":"` + strings.Repeat("x", maxReplyLine) + `"}`: "longer than",
	} {
		if got := judgeHits(t, line+"\n", ""); len(got) != 1 || got[0].Machine || !strings.Contains(got[0].Error, want) {
			t.Errorf("%.40s: %+v, want %s", line, got, want)
		}
	}
}

// Files of rules and of networks that the configuration names are in force; what is
// wrong with them is an error of usage.
func TestClassifyMachinesFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	rules, nets := write("machines.txt", "[house] machine\nnetwork: house\n"), write("networks.txt", "192.0.2.0/24 house\n")
	config := write("c.yaml", "classify: {machines: "+rules+", networks: "+nets+"}\n")
	if got := judgeHits(t, `{"client":"192.0.2.7"}`, config); got[0].Rule != "house" {
		t.Errorf("%+v", got)
	}
	for file, text := range map[string]string{rules: "[house] nobody\n", nets: "192.0.2.7/24 house\n"} {
		was, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		write(filepath.Base(file), text)
		e := &env{flags: flags{config: config}}
		var usage usageError
		if err := e.doClassify(strings.NewReader(""), true); !errors.As(err, &usage) || !strings.Contains(err.Error(), file+":1: ") {
			t.Error(err)
		}
		write(filepath.Base(file), string(was))
	}
}
