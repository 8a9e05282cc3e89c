package feedback

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/transform"
)

// decoded returns what a part holds, without its transfer encoding and compression,
// no more than maxPart. What is damaged is decoded up to there; what is not encoded
// as it says, not at all. whole reports that nothing is missing at its end.
func (p *part) decoded() (text []byte, whole bool) {
	whole = !p.cut
	text = p.body
	var r io.Reader
	switch strings.ToLower(strings.TrimSpace(p.header.first("content-transfer-encoding"))) {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, bytes.NewReader(p.body))
	case "quoted-printable":
		r = quotedprintable.NewReader(bytes.NewReader(p.body))
	}
	if r != nil {
		out, err := io.ReadAll(io.LimitReader(r, maxPart))
		switch {
		case err == nil:
			text = out
		case len(out) > len(p.body)/2:
			text, whole = out, false
		}
	}
	if bytes.HasPrefix(text, []byte("\x1f\x8b")) {
		if z, err := gzip.NewReader(bytes.NewReader(text)); err == nil {
			text, err = io.ReadAll(io.LimitReader(z, maxPart))
			whole = whole && err == nil
		}
	}
	if len(text) >= maxPart {
		text, whole = text[:maxPart], false
	}
	return text, whole
}

// words returns a text part as UTF-8, its soft line breaks undone. Of a text that
// may end in the middle, a last line without an end is not believed.
func (p *part) words() string {
	b, whole := p.decoded()
	if !whole {
		b = b[:bytes.LastIndexByte(b, '\n')+1]
	}
	text := toUTF8(p.params["charset"], b)
	if strings.EqualFold(p.params["format"], "flowed") {
		text = unflowed(text, strings.EqualFold(p.params["delsp"], "yes"))
	}
	if p.mediaType == "text/html" {
		text = fromHTML(text)
	}
	return text
}

// toUTF8 decodes a text. What is not in the charset that it claims is taken as
// UTF-8, with a mark for each byte that is neither.
func toUTF8(charset string, b []byte) string {
	charset = strings.ToLower(charset)
	wide := strings.HasPrefix(charset, "utf-16") || strings.HasPrefix(charset, "iso-2022-")
	if isASCII(b) && !wide {
		return string(b)
	}
	if e, err := htmlindex.Get(charset); err == nil && (wide || !utf8.Valid(b)) {
		if out, _, err := transform.Bytes(e.NewDecoder(), b); err == nil {
			b = out
		}
	}
	return strings.ToValidUTF8(string(b), "\ufffd")
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// unflowed joins the lines that were broken for transport (RFC 3676, 4.2).
func unflowed(text string, dropSpace bool) string {
	b := make([]byte, 0, len(text))
	for line := range strings.Lines(text) {
		line = strings.TrimPrefix(strings.TrimRight(line, "\r\n"), " ") // stuffed
		soft := strings.HasSuffix(line, " ") && line != "-- "
		if soft && dropSpace {
			line = line[:len(line)-1]
		}
		b = append(b, line...)
		if !soft {
			b = append(b, '\n')
		}
	}
	return string(b)
}

var headerWords = mime.WordDecoder{CharsetReader: func(charset string, r io.Reader) (io.Reader, error) {
	e, err := htmlindex.Get(charset)
	if err != nil {
		return nil, err
	}
	return transform.NewReader(r, e.NewDecoder()), nil
}}

// readable returns a header's text with its encoded words decoded (RFC 2047), as
// it is where that cannot be.
func readable(s string) string {
	if text, err := headerWords.DecodeHeader(s); err == nil {
		s = text
	}
	return strings.ToValidUTF8(s, "\ufffd")
}
