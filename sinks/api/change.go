package api

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"mailfate/schemas"
	"mailfate/sinks/explain"
)

// Change is one change of a message's status, as a vocabulary tells it.
type Change struct {
	Position
	ID             uint64 // the message's number
	Account        string
	MessageID      string
	Sender         string
	Recipient      string
	Subject        string
	Campaign       string
	Before, Status string // identifiers
	Kind, Reason   string
	Class, Fault   string
	Code           uint16
	Enhanced       string
	Remarks        string
	URL            string
}

// News is a change that was taken in, or was taken back, as every vocabulary tells it.
type News struct {
	Change
	Life              Life
	Insert            uint64
	Befores, Statuses []string // in the order of schemas.Vocabularies
	Withdrawn         bool     // it is not true; no more is told of it than which it is
}

// in returns the change as one vocabulary tells it.
func (n *News) in(v *schemas.Vocabulary) Change {
	c := n.Change
	if i := slices.Index(schemas.Vocabularies[:], v); i < len(n.Befores) && i < len(n.Statuses) {
		c.Before, c.Status = n.Befores[i], n.Statuses[i]
	}
	return c
}

// Position is where a change stands in the feed: the newest first, and of one
// instant the greatest key.
type Position struct {
	Time time.Time
	Key  uint64 // tells it from all other changes
}

// changeLine is a change as every format shows it, its columns in order. Texts are
// valid UTF-8, whatever was logged.
type changeLine struct {
	Time      explain.Time `json:"time" parquet:"time,timestamp(millisecond)"`
	ID        string       `json:"id" parquet:"id"`
	MessageID string       `json:"message_id" parquet:"message_id"`
	Account   string       `json:"account" parquet:"account,dict"`
	Sender    string       `json:"sender" parquet:"sender,dict"`
	Recipient string       `json:"recipient" parquet:"recipient"`
	Subject   string       `json:"subject" parquet:"subject,dict"`
	Campaign  string       `json:"campaign" parquet:"campaign,dict"`
	Before    string       `json:"before" parquet:"before,dict"`
	Status    string       `json:"status" parquet:"status,dict"`
	Spelling  string       `json:"spelling" parquet:"spelling,dict"`
	Meaning   string       `json:"meaning" parquet:"meaning,dict"`
	Final     bool         `json:"final" parquet:"final"`
	Kind      string       `json:"kind" parquet:"kind,dict"`
	Reason    string       `json:"reason" parquet:"reason,dict"`
	Class     string       `json:"class" parquet:"class,dict"`
	Fault     string       `json:"fault" parquet:"fault,dict"`
	Code      uint16       `json:"code" parquet:"code"`
	Enhanced  string       `json:"enhanced" parquet:"enhanced,dict"`
	Remarks   string       `json:"remarks" parquet:"remarks"`
	URL       string       `json:"url" parquet:"url"`
	Change    string       `json:"change" parquet:"change"`
}

// columns are the names of a changeLine's columns, and cells its values, in order.
var columns = []string{
	"time", "id", "message_id", "account", "sender", "recipient", "subject", "campaign", "before", "status", "spelling", "meaning",
	"final", "kind", "reason", "class", "fault", "code", "enhanced", "remarks", "url", "change",
}

func (l *changeLine) cells(into []string) []string {
	return append(into,
		instantOf(l.Time), l.ID, l.MessageID, l.Account, l.Sender, l.Recipient, l.Subject, l.Campaign, l.Before, l.Status, l.Spelling, l.Meaning,
		strconv.FormatBool(l.Final), l.Kind, l.Reason, l.Class, l.Fault, strconv.Itoa(int(l.Code)), l.Enhanced, l.Remarks, l.URL, l.Change,
	)
}

// lineOf describes a change with what its vocabulary says of the status.
func lineOf(v *schemas.Vocabulary, c *Change) changeLine {
	l := changeLine{
		Time: explain.Time(c.Time.UnixMilli()), ID: strconv.FormatUint(c.ID, 10), MessageID: valid(c.MessageID), Account: valid(c.Account),
		Sender: valid(c.Sender), Recipient: valid(c.Recipient), Subject: valid(c.Subject), Campaign: valid(c.Campaign),
		Before: c.Before, Status: c.Status, Kind: c.Kind, Reason: c.Reason, Class: c.Class, Fault: c.Fault,
		Code: c.Code, Enhanced: valid(c.Enhanced), Remarks: valid(c.Remarks), URL: valid(c.URL), Change: sixteen(c.Key),
	}
	l.Spelling, l.Meaning, l.Final = describe(v, c.Status)
	return l
}

// describe tells what a vocabulary says of a status; of one that it does not know, its name.
func describe(v *schemas.Vocabulary, status string) (spelling, meaning string, final bool) {
	s, ok := v.Status(status)
	if !ok {
		return status, "", false
	}
	row := v.Row(s)
	return row.Spelling(), row.Meaning, row.Final
}

// sixteen writes 16 hexadecimal digits. A download has millions of them.
func sixteen(n uint64) string {
	const digits = "0123456789abcdef"
	var b [16]byte
	for i := range b {
		b[i] = digits[n>>(60-4*i)&15]
	}
	return string(b[:])
}

func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// instantOf writes what MarshalText does, with the one layout that package time is
// quick at.
func instantOf(t explain.Time) string {
	b := time.UnixMilli(int64(t)).UTC().AppendFormat(make([]byte, 0, 24), time.RFC3339)
	ms := byte(int64(t) % 1000 / 100)
	rest := byte(int64(t) % 100)
	return string(append(b[:len(b)-1], '.', '0'+ms, '0'+rest/10, '0'+rest%10, 'Z'))
}
