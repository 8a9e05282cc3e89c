package clickhouse

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"mailfate/schemas"
)

// synthetic makes messages as a sender of newsletters and receipts has them: few large
// domains and many small ones, most delivered, some opened, with five events each in
// the mean. They are of one day of a month; the same day makes the same messages.
type synthetic struct {
	random             *rand.Rand
	domains, campaigns *rand.Zipf
	statuses           map[string]schemas.Statuses
	day                int64
	made               uint64 // messages of all days before, and of this
}

const (
	syntheticDays     = 28
	syntheticDomains  = 20_000
	syntheticAccounts = 20
	mailingsOf        = 3 // of an account, on one day
)

// large are the domains that most people have; the hosts tell the providers.
var large = []struct{ domain, relay string }{
	{"gmail.com", "gmail-smtp-in.l.google.com[142.250.27.26]:25"},
	{"yahoo.com", "mta7.am0.yahoodns.net[67.195.204.77]:25"},
	{"hotmail.com", "hotmail-com.olc.protection.outlook.com[104.47.18.161]:25"},
	{"outlook.com", "outlook-com.olc.protection.outlook.com[104.47.18.161]:25"},
	{"icloud.com", "mx01.mail.icloud.com[17.57.155.25]:25"},
	{"web.de", "mx-ha02.web.de[212.227.17.8]:25"},
	{"gmx.net", "mx00.gmx.net[212.227.15.10]:25"},
	{"mail.ru", "mxs.mail.ru[94.100.180.31]:25"},
	{"orange.fr", "smtp-in.orange.fr[80.12.26.32]:25"},
	{"t-online.de", "mx00.t-online.de[194.25.134.8]:25"},
}

func newSynthetic(tb testing.TB, ofDay int, made uint64) *synthetic {
	tb.Helper()
	r := rand.New(rand.NewPCG(uint64(ofDay), 1))
	s := &synthetic{
		random: r, domains: rand.NewZipf(r, 1.3, 2, syntheticDomains-1), campaigns: rand.NewZipf(r, 1.2, 2, mailingsOf-1),
		statuses: map[string]schemas.Statuses{}, day: day + int64(ofDay-syntheticDays)*24*hour, made: made,
	}
	for id := range words {
		s.statuses[id] = status(tb, id)
	}
	return s
}

// history is a message that is being made.
type history struct {
	*synthetic
	s   *schemas.Snapshot
	now int64
}

// chance is true so many times of a thousand.
func (s *synthetic) chance(thousandths int) bool { return s.random.IntN(1000) < thousandths }

// happens adds a change some time later, at most so many ms.
func (h *history) happens(within int64, kind schemas.Kind, to string, reason schemas.Reason, code uint16, enhanced, reply string) int64 {
	h.now += 1 + h.random.Int64N(within)
	before := schemas.Statuses{}
	if n := len(h.s.History); n > 0 {
		before = h.s.History[n-1].After
	}
	h.s.History = append(h.s.History, schemas.Change{
		Cause: schemas.EventID(h.random.Uint64()), Kind: kind, Reason: reason, Time: h.now, Before: before, After: h.statuses[to], Code: code, Enhanced: enhanced, Reply: reply,
	})
	h.s.Row.Statuses, h.s.Row.Last = h.statuses[to], h.now
	return h.now
}

const second = 1000

// next makes a message.
func (s *synthetic) next() *schemas.Snapshot {
	n := s.made
	s.made++
	account := s.random.IntN(s.random.IntN(syntheticAccounts) + 1)
	domain, relay := s.domain()
	h := history{s, &schemas.Snapshot{
		Identity: schemas.Identity{
			Account:   fmt.Sprintf("account%02d", account),
			MessageID: fmt.Sprintf("%016x.%d@mail.shop%02d.example", s.random.Uint64(), n, account),
			Recipient: fmt.Sprintf("%s.%s%d@%s", firstNames[s.random.IntN(len(firstNames))], lastNames[s.random.IntN(len(lastNames))], s.random.IntN(10_000), domain),
		},
		Standing: schemas.Shown, Was: schemas.Shown,
	}, s.instant()}
	row := &h.s.Row
	if s.chance(600) { // of a mailing, which goes out within hours; the others are receipts
		mailing := int64(s.campaigns.Uint64())
		row.Campaign = fmt.Sprintf("account%02d-%d-%d", account, s.day/hour/24, mailing)
		h.now = s.day + (int64(account)*5+mailing*7)%20*hour + s.random.Int64N(3*hour)
	}
	row.EmailID, row.Sender, row.Relay = emailID(n), fmt.Sprintf("bounce+%d@shop%02d.example", n%1000, account), relay
	row.Subject = "Your order has been shipped"
	row.Attempts, row.Size = 1, 20_000+s.random.Int64N(60_000)
	row.First = h.happens(1, schemas.Received, "received", schemas.ReasonNone, 0, "", "")
	h.happens(second, schemas.Treated, "processing", schemas.ReasonNone, 0, "", "")
	row.Queued = h.happens(second, schemas.Queued, "queued", schemas.ReasonNone, 0, "", "")
	h.transport(row)
	h.s.Intake = row.Last + s.random.Int64N(second)
	h.s.Revision = uint64(h.s.Intake)*1000 + s.random.Uint64N(1000)
	return h.s
}

func (s *synthetic) domain() (domain, relay string) {
	n := int(s.domains.Uint64())
	if n < len(large) {
		return large[n].domain, large[n].relay
	}
	domain = fmt.Sprintf("company%d.example", n)
	return domain, "mx." + domain + "[192.0.2.7]:25"
}

// emailID is that of the message that was made after so many.
func emailID(n uint64) string { return fmt.Sprintf("em_%012d", n) }

