package pagestest

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// keep writes a file for people into the folder of artefacts, named by its test.
func keep(t *testing.T, name string, content []byte) error {
	dir := cmp.Or(os.Getenv("MAILFATE_ARTEFACTS"), "out")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	test := strings.TrimPrefix(t.Name(), "TestPages/")
	return os.WriteFile(filepath.Join(dir, strings.ReplaceAll(test, "/", "-")+"-"+name), content, 0o644)
}

// quote writes a text as JavaScript does.
func quote(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string has JSON
	}
	return string(b)
}
