package tail

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// postmarkMax is the longest line that can begin a mail in an mbox file: an
// address of RFC 5321 and a date.
const postmarkMax = 512

// splitter takes a file apart into its mails. A file that begins with a postmark,
// the line "From sender date", is an mbox, in which a mail goes to the next
// postmark; any other file is one mail.
//
// Lines of a body that begin with "From " stand in it as ">From ", and those with
// ">From " as ">>From " (mboxrd) or as they are (mboxo), which cannot be told
// apart: one ">" is taken away, as in mboxrd. A line that begins with "From " but
// has no date is text. Content-Length is not believed: it is wrong as soon as
// somebody has edited the file.
type splitter struct {
	src   *bufio.Reader
	limit int // bytes of a mail that are kept; the others are counted

	many   bool  // it is an mbox
	begun  bool  // the first line was looked at
	offset int64 // of what was not yet read
	next   int64 // where the mail that comes next begins, its postmark included
	inMail bool  // the postmark before offset was read
}

// A piece is one mail in a file.
type piece struct {
	data  []byte // valid until the next one is read; at most limit bytes and one
	start int64  // where its postmark is, or it begins
	last  bool   // the file ends behind it
	ended bool   // an empty line ends it, as one in an mbox has to
}

// newSplitter reads on from an offset, at which a mail begins; many says that it is
// one of an mbox, which is found out at the beginning of a file.
func newSplitter(src io.Reader, limit int, offset int64, many bool) *splitter {
	return &splitter{src: bufio.NewReaderSize(src, block), limit: limit, offset: offset, next: offset, many: many, begun: many}
}

// begin looks at the first line.
func (s *splitter) begin() error {
	s.begun = true
	head, err := s.src.Peek(postmarkMax)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	line, _, _ := bytes.Cut(head, []byte{'\n'})
	s.many = isPostmark(line)
	return nil
}

// read reads a mail into buf; io.EOF says that there is none.
func (s *splitter) read(buf []byte) (p piece, err error) {
	if !s.begun {
		if err := s.begin(); err != nil {
			return p, err
		}
	}
	p = piece{data: buf[:0], start: s.next}
	atStart, some := true, false
	for {
		line, err := s.src.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			err = nil
		}
		if s.many && atStart && isPostmark(line) {
			begins := s.offset
			s.offset += int64(len(line))
			if s.inMail {
				s.next = begins
				return s.finish(p), nil
			}
			s.inMail, p.start = true, begins
			some, atStart = true, len(line) == 0 || line[len(line)-1] == '\n'
			continue
		}
		s.offset += int64(len(line))
		if len(line) > 0 {
			some = true
			p.data = s.add(p.data, line, atStart)
			atStart = line[len(line)-1] == '\n'
		}
		switch {
		case err == nil:
		case !errors.Is(err, io.EOF):
			return p, err
		case !some && !s.inMail:
			return p, io.EOF
		default:
			s.inMail, s.next, p.last = false, s.offset, true
			return s.finish(p), nil
		}
	}
}

// add appends a line, or a part of one, without what escapes it.
func (s *splitter) add(data, line []byte, atStart bool) []byte {
	if s.many && atStart && line[0] == '>' && bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From ")) {
		line = line[1:]
	}
	return append(data, line[:min(len(line), s.limit+1-len(data))]...)
}

// finish takes the empty line away that stands before a postmark.
func (s *splitter) finish(p piece) piece {
	if !s.many || len(p.data) > s.limit {
		return p
	}
	for _, end := range []string{"\n", "\r\n"} {
		if bytes.HasSuffix(p.data, []byte(end+end)) {
			p.data, p.ended = p.data[:len(p.data)-len(end)], true
		}
	}
	return p
}

// isPostmark reports whether a line is "From ", a sender and a date as ctime(3)
// writes it, with or without seconds and a zone around the year.
func isPostmark(line []byte) bool {
	if !bytes.HasPrefix(line, []byte("From ")) || len(line) > postmarkMax {
		return false
	}
	var words [12][]byte // a sender in quotes can have white space in it
	n := 0
	for w := range bytes.FieldsSeq(line) {
		copy(words[:], words[1:])
		words[len(words)-1] = w
		n++
	}
	tail := words[max(len(words)-n+1, 0):] // without "From"
	for i := 0; i+4 < len(tail); i++ {
		if isWeekday(tail[i]) && isMonth(tail[i+1]) && isDay(tail[i+2]) && isClock(tail[i+3]) {
			return isYear(tail[i+4]) || i+5 < len(tail) && isYear(tail[i+5])
		}
	}
	return false
}

func isWeekday(w []byte) bool {
	return len(w) == 3 && bytes.Contains([]byte("SunMonTueWedThuFriSat"), w)
}

func isMonth(w []byte) bool {
	return len(w) == 3 && bytes.Contains([]byte("JanFebMarAprMayJunJulAugSepOctNovDec"), w)
}

func isDay(w []byte) bool { return len(w) <= 2 && allDigits(string(w)) }

func isYear(w []byte) bool { return len(w) == 4 && allDigits(string(w)) }

// isClock reports whether w is hh:mm or hh:mm:ss.
func isClock(w []byte) bool {
	if len(w) != len("15:04") && len(w) != len("15:04:05") {
		return false
	}
	for i, c := range w {
		if i%3 == 2 != (c == ':') || c != ':' && !isDigit(c) {
			return false
		}
	}
	return true
}

// fickle are the headers that mail programs write into mails that lie in a file:
// they say nothing of which mail it is.
var fickle = [][]byte{
	[]byte("status:"), []byte("x-status:"), []byte("x-keywords:"), []byte("x-uid:"), []byte("x-imap:"), []byte("x-imapbase:"),
	[]byte("x-mozilla-"), []byte("content-length:"), []byte("lines:"),
}

// lasting appends what of a mail stays as it is to buf.
func lasting(buf, mail []byte) []byte {
	skipping := false
	for len(mail) > 0 {
		end := bytes.IndexByte(mail, '\n') + 1
		if end == 0 {
			end = len(mail)
		}
		line := mail[:end]
		if line[0] == '\n' || line[0] == '\r' {
			break // the body
		}
		if line[0] != ' ' && line[0] != '\t' {
			skipping = isFickle(line)
		}
		if !skipping {
			buf = append(buf, line...)
		}
		mail = mail[end:]
	}
	return append(buf, mail...)
}

func isFickle(line []byte) bool {
	for _, f := range fickle {
		if len(line) >= len(f) && bytes.EqualFold(line[:len(f)], f) {
			return true
		}
	}
	return false
}
