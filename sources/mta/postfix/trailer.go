package postfix

import (
	"strings"

	"mailfate/sources/mta/scan"
)

// A trailer is who the client named, behind the words of a line about it:
//
//	; [from=<sender>][,] [to=<recipient>][,] [proto=…][,] [helo=<…>][ sasl_username=…]
type trailer struct {
	sender, recipient string
	hasSender         bool
	saslUser          string
}

// maxTrailers is in how many places of a line a trailer may seem to begin.
const maxTrailers = 16

// cut finds the trailer and returns what is around it; ok is false when nothing
// looks like one. Only what a header or body check says goes on behind it.
//
// The words before it can be a remote server's (reject_unverified_recipient), and
// the addresses in it are what the client says, so both can hold what looks like
// another trailer. It is one only if it reads as one up to the line's end, and if no
// other does: of two, one was made by a stranger, and then none is believed.
func (t *trailer) cut(s string, check bool) (before, after string, ok bool) {
	before = s
	places, found := 0, 0
	for i := nextTrailer(s, 0); i >= 0; i = nextTrailer(s, i+1) {
		if places++; places > maxTrailers {
			found = 0
			break
		}
		var one trailer
		rest, whole := one.read(s[i+len("; "):])
		if whole && (rest == "" || check && scan.Begins(rest, ": ")) {
			*t, before, after = one, s[:i], rest
			found++
		}
	}
	if found != 1 {
		*t, before, after = trailer{}, s, ""
	}
	return before, after, places > 0
}

// nextTrailer returns where the next one seems to begin; -1 for none.
func nextTrailer(s string, from int) int {
	for {
		i := strings.Index(s[from:], "; ")
		if i < 0 {
			return -1
		}
		from += i
		if rest := s[from+len("; "):]; scan.Begins(rest, "from=<") || scan.Begins(rest, "to=<") || scan.Begins(rest, "proto=") {
			return from
		}
		from++
	}
}

// read reads the fields and returns what follows them; whole is false when one of
// them cannot be what Postfix writes.
func (t *trailer) read(s string) (rest string, whole bool) {
	if rest, ok := scan.After(s, "from="); ok {
		if t.sender, s, t.hasSender = scan.Angle(rest); !t.hasSender {
			return s, false
		}
		s = nextField(s)
	}
	if rest, ok := scan.After(s, "to="); ok {
		if t.recipient, s, ok = scan.Angle(rest); !ok {
			return s, false
		}
		s = nextField(s)
	}
	if rest, ok := scan.After(s, "proto="); ok {
		s = nextField(rest[len(rest)-len(strings.TrimLeft(rest, upperCase)):])
	}
	if rest, ok := scan.After(s, "helo="); ok {
		name, _, _ := strings.Cut(rest, " ") // Postfix lets no space into it
		name = strings.TrimSuffix(name, ":")
		if s = rest[len(name):]; !scan.Begins(name, "<") || !strings.HasSuffix(name, ">") {
			return s, false
		}
	}
	return t.user(s)
}

const upperCase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// user reads " sasl_username=NAME" or " sasl_username=<NAME>", which is the last field.
func (t *trailer) user(s string) (rest string, whole bool) {
	rest, ok := scan.After(s, " sasl_username=")
	if !ok {
		return s, true
	}
	t.saslUser = strings.TrimSuffix(strings.TrimPrefix(rest, "<"), ">")
	return "", !strings.ContainsAny(t.saslUser, "<>")
}

func nextField(s string) string {
	return strings.TrimPrefix(strings.TrimPrefix(s, ","), " ")
}
