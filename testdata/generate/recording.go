package main

import (
	"bufio"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A recording is the lines of logs, cut where they differ each time.
type recording struct {
	lines [][]piece
	ids   map[string]bool // queue ids

	first, last time.Time
}

// A piece is a part of a line.
type piece struct {
	kind pieceKind
	text string
	time time.Time // of a stamp
}

type pieceKind uint8

const (
	plain     pieceKind = iota
	isoStamp            // 2026-11-22T04:25:16, whatever fraction and zone follow
	bsdStamp            // Nov 22 04:25:16
	unixStamp           // 1790000000
	queueID
	messageID // in front of a Message-ID
)

const (
	isoLayout = "2006-01-02T15:04:05"
	bsdLayout = "Jan _2 15:04:05"
)

// places are where the pieces of each kind stand: in the first group.
var places = map[pieceKind]*regexp.Regexp{
	isoStamp:  regexp.MustCompile(`(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)`),
	bsdStamp:  regexp.MustCompile(`^([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) `),
	unixStamp: regexp.MustCompile(`[,:](1[67]\d{8})[,.}]`),
	queueID:   regexp.MustCompile(`([0-9A-Za-z]+(?:-[0-9A-Za-z]+){0,2})`),
	messageID: regexp.MustCompile(`(?:message-id=<|msgid=<|"Message-ID":"<| id=)()`),
}

// named is where a line says what is a queue id: that of Postfix and sendmail, of
// Exim, and of KumoMTA.
var named = regexp.MustCompile(`\]: ([0-9A-Za-z]*\d[0-9A-Za-z]*): ` +
	`|(\b[0-9A-Za-z]{6}-[0-9A-Za-z]{6}(?:[0-9A-Za-z]{5})?-[0-9A-Za-z]{2}(?:[0-9A-Za-z]{2})?\b)` +
	`|"id":"([0-9a-f]{32})"`)

func (r *recording) add(text string) {
	for _, m := range named.FindAllStringSubmatch(text, -1) {
		r.ids[m[1]+m[2]+m[3]] = true
	}
	for line := range strings.Lines(text) {
		r.lines = append(r.lines, r.cut(line))
	}
}

// cut cuts one line.
func (r *recording) cut(line string) []piece {
	type place struct {
		at []int
		is piece
	}
	var found []place
	for kind, re := range places {
		for _, m := range re.FindAllStringSubmatchIndex(line, -1) {
			if p, ok := r.piece(kind, line[m[2]:m[3]]); ok {
				found = append(found, place{at: m[2:4], is: p})
			}
		}
	}
	slices.SortFunc(found, func(a, b place) int { return a.at[0] - b.at[0] })
	var pieces []piece
	end := 0
	for _, p := range found {
		if p.at[0] >= end {
			pieces = append(pieces, piece{text: line[end:p.at[0]]}, p.is)
			end = p.at[1]
		}
	}
	return append(pieces, piece{text: line[end:]})
}

// piece reads a piece that was found; false when it is none after all.
func (r *recording) piece(kind pieceKind, text string) (p piece, ok bool) {
	p = piece{kind: kind, text: text}
	var err error
	switch kind {
	case isoStamp:
		p.time, err = time.Parse(isoLayout[:10]+text[10:11]+isoLayout[11:], text)
	case bsdStamp:
		p.time, err = time.Parse(bsdLayout, text)
	case unixStamp:
		var seconds int64
		seconds, err = strconv.ParseInt(text, 10, 64)
		p.time = time.Unix(seconds, 0).UTC()
	case queueID:
		return p, r.ids[text]
	default:
		return p, true
	}
	if err != nil {
		return p, false
	}
	if r.first.IsZero() || p.time.Before(r.first) {
		r.first = p.time
	}
	if p.time.After(r.last) {
		r.last = p.time
	}
	return p, true
}

// repeat writes n lines. Each pass over the recording is later by its length.
func (r *recording) repeat(out *bufio.Writer, n int) error {
	span := min(r.last.Sub(r.first), time.Hour) + time.Second
	for pass := 0; ; pass++ {
		for _, line := range r.lines {
			if n--; n < 0 {
				return nil
			}
			for i := range line {
				if _, err := out.WriteString(line[i].of(pass, time.Duration(pass)*span)); err != nil {
					return err
				}
			}
		}
	}
}

// of returns the piece as it is in a pass, which is later by shift.
func (p *piece) of(pass int, shift time.Duration) string {
	at := p.time.Add(shift)
	switch p.kind {
	case isoStamp:
		return at.Format(isoLayout[:10] + p.text[10:11] + isoLayout[11:])
	case bsdStamp:
		return at.Format(bsdLayout)
	case unixStamp:
		return strconv.FormatInt(at.Unix(), 10)
	case queueID:
		return idOf(p.text, pass)
	case messageID:
		return fmt.Sprintf("%d.", pass)
	default:
		return p.text
	}
}

// idOf returns another queue id of the same form. A short one of Postfix gets
// longer; others begin with the time, of which the pass takes the first digits.
func idOf(id string, pass int) string {
	if strings.Trim(id, "0123456789ABCDEF") == "" {
		return fmt.Sprintf("%s%X", id, pass)
	}
	return fmt.Sprintf("%05d", pass%100_000) + id[5:]
}
