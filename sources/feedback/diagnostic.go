package feedback

import (
	"strings"

	"mailfate/sources/mta/reply"
)

// A diagnosis is why a server did not take a mail, as far as its words tell.
type diagnosis struct {
	code     uint16
	enhanced string
	text     string
}

// maxDiagnosis bounds what is looked through of somebody's words.
const maxDiagnosis = 4 << 10

// diagnose reads the reply that words are or tell of. A number is taken for a
// reply's code only where one has to be: at the beginning, behind a colon or an
// arrow, or before an enhanced status code of its class.
func diagnose(words string) diagnosis {
	words = strings.Join(strings.Fields(words[:min(len(words), maxDiagnosis)]), " ")
	d := diagnosis{text: words}
	before := ":"
	for rest := words; rest != ""; {
		at := strings.LastIndexAny(firstWord(rest), "#;(") + 1 // #550, smtp;550, (550
		if code := reply.Code(rest[at:]); code >= 400 {
			enhanced := enhancedBehind(rest[at:])
			if enhanced != "" || strings.HasSuffix(before, ":") || before == "<<<" || at > 0 && rest[at-1] != '(' {
				d.code, d.enhanced = code, enhanced
				break
			}
		}
		before, rest, _ = strings.Cut(rest, " ")
	}
	if d.enhanced == "" {
		d.enhanced = marked(words)
	}
	return d
}

// enhancedBehind returns the enhanced status code behind a code, if both say the same.
func enhancedBehind(words string) string {
	enhanced := reply.Enhanced(strings.TrimRight(firstWord(words[min(len(words), 4):]), ":"))
	if enhanced == "" || enhanced[0] != words[0] {
		return ""
	}
	return enhanced
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}

// marked returns the enhanced status code behind a #, as qmail and Exchange write
// it; only one that says that something failed.
func marked(words string) string {
	for rest := words; ; {
		_, after, found := strings.Cut(rest, "#")
		if !found {
			return ""
		}
		n := 0
		for n < len(after) && (after[n] == '.' || after[n] >= '0' && after[n] <= '9') {
			n++
		}
		if status := reply.Enhanced(strings.TrimRight(after[:n], ".")); status != "" && status[0] >= '4' {
			return status
		}
		rest = after
	}
}

// status chooses between the enhanced status code of a reply and the one that a
// reporting MTA made of it: the reply's own, unless it says less, or the other one
// alone says that it is no fault of the address.
func (d *diagnosis) status(reported string) string {
	reported = reply.Enhanced(firstWord(strings.TrimSpace(reported)))
	switch {
	case d.enhanced == "", spares(reported) && !spares(d.enhanced),
		strings.HasSuffix(d.enhanced, ".0.0") && reported != "" && reported[0] == d.enhanced[0]:
		return reported
	}
	return d.enhanced
}

// spares reports whether a status code says that something is temporary, or policy:
// neither condemns an address.
func spares(status string) bool {
	return strings.HasPrefix(status, "4.") || len(status) > 3 && status[1:4] == ".7."
}
