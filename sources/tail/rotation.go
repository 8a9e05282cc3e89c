package tail

import (
	"cmp"
	"path/filepath"
	"strconv"
	"strings"
)

// rotated is what a file's name says about its place in a set.
type rotated struct {
	base       string // the name of the file that is written to
	date       string // digits of the date that dateext appended, "" without
	number     int    // of name.1, name.2; -1 without
	compressed bool
}

// maxRotation is the largest number that is taken for a rotation's: ten years of days.
const maxRotation = 3660

// segmentBase stands for the name of the file that is written to where each has
// the time of its beginning for a name, and nothing but that tells them apart.
const segmentBase = "YYYYMMDD-HHMMSS"

// Segments returns the set of a directory's files whose names are the time of their
// beginning, as 20261120-235959, and this ending. It may have none yet.
func Segments(dir, ending string) Set {
	return Rotation(Set{Path: filepath.Join(dir, segmentBase+ending)})
}

// parseName reads logrotate's, newsyslog's and savelog's names: mail.log,
// mail.log.1, mail.log.2.gz, mail.log-20261120.gz, mail-20261120.log; and KumoMTA's:
// 20261120-235959, 20261120-235959_recv.
func parseName(name string) rotated {
	r := rotated{base: name, number: -1}
	for _, ext := range []string{".gz", ".zst", ".xz", ".bz2"} {
		if stem, ok := strings.CutSuffix(r.base, ext); ok && stem != "" {
			r.base, r.compressed = stem, true
			break
		}
	}
	if rest, date, ok := cutSegment(r.base); ok {
		r.base, r.date = segmentBase+rest, date
		return r
	}
	if stem, n, ok := cutNumber(r.base); ok {
		r.base, r.number = stem, n
	}
	if stem, date, ok := cutDate(r.base); ok {
		r.base, r.date = stem, date
		return r
	}
	// The date may stand before the extension (logrotate's extension directive).
	if dot := strings.LastIndexByte(r.base, '.'); dot > 0 && r.number < 0 {
		if stem, date, ok := cutDate(r.base[:dot]); ok {
			r.base, r.date = stem+r.base[dot:], date
		}
	}
	return r
}

// cutNumber takes ".N" off. An address at the end of a name (web-10.0.0.1) is none.
func cutNumber(name string) (stem string, n int, ok bool) {
	dot := strings.LastIndexByte(name, '.')
	if dot <= 0 || len(name)-dot-1 > 4 {
		return "", 0, false
	}
	n, err := strconv.Atoi(name[dot+1:])
	if err != nil || n < 0 || n > maxRotation || !allDigits(name[dot+1:]) {
		return "", 0, false
	}
	stem = name[:dot]
	if before := strings.LastIndexByte(stem, '.'); before >= 0 && allDigits(stem[before+1:]) && len(stem[before+1:]) < 8 {
		return "", 0, false
	}
	return stem, n, true
}

// cutDate takes a date off that begins with '-', '.' or '_': 20261120, 2026-11-20,
// each with more digits for the time of day if need be, or seconds since 1970.
func cutDate(name string) (stem, date string, ok bool) {
	i := len(name)
	for i > 0 && (isDigit(name[i-1]) || name[i-1] == '-') {
		i--
	}
	// The run may begin with the separator or follow a '.' or '_'.
	run := name[i:]
	switch {
	case strings.HasPrefix(run, "-"):
		run = run[1:]
	case i > 0 && (name[i-1] == '.' || name[i-1] == '_'):
		i--
	default:
		return "", "", false
	}
	digits := strings.ReplaceAll(run, "-", "")
	if i == 0 || len(digits) < 8 || len(digits) > 14 || !plausibleDate(digits) {
		return "", "", false
	}
	return name[:i], digits, true
}

// cutSegment takes the date and time off that a name begins with.
func cutSegment(name string) (rest, date string, ok bool) {
	const day, length = len("20261120"), len("20261120-235959")
	if len(name) < length || name[day] != '-' || len(name) > length && isDigit(name[length]) {
		return "", "", false
	}
	date = name[:day] + name[day+1:length]
	return name[length:], date, allDigits(date) && plausibleDate(date)
}

func plausibleDate(digits string) bool {
	if len(digits) == 10 && digits[0] == '1' && digits[1] >= '0' {
		return true // seconds since 1970, until 2033
	}
	year, month, day := digits[:4], digits[4:6], digits[6:8]
	return year >= "1970" && year < "2200" && month >= "01" && month <= "12" && day >= "01" && day <= "31"
}

// compare orders the files of one set, oldest first: by date, then by falling
// number; the file without either is the one that is written to.
func (r rotated) compare(other rotated) int {
	if live, otherLive := r.live(), other.live(); live != otherLive {
		return compareBool(live, otherLive)
	}
	if (r.date == "") != (other.date == "") {
		return compareBool(r.date == "", other.date == "")
	}
	return cmp.Or(
		cmp.Compare(r.date, other.date),
		-cmp.Compare(r.number, other.number),
		-compareBool(r.compressed, other.compressed),
	)
}

func (r rotated) live() bool { return r.date == "" && r.number < 0 }

// compareBool orders false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
