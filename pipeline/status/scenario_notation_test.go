package status

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"mailfate/schemas"
)

// Scenarios begin at an instant that is no round number of anything, so that
// nothing agrees by chance.
const (
	scenarioStart = 1_700_000_000_123
	endOfTime     = 1 << 60
)

func neverHeard(string) int64 { return -1 << 62 }

// whom begins a line that is about another recipient than r, about all, or
// about an account's: `a: `, `all: `, `acme/a: `.
var whom = regexp.MustCompile(`^(?:([a-z]+)/)?([a-z_]+): `)

// parseEvents reads events as tables of scenarios write them:
//
//	[[ACCOUNT/]RECIPIENT: ]KIND[{REASON}] TIME [KEY=VALUE]..., ...
//
// R stands for `received 0s`, S for `received 0s, treated 1s, queued 2s`; the
// recipient all for none, which is how the message as a whole is spoken of. Of
// a line with variants, a|b, each is told of a recipient of its name.
//
// An event's source is what usually observes its kind, and its stream is called
// as its source is, unless a key says otherwise; `times=N` repeats it, `every=TIME`
// apart. Values with spaces are in double quotes. # begins a line of comment.
func parseEvents(input string) (all []schemas.Event, err error) {
	for line := range strings.SplitSeq(input, "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		id := schemas.Identity{MessageID: "m", Recipient: "r"}
		if m := whom.FindStringSubmatch(line); m != nil {
			line = line[len(m[0]):]
			id.Account, id.Recipient = m[1], m[2]
		}
		if id.Recipient == "all" {
			id.Recipient = ""
		}
		for _, variant := range expand(shorthand(line)) {
			if variant.name != "" {
				id.Recipient = variant.name
			}
			if all, err = appendEvents(all, id, variant.events); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// appendEvents reads the events of one recipient; their ids are in order.
func appendEvents(all []schemas.Event, id schemas.Identity, list string) ([]schemas.Event, error) {
	for _, word := range splitOutsideQuotes(list, ',') {
		ev, err := parseEvent(word)
		if err != nil {
			return nil, err
		}
		for i := range ev.times {
			again := ev.Event
			again.Identity = id
			again.Time += int64(i) * ev.every
			if again.ID == 0 {
				again.ID = schemas.EventID(len(all) + 1)
			}
			all = append(all, again)
		}
	}
	return all, nil
}

// shorthand writes out the R or S that a line begins with.
func shorthand(line string) string {
	first, rest, more := strings.Cut(line, ",")
	switch first {
	case "R":
		first = "received 0s"
	case "S":
		first = "received 0s, treated 1s, queued 2s"
	}
	if more {
		first += ","
	}
	return first + rest
}

// A variant is one of several lines that one is written for.
type variant struct{ name, events string }

// expand writes out a|b, which stands in braces or for a whole word.
func expand(s string) []variant {
	bar := strings.IndexByte(s, '|')
	if bar < 0 {
		return []variant{{events: s}}
	}
	start, stop := strings.LastIndexAny(s[:bar], "{ ")+1, " "
	if start > 0 && s[start-1] == '{' {
		stop = "}"
	}
	end := bar + strings.Index(s[bar:], stop)
	var all []variant
	for name := range strings.SplitSeq(s[start:end], "|") {
		all = append(all, variant{name, s[:start] + name + s[end:]})
	}
	return all
}

// splitOutsideQuotes splits at a separator, and trims the parts.
func splitOutsideQuotes(s string, separator rune) (parts []string) {
	quoted := false
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == separator && !quoted
	}) {
		parts = append(parts, strings.TrimSpace(part))
	}
	return parts
}

type repeated struct {
	schemas.Event
	times int
	every int64
}

var usualSource = map[schemas.Stage]schemas.SourceType{
	schemas.StagePlatform:   schemas.SourcePlatform,
	schemas.StageTransport:  schemas.SourcePostfix,
	schemas.StageEngagement: schemas.SourceTracking,
	schemas.StageFeedback:   schemas.SourceARF,
}

func parseEvent(s string) (ev repeated, err error) {
	words := splitOutsideQuotes(s, ' ')
	if len(words) < 2 {
		return ev, fmt.Errorf("event %q has no time", s)
	}
	if ev.Kind, ev.Reason, err = parseKind(words[0]); err != nil {
		return ev, err
	}
	if ev.Time, err = parseTime(words[1]); err != nil {
		return ev, fmt.Errorf("event %q: %w", s, err)
	}
	ev.Source, ev.times = usualSource[ev.Kind.Stage()], 1
	for _, word := range words[2:] {
		key, value, _ := strings.Cut(word, "=")
		if err := ev.set(key, strings.Trim(value, `"`)); err != nil {
			return ev, fmt.Errorf("event %q: %w", s, err)
		}
	}
	if ev.Stream == "" {
		ev.Stream = ev.Source.String()
	}
	return ev, nil
}

func parseKind(s string) (schemas.Kind, schemas.Reason, error) {
	name, reasonName, _ := strings.Cut(strings.TrimSuffix(s, "}"), "{")
	kind, ok := schemas.ParseKind(name)
	if !ok {
		return 0, 0, fmt.Errorf("no kind %q", name)
	}
	reason, ok := schemas.ParseReason(kind, reasonName)
	if !ok {
		return 0, 0, fmt.Errorf("%s has no reason %q", kind, reasonName)
	}
	return kind, reason, nil
}

func (ev *repeated) set(key, value string) (err error) {
	texts := map[string]*string{
		"queue": &ev.QueueID, "next": &ev.NextQueueID, "enhanced": &ev.Enhanced, "reply": &ev.Reply, "relay": &ev.Relay,
		"agent": &ev.UserAgent, "client": &ev.IP, "request": &ev.Command, "url": &ev.URL, "stream": &ev.Stream, "sender": &ev.Sender, "campaign": &ev.Campaign,
	}
	switch to := texts[key]; {
	case to != nil:
		*to = value
	case key == "times":
		ev.times, err = strconv.Atoi(value)
	case key == "every":
		ev.every, err = parseTime(value)
		ev.every -= scenarioStart
	case key == "id":
		ev.ID, err = schemas.ParseEventID(fmt.Sprintf("%016s", value))
	case key == "source":
		var ok bool
		if ev.Source, ok = schemas.ParseSourceType(value); !ok {
			err = fmt.Errorf("no source %q", value)
		}
	case key == "confidence":
		var ok bool
		if ev.Confidence, ok = schemas.ParseConfidence(value); !ok {
			err = fmt.Errorf("no confidence %q", value)
		}
	default:
		err = fmt.Errorf("no key %q", key)
	}
	return err
}

// parseTime reads a time since the scenario began; d is days.
func parseTime(s string) (ms int64, err error) {
	unit := time.Duration(1)
	if days, ok := strings.CutSuffix(s, "d"); ok {
		s, unit = days+"h", 24
	}
	d, err := time.ParseDuration(s)
	return scenarioStart + (d * unit).Milliseconds(), err
}

// formatTime writes what parseTime reads, days and all.
func formatTime(ms int64) string {
	d := time.Duration(ms-scenarioStart) * time.Millisecond
	days := d / (24 * time.Hour)
	d -= days * 24 * time.Hour
	s := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(s, zero) {
			s = s[:len(s)-2]
		}
	}
	if days == 0 {
		return s
	}
	return strings.TrimSuffix(fmt.Sprintf("%dd%s", days, s), "d0s") + map[bool]string{true: "d"}[d == 0]
}
