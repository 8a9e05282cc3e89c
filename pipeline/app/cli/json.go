package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"mailfate/sinks/terminal"
)

// printJSON prints a document for programs, which people read too: what a
// terminal would obey is escaped.
func printJSON(w io.Writer, doc any) error {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(doc); err != nil {
		return fmt.Errorf("encode JSON: %w", err)
	}
	_, err := w.Write(terminal.JSON(text.Bytes()))
	return err
}
