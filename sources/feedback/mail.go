package feedback

import (
	"bytes"
	"errors"
	"io"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/emersion/go-message"
)

// Limits on one mail.
const (
	maxHeader = 256 << 10 // bytes of a mail's or a part's header
	maxPart   = 256 << 10 // bytes that are read of a part
	maxParts  = 100       // parts, over all levels
	maxDepth  = 10        // multiparts in each other
	maxDate   = 256       // bytes of a date
)

var errTooComplex = errors.New("too many parts")

// A mail is what was found in one.
type mail struct {
	header   message.Header
	parts    int
	report   fields // of the message/feedback-report part
	returned fields // of the mail that the report is about
	found    struct{ report, returned bool }
}

// read takes a mail apart and says by which rule it is no report.
func (m *mail) read(data []byte) (rule string) {
	if header, _ := splitMail(data); len(header) == len(data) {
		return Malformed // it ends in its header: cut, or no mail at all
	}
	if hasLongHeader(data) {
		return TooComplex
	}
	e, err := message.ReadWithOptions(bytes.NewReader(data), &message.ReadOptions{MaxHeaderBytes: maxHeader})
	if e == nil {
		return Malformed
	}
	m.header = e.Header
	if err == nil || harmless(err) {
		err = m.walk(e, 1)
	}
	switch {
	case errors.Is(err, errTooComplex):
		return TooComplex
	case m.found.report && (err == nil || m.messageID() != ""):
		return ""
	case err != nil:
		return Malformed
	}
	if _, params, err := m.header.ContentType(); err == nil && strings.EqualFold(params["report-type"], "feedback-report") {
		return NoFeedbackPart
	}
	return NotAReport
}

// hasLongHeader reports whether what may be a part's header, from a line that
// may be a boundary to the next empty one, is longer than any. The MIME reader
// would hold each of its fields in memory many times over.
func hasLongHeader(data []byte) bool {
	start := -1 // of the header that is being passed
	for at := 0; at < len(data); {
		end := len(data)
		if n := bytes.IndexByte(data[at:], '\n'); n >= 0 {
			end = at + n + 1
		}
		line := bytes.TrimRight(data[at:end], "\r\n")
		switch {
		case bytes.HasPrefix(line, []byte("--")):
			start = end
		case len(line) == 0:
			start = -1
		case start >= 0 && end-start > maxHeader:
			return true
		}
		at = end
	}
	return false
}

// harmless reports whether a part can be read though its text cannot be decoded.
func harmless(err error) bool {
	return message.IsUnknownCharset(err) || message.IsUnknownEncoding(err)
}

// walk visits a part and those in it. It does not enter mails in the mail: what
// they report they have not reported to us.
func (m *mail) walk(e *message.Entity, depth int) error {
	if m.parts++; m.parts > maxParts || depth > maxDepth {
		return errTooComplex
	}
	parts := e.MultipartReader()
	if parts == nil {
		return m.leaf(e)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !harmless(err) {
			return err
		}
		if err := m.walk(part, depth+1); err != nil {
			return err
		}
	}
}

// leaf reads a part that is no multipart, if it is one of the two that count:
// the first of each.
func (m *mail) leaf(e *message.Entity) error {
	mediaType, _, _ := e.Header.ContentType()
	switch strings.ToLower(mediaType) {
	case "message/feedback-report":
		if m.found.report {
			return nil
		}
		text, err := io.ReadAll(io.LimitReader(e.Body, maxPart))
		if err != nil {
			return err
		}
		m.found.report = true
		m.report = parseFields(bytes.TrimLeft(text, "\r\n"))
	case "message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global", "message/global-headers":
		if m.found.returned {
			return nil
		}
		text, err := io.ReadAll(io.LimitReader(e.Body, maxPart))
		m.found.returned = true
		m.returned = returnedFields(text, err != nil || len(text) == maxPart)
		return err
	}
	return nil
}

// returnedFields reads the header of the returned mail. Where that ends in the
// middle, its last field may, too, and is not believed.
func returnedFields(text []byte, damaged bool) fields {
	text = bytes.TrimLeft(text, "\r\n")
	header, _ := splitMail(text)
	fs := parseFields(header)
	if damaged && len(header) == len(text) && len(fs) > 0 {
		fs = fs[:len(fs)-1]
	}
	return fs
}

// received returns when our mailbox received the mail, in ms since 1970 UTC.
func (m *mail) received() (int64, bool) {
	trace := m.header.Get("Received")
	for _, date := range []string{trace[strings.LastIndexByte(trace, ';')+1:], m.header.Get("Delivery-Date"), m.header.Get("Date")} {
		if t, ok := parseDate(date); ok {
			return t, true
		}
	}
	return 0, false
}

var lastTime = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).UnixMilli()

func parseDate(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > maxDate {
		return 0, false
	}
	t, err := netmail.ParseDate(s)
	if err != nil || t.UnixMilli() < 0 || t.UnixMilli() > lastTime {
		return 0, false
	}
	return t.UnixMilli(), true
}
