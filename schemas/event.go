package schemas

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
)

// EventID names an event by its content: the same observation, read twice from
// whatever file, has the same id. It is unique among the events of one message.
type EventID uint64

// String returns the id as 16 hexadecimal digits.
func (id EventID) String() string { return fmt.Sprintf("%016x", uint64(id)) }

// ParseEventID reads what String wrote.
func ParseEventID(s string) (EventID, error) {
	n, err := strconv.ParseUint(s, 16, 64)
	if err != nil || len(s) != 16 {
		return 0, fmt.Errorf("parse event id %q: want 16 hexadecimal digits", s)
	}
	return EventID(n), nil
}

// Derive returns the id of a point of kind k that the timeline derives from
// the event id: distinct from it, and from those of other kinds.
func (id EventID) Derive(k Kind) EventID {
	x := uint64(id) ^ (uint64(k) * 0x9e3779b97f4a7c15)
	x ^= x >> 32
	x *= 0xd6e8feb86659fd93
	x ^= x >> 32
	return EventID(x)
}

// judged is what the ids of an event and of the same one under another message
// differ by. Stored, and known to the view judgements.
const judged = 0x6a09e667f3bcc908

// Judged returns the id of the event under the message that a person has found it
// to be about. It follows from the id alone: to judge so twice is one event.
func (id EventID) Judged() EventID { return id ^ judged }

// Hash is the content hash that event ids are cut from.
type Hash [16]byte

// HashEvent hashes an observation's parts; each part's length counts, so that
// no two lists of parts run together. The hash is cryptographic, because who
// writes to a log must not be able to make two observations collide.
func HashEvent(parts ...string) Hash {
	var stack [512]byte
	b := stack[:0]
	for _, p := range parts {
		b = binary.AppendUvarint(b, uint64(len(p)))
		b = append(b, p...)
	}
	return HashBytes(b)
}

// HashBytes hashes bytes whose framing the caller has already made unambiguous.
func HashBytes(b []byte) Hash {
	sum := sha256.Sum256(b)
	return Hash(sum[:16])
}

// ID returns the event id of the hash.
func (h Hash) ID() EventID { return EventID(binary.BigEndian.Uint64(h[:8])) }

// Hex returns the whole hash, for where an id must be unique beyond one message.
func (h Hash) Hex() string { return hex.EncodeToString(h[:]) }

// SourceType says what kind of source an event was read from. Stored: append only.
type SourceType uint8

// The source types.
const (
	SourceNone SourceType = iota
	SourcePostfix
	SourcePlatform
	SourceTracking
	SourceARF
	SourcePowerMTA
	SourceKumoMTA
	SourceSendmail
	SourceExim
)

var sourceNames = []string{"", "postfix", "platform", "tracking", "arf", "powermta", "kumomta", "sendmail", "exim"}

// String returns the source type's name, as the command line spells it.
func (s SourceType) String() string {
	if int(s) < len(sourceNames) {
		return sourceNames[s]
	}
	return fmt.Sprintf("source(%d)", uint8(s))
}

// ParseSourceType returns the source type with that name.
func ParseSourceType(name string) (SourceType, bool) {
	for i, n := range sourceNames[1:] {
		if n == name {
			return SourceType(i + 1), true
		}
	}
	return SourceNone, false
}

// Limits on the texts of an event, in bytes; longer ones are cut (Event.Bound).
const (
	MaxText  = 512  // user agents, subjects, URLs, and every other text; all tags together
	MaxReply = 1024 // replies, which are judged by as much: the code that decides may stand at the end
	MaxTags  = 32
)

