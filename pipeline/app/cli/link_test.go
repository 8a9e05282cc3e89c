package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mailfate/pipeline/app/cli"
)

// trackerConfig writes a configuration with a key, and more in the section tracker.
func trackerConfig(t *testing.T, more string) string {
	t.Helper()
	dir := t.TempDir()
	key, config := filepath.Join(dir, "key"), filepath.Join(dir, "mailfate.yaml")
	for path, content := range map[string]string{
		key:    strings.Repeat("k", 32) + "\n",
		config: "tracker:\n  url: https://click.shop.example\n  keys: [{id: 1, key_file: " + key + "}]\n" + more,
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return config
}

func TestLink(t *testing.T) {
	config := trackerConfig(t, "")
	page := filepath.Join(t.TempDir(), "mail.html")
	if err := os.WriteFile(page, []byte(`<a href="https://a.example/">x</a></body>`), 0o600); err != nil {
		t.Fatal(err)
	}
	base := []string{"link", "--config", config, "--message-id", "m@shop.example", "--recipient", "a@b.example"}
	for line, want := range map[string]string{
		"pixel":                       "https://click.shop.example/t/",
		"click https://a.example/":    "https://click.shop.example/t/",
		"unsubscribe":                 "https://click.shop.example/t/",
		"headers":                     "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
		"html " + page:                `<a href="https://click.shop.example/t/`,
		"html --no-pixel " + page:     `">x</a></body>`,
		"click":                       "",
		"click javascript:alert(1)":   "",
		"pixel x":                     "",
		"nothing":                     "",
		"html /no/such/file":          "",
		"pixel --message-id= ":        "",
		"pixel --config " + page:      "",
		"pixel --recipient a@b\x01c ": "",
	} {
		var out, errOut bytes.Buffer
		code := cli.Run(t.Context(), append(base[:len(base):len(base)], strings.Fields(line)...), &out, &errOut)
		if (code == 0) != (want != "") || !strings.Contains(out.String(), want) || (code != 0) != (errOut.Len() > 0) {
			t.Errorf("%s: exit %d: %s%s", line, code, out.String(), errOut.String())
		}
		if strings.Contains(errOut.String(), "kkkk") {
			t.Errorf("%s tells the key", line)
		}
	}
}

// What an account has not tracked is made, and warned of.
func TestLinkWarnsOfWhatIsNotTracked(t *testing.T) {
	config := trackerConfig(t, "accounts:\n- {name: quiet, domains: [quiet.example], open_tracking: false, click_tracking: false}\n- {name: half, open_tracking: false}\n")
	page := filepath.Join(t.TempDir(), "mail.html")
	if err := os.WriteFile(page, []byte(`<a href="https://a.example/">x</a></body>`), 0o600); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string][2]bool{ // of opens, of clicks
		"m@quiet.example pixel":                          {true, false},
		"m@quiet.example click https://a.example/":       {false, true},
		"m@quiet.example unsubscribe":                    {false, false},
		"m@quiet.example headers":                        {false, false},
		"m@quiet.example html " + page:                   {true, true},
		"m@quiet.example html --no-pixel " + page:        {false, true},
		"m@shop.example html " + page:                    {false, false},
		"m@shop.example html --account half " + page:     {true, false},
		"m@quiet.example html --account other " + page:   {false, false},
		"<m@quiet.example> html --account quiet " + page: {true, true},
	} {
		var out, errOut bytes.Buffer
		args := append([]string{"link", "--config", config, "--recipient", "a@b.example", "--message-id"}, strings.Fields(line)...)
		code := cli.Run(t.Context(), args, &out, &errOut)
		opens, clicks := strings.Contains(errOut.String(), "open_tracking off"), strings.Contains(errOut.String(), "click_tracking off")
		if code != 0 || out.Len() == 0 || [2]bool{opens, clicks} != want {
			t.Errorf("%s: exit %d, says %q", line, code, errOut.String())
		}
	}
}
