package classify

import (
	"fmt"
	"strconv"
	"strings"
)

// codeRange is a run of reply codes, both ends included.
type codeRange struct{ first, last uint16 }

// parseCodes reads 550 or 5xx.
func parseCodes(s string) (codeRange, error) {
	if s == "4xx" || s == "5xx" {
		first := 100 * uint16(s[0]-'0')
		return codeRange{first, first + 99}, nil
	}
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil || n < firstCode || n > lastCode {
		return codeRange{}, fmt.Errorf("%q is no code of a failure: want %d to %d, 4xx or 5xx", excerpt(s), firstCode, lastCode)
	}
	return codeRange{uint16(n), uint16(n)}, nil
}

// mayBeHard reports whether codes are among them that may be hard.
func (c codeRange) mayBeHard() bool { return c.last >= 500 }

// statusPattern is a set of enhanced status codes.
type statusPattern struct {
	class, subject uint16 // 0 for a class: 4 and 5
	any            bool   // subject
	first, last    uint16 // detail
}

func (p statusPattern) matches(s status) bool {
	return s.class != 0 && (p.class == s.class || p.class == 0) && (p.any || p.subject == s.subject) && s.detail >= p.first && s.detail <= p.last
}

// maySoft reports whether codes are among them that are never hard.
func (p statusPattern) maySoft() bool { return p.class != 5 || p.any || p.subject == 7 }

// mayBeHard reports whether codes are among them that may be hard.
func (p statusPattern) mayBeHard() bool { return p.class != 4 && (p.any || p.subject != 7) }

// parseStatusPattern reads 5.1.1, 5.7.606-649, 5.7.*, x.2.2 or 5.*.*.
func parseStatusPattern(s string) (p statusPattern, err error) {
	wrong := fmt.Errorf("%q is no enhanced code: want one such as 5.1.1, 5.7.606-649, 5.7.*, x.2.2 or 5.*.*", excerpt(s))
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		return p, wrong
	}
	switch parts[0] {
	case "4", "5":
		p.class = uint16(parts[0][0] - '0')
	case "x":
	default:
		return p, wrong
	}
	if p.any = parts[1] == "*"; !p.any {
		if p.subject, err = detail(parts[1]); err != nil {
			return p, wrong
		}
	}
	if parts[2] == "*" {
		p.last = 999
		return p, nil
	}
	first, last, isRange := strings.Cut(parts[2], "-")
	if p.first, err = detail(first); err != nil {
		return p, wrong
	}
	if p.last = p.first; isRange {
		if p.last, err = detail(last); err != nil || p.last < p.first {
			return p, wrong
		}
	}
	return p, nil
}

// detail reads a number of three digits at most.
func detail(s string) (uint16, error) {
	if n := digits(s); n == 0 || n != len(s) || n > 3 {
		return 0, strconv.ErrSyntax
	}
	return number(s), nil
}

// parseDomain reads the name of a host or of a domain above it.
func parseDomain(s string) (string, error) {
	s = strings.ToLower(s)
	if s == "" || len(s) > 253 || s[0] == '.' || !strings.Contains(s, ".") || strings.ContainsAny(s, " /@*:[]") {
		return "", fmt.Errorf("%q is no domain: want one such as mx.example.com or example.com, which means all below it too", excerpt(s))
	}
	return s, nil
}
