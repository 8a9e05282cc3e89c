package feedback

import (
	"bytes"
	"errors"
	"mime"
	"strings"
)

// Limits on one mail. They hold before memory is spent: parts are slices of the
// mail, and only what is needed is decoded.
const (
	maxHeader = 256 << 10 // bytes of a mail's or a part's header
	maxPart   = 256 << 10 // bytes that are read of a part, decoded
	maxParts  = 100       // parts, over all levels
	maxDepth  = 10        // parts in each other
)

var errTooComplex = errors.New("more parts, or a longer header, than any report")

// A part is a mail or one of its parts, as it was sent.
type part struct {
	header    fields
	mediaType string // in lower case; text/plain where the header does not say
	params    map[string]string
	body      []byte
	cut       bool // nothing shows that it is whole
}

// openPart takes header and body apart. A part may begin with its text at once.
func openPart(data []byte, cut bool) (part, error) {
	header, body := splitMail(data)
	if len(header) > maxHeader {
		return part{}, errTooComplex
	}
	if !beginsWithField(header) && !bytes.HasPrefix(data, []byte("\n")) && !bytes.HasPrefix(data, []byte("\r\n")) {
		header, body = nil, data
	}
	p := part{header: parseFields(header), body: body, cut: cut}
	p.mediaType, p.params = mediaType(p.header.first("content-type"))
	return p, nil
}

// beginsWithField reports whether a text's first line can be one of a header.
func beginsWithField(b []byte) bool {
	for i, c := range b {
		switch {
		case c == ':':
			return i > 0
		case c <= ' ' || c >= 0x7f:
			return false
		}
	}
	return false
}

// mediaType reads a Content-Type, also one with broken parameters.
func mediaType(v string) (string, map[string]string) {
	if v == "" {
		return "text/plain", nil
	}
	if t, params, err := mime.ParseMediaType(v); err == nil {
		return t, params
	}
	t, rest, _ := strings.Cut(v, ";")
	params := map[string]string{}
	for p := range strings.SplitSeq(rest, ";") {
		name, value, _ := strings.Cut(p, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if _, again := params[name]; !again {
			params[name] = strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return strings.ToLower(strings.TrimSpace(t)), params
}

// isMultipart reports whether a part holds others.
func (p *part) isMultipart() bool { return strings.HasPrefix(p.mediaType, "multipart/") }

// isJSON reports whether a part says that it is JSON, by its type or its name.
func (p *part) isJSON() bool {
	if strings.HasSuffix(p.mediaType, "/json") || strings.HasSuffix(p.mediaType, "+json") {
		return true
	}
	_, params := mediaType(p.header.first("content-disposition"))
	return strings.HasSuffix(params["filename"], ".json") || strings.HasSuffix(p.params["name"], ".json")
}

// eachPart calls visit for each part of a multipart, until it fails. It reports
// whether there were any.
func (p *part) eachPart(visit func(data []byte, cut bool) error) (found bool, err error) {
	boundary := p.params["boundary"]
	_, start, _ := nextDelimiter(p.body, boundary)
	if start < 0 {
		boundary = guessBoundary(p.body)
		if _, start, _ = nextDelimiter(p.body, boundary); start < 0 {
			return false, nil
		}
	}
	for rest := p.body[start:]; ; {
		end, next, last := nextDelimiter(rest, boundary)
		if next < 0 {
			return true, visit(rest, p.cut)
		}
		if err := visit(rest[:end], false); err != nil || last {
			return true, err
		}
		rest = rest[next:]
	}
}

// nextDelimiter finds a line that separates parts (RFC 2046, 5.1.1): where the
// part before it ends, where the one behind it begins (-1 when there is no such
// line), and whether none follows.
func nextDelimiter(b []byte, boundary string) (end, next int, last bool) {
	if boundary == "" {
		return 0, -1, false
	}
	delimiter := []byte("--" + boundary)
	for from := 0; ; {
		at := bytes.Index(b[from:], delimiter)
		if at < 0 {
			return 0, -1, false
		}
		at += from
		from = at + len(delimiter)
		if at > 0 && b[at-1] != '\n' {
			continue
		}
		line, _, _ := bytes.Cut(b[from:], []byte("\n"))
		switch string(bytes.TrimRight(line, " \t\r")) {
		case "":
			return at, min(from+len(line)+1, len(b)), false
		case "--":
			return at, from, true
		}
	}
}

// guessBoundary returns the boundary of parts whose header does not name it: the
// first line that begins with hyphens and that a part's header follows.
func guessBoundary(b []byte) string {
	for len(b) > 0 {
		var line []byte
		line, b, _ = bytes.Cut(b, []byte("\n"))
		name, found := bytes.CutPrefix(bytes.TrimRight(line, " \t\r"), []byte("--"))
		if found && len(name) > 0 && len(name) <= 70 && len(b) >= 8 && bytes.EqualFold(b[:8], []byte("content-")) {
			return string(name)
		}
	}
	return ""
}
