package cli_test

import (
	"bytes"
	"strings"
	"testing"

	"mailfate/pipeline/app/cli"
)

// A format that would be ignored is refused, and one that is no format is not.
func TestSQLKnowsNoFormat(t *testing.T) {
	for query, refused := range map[string]bool{
		"SELECT 1 FORMAT JSON":      true,
		"SELECT 1\nformat Vertical": true,
		"SELECT 1 FORMAT CSV ; ":    true,
		"SELECT 'a FORMAT b'":       false,
		"SELECT format('{}', 1)":    false,
	} {
		var out, errOut bytes.Buffer
		code := cli.Run(t.Context(), []string{"sql", "--data", t.TempDir() + "/none", query}, &out, &errOut)
		if got := code == 2 && strings.Contains(errOut.String(), "knows no FORMAT"); got != refused {
			t.Errorf("%q: exit %d: %s", query, code, errOut.String())
		}
	}
}
