package cli

import (
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
	"unicode/utf8"

	"mailfate/pipeline/app"
	"mailfate/sinks/terminal"
)

// letterTime is how lists tell times, which are UTC.
const letterTime = "2006-01-02 15:04:05"

// maxDetail is how many characters of a reason a list shows.
const maxDetail = 80

// writeLetters prints a table. All texts in it are somebody else's.
func writeLetters(w io.Writer, letters []app.Letter, total uint64) error {
	if total == 0 {
		return printed(fmt.Fprintln(w, "no dead letters"))
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tTIME\tREASON\tFROM\tSIZE\tRETRIED\tDETAIL")
	for i := range letters {
		l := &letters[i]
		fmt.Fprintf(table, "%v\t%s\t%s\t%s\t%d\t%s\t%s\n", l.ID, l.Died.Format(letterTime),
			terminal.Visible(string(l.Reason)), terminal.Visible(origin(l)), l.Size, retriedAt(l), terminal.Visible(inBrief(l.Detail)))
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print dead letters: %w", err)
	}
	if n := uint64(len(letters)); n < total {
		return printed(fmt.Fprintf(w, "the newest %d of %d\n", n, total))
	}
	return nil
}

// inBrief cuts a text for a table; dead show prints all of it.
func inBrief(s string) string {
	if runes := []rune(s); len(runes) > maxDetail {
		return string(runes[:maxDetail]) + "…"
	}
	return s
}

func printed(_ int, err error) error {
	if err != nil {
		return fmt.Errorf("print dead letters: %w", err)
	}
	return nil
}

// origin says where a letter is from.
func origin(l *app.Letter) string {
	switch {
	case l.Topic != "":
		return fmt.Sprintf("%s/%d:%d", l.Topic, l.Partition, l.Offset)
	case l.File != "":
		return fmt.Sprintf("%s:%d", l.File, l.Offset)
	}
	return l.Stream
}

func retriedAt(l *app.Letter) string {
	if l.Retried.IsZero() {
		return ""
	}
	return l.Retried.Format(letterTime)
}

func writeLetter(w io.Writer, l *app.Letter) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, field := range [][2]string{
		{"id", l.ID.String()},
		{"time", l.Died.Format(letterTime)},
		{"reason", string(l.Reason)},
		{"detail", l.Detail},
		{"from", origin(l)},
		{"stream", l.Stream},
		{"size", fmt.Sprint(l.Size)},
		{"retried", retriedAt(l)},
	} {
		if field[1] != "" {
			fmt.Fprintf(table, "%s\t%s\n", field[0], terminal.Visible(field[1]))
		}
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print dead letter: %w", err)
	}
	if err := writeBytes(w, l.Bytes); err != nil || len(l.Event) == 0 {
		return err
	}
	if err := printed(fmt.Fprintln(w, "\nthe event that was made of it:")); err != nil {
		return err
	}
	return writeBytes(w, l.Event)
}

// writeBytes prints text as it is, as far as a terminal may have it, and other
// bytes in hexadecimal digits.
func writeBytes(w io.Writer, b []byte) error {
	if isText(b) {
		return printed(fmt.Fprintf(w, "\n%s\n", terminal.Visible(string(b))))
	}
	if err := printed(fmt.Fprintln(w)); err != nil {
		return err
	}
	dump := hex.Dumper(w)
	_, err := dump.Write(b)
	if err == nil {
		err = dump.Close()
	}
	return printed(0, err)
}

// isText reports whether bytes are worth reading as text.
func isText(b []byte) bool {
	return utf8.Valid(b) && strings.IndexFunc(string(b), func(r rune) bool { return unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r' }) < 0
}

// letterJSON is a dead letter as --json prints it.
type letterJSON struct {
	ID        string     `json:"id"`
	Time      time.Time  `json:"time"`
	Reason    string     `json:"reason"`
	Detail    string     `json:"detail"`
	Topic     string     `json:"topic,omitempty"`
	Partition *int       `json:"partition,omitempty"`
	Stream    string     `json:"stream,omitempty"`
	File      string     `json:"file,omitempty"`
	Offset    int64      `json:"offset"`
	Size      int        `json:"size"`
	Retried   *time.Time `json:"retried,omitempty"`
	Bytes     []byte     `json:"bytes,omitempty"`
	Text      string     `json:"text,omitempty"`
	Event     []byte     `json:"event,omitempty"`
}

func toJSON(l *app.Letter) letterJSON {
	j := letterJSON{
		ID: l.ID.String(), Time: l.Died, Reason: string(l.Reason), Detail: l.Detail, Topic: l.Topic,
		Stream: l.Stream, File: l.File, Offset: l.Offset, Size: l.Size, Bytes: l.Bytes, Event: l.Event,
	}
	if l.Topic != "" {
		j.Partition = &l.Partition
	}
	if !l.Retried.IsZero() {
		j.Retried = &l.Retried
	}
	if isText(l.Bytes) {
		j.Text = string(l.Bytes)
	}
	return j
}

func writeLettersJSON(w io.Writer, letters []app.Letter) error {
	all := make([]letterJSON, len(letters))
	for i := range letters {
		all[i] = toJSON(&letters[i])
	}
	return printed(0, printJSON(w, all))
}

func writeLetterJSON(w io.Writer, l *app.Letter) error { return printed(0, printJSON(w, toJSON(l))) }

func writeRetries(w io.Writer, r app.Retries, asJSON bool) error {
	if asJSON {
		return printed(0, printJSON(w, r))
	}
	s := fmt.Sprintf("retried %d", r.Retried)
	if r.Before > 0 {
		s += fmt.Sprintf(", %d were retried before", r.Before)
	}
	if r.Future > 0 {
		s += fmt.Sprintf(", %d are still more than a day ahead (to name them retries them)", r.Future)
	}
	if r.Left > 0 {
		s += fmt.Sprintf(", %d cannot be (mailfate dead show says what they are)", r.Left)
	}
	return printed(fmt.Fprintln(w, s))
}
