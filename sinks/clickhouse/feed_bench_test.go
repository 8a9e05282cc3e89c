package clickhouse

import (
	"fmt"
	"testing"

	"mailfate/schemas"
)

// feedDays is over how many days the changes of a benchmark are spread, the newest the fullest.
const feedDays = 28

// feedMessage is the i-th of n messages with four or five changes each: accounts,
// domains and campaigns are as uneven as they are in life.
func feedMessage(tb testing.TB, i, n int) *schemas.Snapshot {
	tb.Helper()
	s := delivered(tb)
	h := uint64(i) * 0x9E3779B97F4A7C15
	begun := day + int64(i)*(feedDays*86_400_000/int64(n))
	s.Account = fmt.Sprintf("account%d", (h>>8)%16*((h>>12)%16)/16)
	s.MessageID = fmt.Sprintf("%016x.%d@acme%d.example", h, i, h%40)
	s.Recipient = fmt.Sprintf("user%d@domain%d.example", (h>>16)%uint64(n/4+1), (h>>20)%200*((h>>30)%200)/200)
	s.Row.Sender = fmt.Sprintf("news%d@acme%d.example", h%5, h%40)
	s.Row.Campaign = fmt.Sprintf("campaign-%d", i*200/n)
	s.Row.Subject = fmt.Sprintf("Offer %d: what is new in week %d", (h>>40)%50, i*5/n)
	s.Revision = uint64(begun * 1000)
	s.Intake = begun
	for j := range s.History {
		c := &s.History[j]
		c.Time = begun + (c.Time - minute(1)) + int64(h>>50)
		c.Cause = schemas.EventID(h + uint64(j))
		if c.Kind == schemas.Deferred {
			c.Reply = fmt.Sprintf("451 4.7.1 <%s>: Recipient address rejected: Greylisted, try again in %d seconds", s.Recipient, (h>>33)%600)
		}
		if c.Kind == schemas.Delivered {
			c.Reply = fmt.Sprintf("250 2.0.0 Ok: queued as %X", h>>16)
		}
	}
	return s
}
