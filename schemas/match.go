package schemas

import (
	"fmt"
	"slices"
)

// Match says by what a report, a bounce by mail or a hit was tied to its message.
// Stored: append only.
type Match uint8

// The ways of matching, the best first.
const (
	// MatchNone: nothing was matched, for the source itself says which message it
	// is about.
	MatchNone Match = iota
	// MatchSigned: by an id that we signed.
	MatchSigned
	// MatchAddress: by an envelope address of ours that a configured pattern knows.
	MatchAddress
	// MatchMessageID: by the Message-ID of what was sent back.
	MatchMessageID
	// MatchEnvelopeID: by the envelope id that we gave it (RFC 3461, 4.4).
	MatchEnvelopeID
	// MatchPerson: a person has judged so (see EventID.Judged).
	MatchPerson
)

var matchNames = []string{"", "signed", "address", "message_id", "envelope_id", "person"}

// String returns the way's name; "" for MatchNone.
func (m Match) String() string {
	if int(m) < len(matchNames) {
		return matchNames[m]
	}
	return fmt.Sprintf("match(%d)", uint8(m))
}

// Confidence says how sure it is that an event is about its message and its
// recipient. Stored: append only.
type Confidence uint8

// The confidences.
const (
	// ConfidenceStated: nothing was inferred, for the source itself says it.
	ConfidenceStated Confidence = iota
	// ConfidenceNone: nothing says which message it is about.
	ConfidenceNone
	// ConfidenceLikely: something says it that may be another's.
	ConfidenceLikely
	// ConfidenceStrong: it is known only to who had the message. Which of its
	// recipients that was, it does not say.
	ConfidenceStrong
	// ConfidenceExact: we signed it, the recipient included, or a person has judged so.
	ConfidenceExact
)

var confidenceNames = []string{"", "none", "likely", "strong", "exact"}

// String returns the confidence's name; "" for ConfidenceStated.
func (c Confidence) String() string {
	if int(c) < len(confidenceNames) {
		return confidenceNames[c]
	}
	return fmt.Sprintf("confidence(%d)", uint8(c))
}

// ParseConfidence returns the confidence with that name.
func ParseConfidence(name string) (Confidence, bool) {
	at := slices.Index(confidenceNames, name)
	return Confidence(max(at, 0)), at >= 0
}

// Certain reports whether an event may change what is said of its message to its
// recipient; sole: the message has no other, who could say it of this one. What is not
// certain is kept and counted, and suppresses nobody.
func (c Confidence) Certain(sole bool) bool {
	return c == ConfidenceStated || c >= ConfidenceExact || c == ConfidenceStrong && sole
}
