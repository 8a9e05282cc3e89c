package feedback

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailfate/schemas"
	"mailfate/sources"
)

// TestMatched counts how the events of the samples are tied to messages.
func TestMatched(t *testing.T) {
	folders := map[string]map[string]int{}
	for path, mail := range corpus(t) {
		folder := filepath.Base(filepath.Dir(path))
		if folders[folder] == nil {
			folders[folder] = map[string]int{}
		}
		evs, _ := parse(New(options(t)), mail)
		for i := range evs {
			by := evs[i].Match.String()
			if by == "" {
				by = "nothing"
			}
			folders[folder][by+" ("+evs[i].Confidence.String()+")"]++
		}
	}
	total := map[string]int{}
	for _, counts := range folders {
		for how, n := range counts {
			total[how] += n
		}
	}
	hows := slices.Sorted(maps.Keys(total))
	var out bytes.Buffer
	fmt.Fprintf(&out, "How the events of the samples are tied to messages, by folder: counted by\nTestMatched, written with -rewrite.\n\n| samples | %s |\n|---|%s\n", strings.Join(hows, " | "), strings.Repeat("--:|", len(hows)))
	row := func(name string, counts map[string]int) {
		fmt.Fprintf(&out, "| %s |", name)
		for _, how := range hows {
			fmt.Fprintf(&out, " %d |", counts[how])
		}
		out.WriteByte('\n')
	}
	for _, folder := range slices.Sorted(maps.Keys(folders)) {
		row(strings.Replace(folder, "testdata", ".", 1), folders[folder])
	}
	row("all", total)
	sameFile(t, "testdata/MATCHED.md", out.Bytes())
}

// sameFile holds a text against a file's, or writes it there.
func sameFile(t *testing.T, file string, got []byte) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", file, diff)
	}
}

// TestUnread holds what UNREAD.md says: of each kind of mail that it names there is
// a sample, and of none is a bounce or a complaint read. Whoever learns to read one
// takes it out of there.
func TestUnread(t *testing.T) {
	text, err := os.ReadFile("testdata/UNREAD.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range unread(t) {
		mail, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		evs, res := parse(New(options(t)), mail)
		for i := range evs {
			if evs[i].Kind != schemas.OtherReport {
				t.Errorf("%s: %s is read of it", path, evs[i].Kind)
			}
		}
		if name := filepath.Base(path); !bytes.Contains(text, []byte("`"+name+"`")) {
			t.Errorf("%s is not in UNREAD.md", path)
		}
		if res.Outcome == sources.Events && evs[0].Reply == "" {
			t.Errorf("%s: nothing of its words is kept", path)
		}
	}
	if named, have := bytes.Count(text, []byte(".eml`")), len(unread(t)); named != have {
		t.Errorf("UNREAD.md names %d samples, there are %d", named, have)
	}
}

func unread(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/unread/*.eml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	return paths
}
