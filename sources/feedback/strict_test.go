package feedback

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-message"
	"github.com/google/go-cmp/cmp"
)

// TestStrictReader holds that a strict reader of MIME finds the same parts in the
// mails of real programs, which are well-formed.
func TestStrictReader(t *testing.T) {
	paths, err := filepath.Glob("testdata/recorded/*.eml")
	if err != nil || len(paths) < 50 {
		t.Fatalf("%d recorded mails: %v", len(paths), err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		e, err := message.Read(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		p, err := openPart(data, false)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strictParts(t, e), ourParts(t, &p)); diff != "" {
			t.Errorf("%s (-strict +ours):\n%s", path, diff)
		}
	}
}

func strictParts(t *testing.T, e *message.Entity) (parts []string) {
	t.Helper()
	r := e.MultipartReader()
	if r == nil {
		mediaType, _, _ := e.Header.ContentType() // what is none is text, as to us
		body, err := io.ReadAll(e.Body)
		if err != nil {
			t.Fatal(err)
		}
		return []string{mediaType + " " + normal(body)}
	}
	for {
		child, err := r.NextPart()
		if err == io.EOF { //nolint:errorlint // as its documentation has it
			return parts
		}
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, strictParts(t, child)...)
	}
}

func ourParts(t *testing.T, p *part) (parts []string) {
	t.Helper()
	if !p.isMultipart() {
		text, _ := p.decoded()
		return []string{p.mediaType + " " + normal(text)}
	}
	if _, err := p.eachPart(func(data []byte, cut bool) error {
		child, err := openPart(data, cut)
		parts = append(parts, ourParts(t, &child)...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return parts
}

// normal leaves line ends out of it: the last one before a boundary is its, which
// makes no difference to us.
func normal(b []byte) string {
	return strings.TrimRight(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n")
}
