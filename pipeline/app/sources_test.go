package app

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"mailfate/schemas"
)

// TestWhoFollowsALogFollowsItsRotations names a log by its plain path.
func TestWhoFollowsALogFollowsItsRotations(t *testing.T) {
	rotation := []string{ // oldest first
		"mail.log-20261030.xz", "mail.log-20261031.zst", "mail.log-20261101.gz", "mail.log-20261102",
		"mail.log.2.gz", "mail.log.1", "mail.log",
	}
	for name, c := range map[string]struct {
		find   Finder
		absent bool
		want   []string
	}{
		"followed":                   {FindToFollow, false, rotation},
		"followed, just rotated":     {FindToFollow, true, rotation[:6]},
		"replayed, just what it was": {Find, false, rotation[6:]},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for _, file := range append([]string{"mail.log.bak.txt", "mail.logger", "mail.log~", "mail.log.old", ".mail.log.1", "xmail.log.1"}, rotation...) {
				if err := os.WriteFile(filepath.Join(dir, file), []byte("a line\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if c.absent {
				if err := os.Remove(filepath.Join(dir, "mail.log")); err != nil {
					t.Fatal(err)
				}
			}
			found, err := c.find(Argument{schemas.SourcePostfix, filepath.Join(dir, "mail.log")}, func(schemas.SourceType, string) Settings { return Settings{} })
			if err != nil || len(found) != 1 {
				t.Fatalf("sources: %v, %v", found, err)
			}
			var got []string
			for _, f := range found[0].Set.Files {
				got = append(got, filepath.Base(f.Path))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("files %q, want %q", got, c.want)
			}
		})
	}
}

func TestStandardInputSaysWhatItIs(t *testing.T) {
	settings := func(schemas.SourceType, string) Settings { return Settings{} }
	for _, find := range []Finder{Find, FindToFollow} {
		found, err := find(ParseArgument("sendmail:-"), settings)
		if err != nil || len(found) != 1 || found[0].Name() != "sendmail:-" {
			t.Errorf("found %+v: %v", found, err)
		}
		for _, arg := range []string{"-", "arf:-"} {
			if _, err := find(ParseArgument(arg), settings); err == nil {
				t.Errorf("%s was taken", arg)
			}
		}
	}
}