// instant is one of the day, in its light oftener than at night.
func (s *synthetic) instant() int64 {
	at := s.random.Int64N(24)
	if at < 7 && s.chance(800) {
		at += 8
	}
	return s.day + at*hour + s.random.Int64N(hour)
}

func (h *history) transport(row *schemas.Row) {
	if h.chance(80) {
		row.Deferrals = 1 + uint32(h.random.IntN(3))
		row.Reason, row.Code, row.Enhanced, row.Reply = schemas.Greylisted, 450, "4.7.1", "450 4.7.1 <"+h.s.Recipient+">: Recipient address rejected: Greylisted, please try again later"
		row.Deferred = h.happens(5*second, schemas.Deferred, "deferred", row.Reason, row.Code, row.Enhanced, row.Reply)
		h.now += 300 * second
	}
	switch fate := h.random.IntN(1000); {
	case fate < 20:
		h.bounce(row, "bounced_hard", schemas.UserUnknown, "5.1.1", "550 5.1.1 <"+h.s.Recipient+">: Recipient address rejected: User unknown in virtual mailbox table")
	case fate < 30:
		h.bounce(row, "bounced_soft", []schemas.Reason{schemas.MailboxFull, schemas.SpamContent, schemas.Policy, schemas.IPBlocklisted}[h.random.IntN(4)], "5.7.1",
			fmt.Sprintf("550 5.7.1 Service unavailable; client [192.0.2.%d] blocked, see https://bl.example/%x", h.random.IntN(250), h.random.Uint32()))
	case fate < 40:
		row.Reason = schemas.ConnectionFailed
		row.Expired = h.happens(hour, schemas.Expired, "expired", 0, 0, "", "connect to mx[192.0.2.7]:25: Connection timed out")
	default:
		row.Delivered = h.happens(8*second, schemas.Delivered, "delivered", schemas.ReasonNone, 250, "2.0.0", fmt.Sprintf("250 2.0.0 OK %d %x.%d - gsmtp", h.now/1000, h.random.Uint64(), h.random.IntN(300)))
		h.engagement(row)
	}
}

func (h *history) bounce(row *schemas.Row, to string, reason schemas.Reason, enhanced, reply string) {
	row.Reason, row.Code, row.Enhanced, row.Reply = reason, 550, enhanced, reply
	row.Bounced = h.happens(5*second, schemas.Bounced, to, reason, 550, enhanced, reply)
}

func (h *history) engagement(row *schemas.Row) {
	if h.chance(150) {
		row.MachineOpened, row.MachineOpens = h.now+second, 1
	}
	if h.chance(200) {
		row.Opened, row.Opens = h.happens(20*hour, schemas.Opened, "opened", schemas.ReasonNone, 0, "", ""), 1+uint32(h.random.IntN(3))
		if h.chance(150) {
			row.Clicked, row.Clicks, row.URL = h.happens(60*second, schemas.Clicked, "clicked", schemas.ReasonNone, 0, "", ""), 1, "https://www.shop.example/offers?utm=autumn"
		}
		if h.chance(10) {
			row.Unsubscribed = h.happens(60*second, schemas.Unsubscribed, "unsubscribed", schemas.ReasonNone, 0, "", "")
		}
	}
	if h.chance(1) {
		row.Complained = h.happens(20*hour, schemas.Complained, "complained", schemas.ReasonNone, 0, "", "")
	}
}

// events are those that the history follows from.
func (s *synthetic) events(of *schemas.Snapshot, each func(*schemas.Event, int64)) {
	queue, next := fmt.Sprintf("4%010X", s.random.Uint32()), fmt.Sprintf("4%010X", s.random.Uint32()) // before a filter of ours, and behind it
	for i := range of.History {
		c := &of.History[i]
		ev := schemas.Event{
			ID: c.Cause, Kind: c.Kind, Time: c.Time, Identity: of.Identity, Sender: of.Row.Sender, Code: c.Code, Enhanced: c.Enhanced, Reply: c.Reply,
			Source: schemas.SourcePostfix, Stream: "postfix:/var/log/mail.log", Host: "mx1", Instance: "postfix", File: "/var/log/mail.log", Offset: int64(s.made)*700 + int64(i)*150,
		}
		switch c.Kind {
		case schemas.Received:
			ev.Source, ev.Stream, ev.Campaign, ev.Subject, ev.Size, ev.EmailID = schemas.SourcePlatform, "platform:/var/log/events.json", of.Row.Campaign, of.Row.Subject, of.Row.Size, of.Row.EmailID
		case schemas.Opened, schemas.Clicked:
			ev.Source, ev.Stream, ev.IP, ev.URL = schemas.SourceTracking, "tracking:/var/log/access.log", fmt.Sprintf("203.0.113.%d", s.random.IntN(250)), of.Row.URL
			ev.UserAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
		default:
			ev.QueueID, ev.Relay = queue, of.Row.Relay
		}
		each(&ev, c.Time+s.random.Int64N(second))
		if c.Kind == schemas.Queued { // and on it goes, through a filter of ours
			ev.ID, ev.Kind, ev.NextQueueID = schemas.EventID(s.random.Uint64()), schemas.Relayed, next
			each(&ev, c.Time+s.random.Int64N(second))
			queue = next
		}
	}
}

var (
	firstNames = []string{"anna", "ben", "carla", "david", "emma", "finn", "greta", "hugo", "ida", "jonas", "kofi", "lena", "marek", "nadia", "olga", "paul"}
	lastNames  = []string{"ahmed", "bauer", "costa", "diaz", "eder", "fischer", "garcia", "huber", "ito", "jansen", "keller", "lopez", "meyer", "novak", "okafor", "petrov"}
)