// Event is what somebody observed about a message: one line of a log, one hit,
// one report. Texts are as the source wrote them, cut at their limits; nothing in
// them is trusted.
type Event struct {
	ID     EventID
	Kind   Kind
	Reason Reason // set only where the source itself names it; replies are classified in the timeline
	Time   int64  // when it happened, ms since 1970 UTC

	Identity // Account and Recipient may be empty, MessageID never is

	EmailID  string   // the platform's own id of this message to this recipient
	Sender   string   // envelope sender; "" unknown, "<>" the null sender
	Subject  string   // decoded
	Campaign string   //
	Tags     []string //
	Size     int64    // bytes, 0 unknown

	Code        uint16 // SMTP reply code, 0 none (RFC 5321, 4.2)
	Enhanced    string // enhanced status code, as 5.1.1 (RFC 3463)
	Command     string // the SMTP command that was answered
	Reply       string // the remote server's words, or ours
	Relay       string // who was talked to, as name[address]:port
	QueueID     string // the queue id under which an MTA of ours had it
	NextQueueID string // the queue id that the next hop gave it

	URL       string // the link that was followed
	UserAgent string
	IP        string

	// How it was tied to its message, where the source does not say whose it is.
	Match      Match
	Confidence Confidence

	// Where it was read: evidence, never identity.
	Source   SourceType
	Stream   string // whose clock judges this event's timers; in a snapshot several, see pipeline/status
	Host     string // the host that logged it
	Instance string // the MTA instance that logged it
	File     string
	Offset   int64
}

// Bound cuts every text at MaxText, the reply and the identity at their own limits.
func (e *Event) Bound() {
	if e.short() {
		return
	}
	for _, s := range []*string{
		&e.EmailID, &e.Sender, &e.Subject, &e.Campaign, &e.Enhanced, &e.Command, &e.Relay,
		&e.QueueID, &e.NextQueueID, &e.URL, &e.UserAgent, &e.IP, &e.Stream, &e.Host, &e.Instance, &e.File,
	} {
		if len(*s) > MaxText {
			*s = (*s)[:MaxText]
		}
	}
	e.Reply = e.Reply[:min(len(e.Reply), MaxReply)]
	e.boundTags()
	e.Account = bound(e.Account, MaxAccount)
	e.MessageID = bound(e.MessageID, MaxMessageID)
	e.Recipient = bound(e.Recipient, MaxRecipient)
}

// short reports that no text is too long, the usual case: what their lengths have
// in bits together is no less than any of them.
func (e *Event) short() bool {
	all := len(e.EmailID) | len(e.Sender) | len(e.Subject) | len(e.Campaign) | len(e.Enhanced) | len(e.Command) |
		len(e.Reply) | len(e.Relay) | len(e.QueueID) | len(e.NextQueueID) | len(e.URL) | len(e.UserAgent) | len(e.IP) |
		len(e.Stream) | len(e.Host) | len(e.Instance) | len(e.File) | len(e.MessageID) | len(e.Recipient)
	return all <= min(MaxText, MaxMessageID, MaxRecipient) && len(e.Account) <= MaxAccount && len(e.Tags) == 0
}

// boundTags keeps the tags that fit together, and cuts the first that does not.
func (e *Event) boundTags() {
	room := MaxText
	for i, t := range e.Tags {
		if i == MaxTags || room == 0 {
			e.Tags = e.Tags[:i]
			return
		}
		e.Tags[i] = t[:min(len(t), room)]
		room -= len(e.Tags[i])
	}
}

// FirstHand reports whether a system of ours observed it: transport events are,
// and everything the platform says. A hit or what came by mail is not, a bounce
// either, for anyone can forge one.
func (e *Event) FirstHand() bool {
	return e.Source == SourcePlatform || e.ForWholeMessage()
}

// CreatesRecipient reports whether this event proves that its recipient was
// addressed.
func (e *Event) CreatesRecipient() bool { return e.Recipient != "" && e.FirstHand() }

// ForWholeMessage reports whether an event without a recipient is about the
// message and so about all its recipients. One without a recipient that is not
// (a redacted complaint) is about one whom the source did not name.
func (e *Event) ForWholeMessage() bool {
	return e.Source != SourceARF && (e.Kind.Stage() == StageTransport || e.Kind.Stage() == StagePlatform)
}
