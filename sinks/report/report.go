// Package report says what a report holds and how it looks on a terminal.
//
// A Report's JSON names are an interface to other programs: they stay. Its text
// is for people and may change; every name in it that comes from a mail or a log
// is stripped of what a terminal would obey.
//
// Left out on purpose: where the figures come from (sinks/clickhouse reads them,
// whoever runs the sources fills Sources and DeadLetters).
package report

// Report is what became of all messages, in figures.
type Report struct {
	// Messages counts identities: message, recipient and account.
	Messages uint64 `json:"messages"`
	// ByStatus has, by vocabulary, the number of messages of each status that occurs.
	ByStatus map[string]map[string]uint64 `json:"by_status"`
	Rates    Rates                        `json:"rates"`

	BouncesByReason []BounceReason `json:"bounces_by_reason"`
	// BouncesByDomain lists recipients' domains, those with the most bounces first.
	BouncesByDomain []BounceDomain `json:"bounces_by_domain"`

	Sources   map[string]Source `json:"sources"`
	Unparsed  uint64            `json:"unparsed"`  // lines that no rule knows
	Unmatched uint64            `json:"unmatched"` // hits and reports that belong to no known message
	Contested uint64            `json:"contested"` // and those that could belong to several accounts'
	// DeadLetters counts events that could not be applied; nil when nobody has
	// looked into Kafka, where they are.
	DeadLetters *uint64 `json:"dead_letters,omitempty"`
	Digest      string  `json:"digest"` // the same for the same events
}

// Rates count messages, not hits: who opens twice is counted once.
//
// Opens and clicks of accounts that do not track them are left out of both parts of
// their rates, though ByStatus has them.
type Rates struct {
	Delivered               uint64  `json:"delivered"`    // also what came back later
	OpenTracked             uint64  `json:"open_tracked"` // Delivered of accounts with open tracking
	UniqueOpens             uint64  `json:"unique_opens"`
	UniqueOpensWithMachines uint64  `json:"unique_opens_with_machines"`
	OpenRate                float64 `json:"open_rate"` // UniqueOpens ÷ OpenTracked
	HardBounces             uint64  `json:"hard_bounces"`
	SoftBounces             uint64  `json:"soft_bounces"`
	Ended                   uint64  `json:"ended"`         // delivered, bounced or expired
	BounceRate              float64 `json:"bounce_rate"`   // bounces ÷ Ended
	ClickTracked            uint64  `json:"click_tracked"` // Delivered of accounts with click tracking
	Clicks                  uint64  `json:"clicks"`
	ClickRate               float64 `json:"click_rate"` // Clicks ÷ ClickTracked
	Complaints              uint64  `json:"complaints"`
	Unsubscribes            uint64  `json:"unsubscribes"`
}

// BounceReason counts the messages that bounced for one reason.
type BounceReason struct {
	Reason   string  `json:"reason"`
	Class    string  `json:"class"` // hard or soft
	Fault    string  `json:"fault"`
	Messages uint64  `json:"messages"`
	Share    float64 `json:"share"` // of all bounces
	// BounceRate is Messages ÷ Rates.Ended: these add up to the bounce rate of all.
	BounceRate float64 `json:"bounce_rate"`
}

// BounceDomain counts the messages to one domain.
type BounceDomain struct {
	Domain     string  `json:"domain"`
	Ended      uint64  `json:"ended"` // delivered, bounced or expired
	Hard       uint64  `json:"hard"`
	Soft       uint64  `json:"soft"`
	BounceRate float64 `json:"bounce_rate"`
}

// Source says what was made of one stream.
type Source struct {
	Lines    uint64 `json:"lines"`
	Bytes    uint64 `json:"bytes"`
	Events   uint64 `json:"events"`
	Ignored  uint64 `json:"ignored"`
	Unparsed uint64 `json:"unparsed"`
	// Provisional counts the messages whose Message-ID the stream has not told.
	Provisional uint64 `json:"provisional,omitempty"`
	// IgnoredBy has the ignored lines by the rule that ignored them.
	IgnoredBy map[string]uint64 `json:"ignored_by,omitempty"`
}

// Ratio is part ÷ whole, and 0 of nothing.
func Ratio(part, whole uint64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
