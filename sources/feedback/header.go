package feedback

import (
	"bytes"
	"strings"
)

// maxFields is how many fields of one header are looked at.
const maxFields = 1000

// A field is one field of a header, unfolded.
type field struct {
	name  string // in lower case
	value string
}

type fields []field

// parseFields reads a header, which ends at the first empty line. It is lenient,
// for what a report returns was written by whoever wrote the mail: a line that
// is no field is passed over.
func parseFields(b []byte) fields {
	var fs fields
	for len(b) > 0 && len(fs) < maxFields {
		var line []byte
		line, b, _ = bytes.Cut(b, []byte("\n"))
		line = bytes.TrimRight(line, "\r")
		if len(line) == 0 {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			continue // behind a line that is no field
		}
		name, value, found := bytes.Cut(line, []byte(":"))
		var more []byte
		more, b = folded(b)
		if name = bytes.TrimRight(name, " \t"); found && len(name) > 0 {
			text := strings.TrimSpace(string(value) + string(more))
			fs = append(fs, field{strings.ToLower(string(name)), text})
		}
	}
	return fs
}

// folded returns the lines that continue a field, unfolded, and what follows.
func folded(b []byte) (more, rest []byte) {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		line, after, _ := bytes.Cut(b, []byte("\n"))
		if len(bytes.TrimSpace(line)) == 0 {
			break
		}
		more = append(append(more, ' '), bytes.TrimSpace(line)...)
		b = after
	}
	return more, b
}

// first returns the first field of that name, "" when there is none.
func (fs fields) first(name string) string {
	for _, f := range fs {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

// all returns the values of all fields of that name.
func (fs fields) all(name string) []string {
	var vs []string
	for _, f := range fs {
		if f.name == name {
			vs = append(vs, f.value)
		}
	}
	return vs
}

// splitMail cuts a mail at its first empty line.
func splitMail(b []byte) (header, body []byte) {
	at := 0
	for at < len(b) {
		end := bytes.IndexByte(b[at:], '\n')
		if end < 0 {
			break
		}
		if len(bytes.TrimRight(b[at:at+end], "\r")) == 0 { // some double the return
			return b[:at], b[at+end+1:]
		}
		at += end + 1
	}
	return b, nil
}
