package feedback

import (
	"regexp/syntax"
	"strings"
)

// maxEndings bounds how many ways for a match to end are looked at.
const maxEndings = 256

// anchored reports whether all that an expression matches ends in a domain that it
// spells out: @shop.example$, or \.shop\.example$ for those below one. Anybody can
// write an address that is like ours up to its domain.
func anchored(expression string) bool {
	re, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return false
	}
	re = re.Simplify()
	if re.Op != syntax.OpConcat || re.Sub[len(re.Sub)-1].Op != syntax.OpEndText {
		return false
	}
	re.Sub = re.Sub[:len(re.Sub)-1]
	ends, _ := endings(re)
	for _, end := range ends {
		_, domain, found := strings.Cut(end, "@")
		if !found {
			domain, found = strings.CutPrefix(end, ".")
		}
		if !found || !strings.Contains(strings.Trim(domain, "."), ".") {
			return false
		}
	}
	return len(ends) > 0
}

// endings lists what a match can end in, as far as it is spelled out; whole reports
// that these are all it can be.
func endings(re *syntax.Regexp) (ends []string, whole bool) {
	switch re.Op {
	case syntax.OpLiteral:
		return []string{string(re.Rune)}, true
	case syntax.OpEmptyMatch:
		return []string{""}, true
	case syntax.OpCapture:
		return endings(re.Sub[0])
	case syntax.OpCharClass:
		return charEndings(re.Rune)
	case syntax.OpQuest:
		ends, whole = endings(re.Sub[0])
		return append(ends, ""), whole
	case syntax.OpAlternate:
		whole = true
		for _, sub := range re.Sub {
			some, all := endings(sub)
			ends, whole = append(ends, some...), whole && all
		}
		return ends, whole
	case syntax.OpConcat:
		return concatEndings(re.Sub)
	}
	return []string{""}, false
}

// charEndings lists the characters of a small class, as an alternative of single
// ones is.
func charEndings(ranges []rune) (ends []string, whole bool) {
	for i := 0; i < len(ranges); i += 2 {
		for r := ranges[i]; r <= ranges[i+1]; r++ {
			if len(ends) == maxEndings {
				return []string{""}, false
			}
			ends = append(ends, string(r))
		}
	}
	return ends, true
}

func concatEndings(subs []*syntax.Regexp) (ends []string, whole bool) {
	ends, whole = []string{""}, true
	for i := len(subs) - 1; i >= 0 && whole; i-- {
		var before []string
		before, whole = endings(subs[i])
		if len(before)*len(ends) > maxEndings {
			return ends, false
		}
		var all []string
		for _, b := range before {
			for _, e := range ends {
				all = append(all, b+e)
			}
		}
		ends = all
	}
	return ends, whole
}
