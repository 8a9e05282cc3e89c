package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

// platformEvent is one line of platform.ndjson.
type platformEvent struct {
	EventID   string   `json:"event_id,omitempty"`
	Time      string   `json:"time"`
	Event     string   `json:"event"`
	MessageID string   `json:"message_id"`
	Recipient string   `json:"recipient"`
	EmailID   string   `json:"email_id,omitempty"`
	Sender    string   `json:"sender,omitempty"`
	Subject   string   `json:"subject,omitempty"`
	Campaign  string   `json:"campaign,omitempty"`
	Tags      []string `json:"tags,omitempty"`
	Reason    string   `json:"reason,omitempty"`
}

// platform writes what the sending application knows before Postfix does.
type platform struct {
	mu     sync.Mutex
	file   *os.File
	lines  int
	broken int
	twice  int // lines that say the same again: no event of their own
	berlin *time.Location
}

func newPlatform(path, zone string) (*platform, error) {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return nil, fmt.Errorf("load time zone: %w", err)
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("make platform log: %w", err)
	}
	return &platform{file: f, berlin: loc}, nil
}

// preludes are what may happen to a letter on the platform before it goes to Postfix.
var preludes = [][]string{
	{"received", "treated"},
	{"received", "treated"},
	{"received", "treated"},
	{"received", "scheduled", "treated"},
	{"received", "throttled", "treated"},
	{"received", "depleted", "renewed", "treated"},
	{"received", "moderation_pending", "moderation_accepted", "treated"},
	{"received", "blocked spam_removed", "released requeue", "treated"},
}

// before writes the events of a letter that is about to go to Postfix, when it is one that the platform keeps book of.
func (p *platform) before(l *letter, n int) error {
	if l.campaign == "" || l.via == byOutside {
		return nil
	}
	kinds := preludes[n%len(preludes)]
	if len(l.to) > 10 {
		kinds = preludes[0]
	}
	for _, a := range l.to {
		if a.refused != nil {
			continue
		}
		if err := p.write(a, kinds, time.Now().Add(-time.Duration(len(kinds))*40*time.Millisecond)); err != nil {
			return err
		}
	}
	return nil
}

// write writes events of an addressee, 40 ms apart.
func (p *platform) write(a *addressee, kinds []string, at time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, k := range kinds {
		kind, reason, _ := strings.Cut(k, " ")
		l := a.letter
		e := platformEvent{
			Time: p.stamp(at.Add(time.Duration(i) * 40 * time.Millisecond)), Event: kind, Reason: reason,
			MessageID: l.id, Recipient: a.written, EmailID: l.emailID, Sender: l.sender, Subject: l.subject, Campaign: l.campaign, Tags: l.tags,
		}
		if p.lines%50 == 7 {
			e.EventID = fmt.Sprintf("evt-%06d", p.lines)
		}
		a.platform = append(a.platform, e)
		if err := p.line(e); err != nil {
			return err
		}
	}
	return nil
}

// stamp is in UTC or with an offset, in turn.
func (p *platform) stamp(t time.Time) string {
	if p.lines%9 == 4 {
		return t.In(p.berlin).Format("2006-01-02T15:04:05.000Z07:00")
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

func (p *platform) line(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode platform event: %w", err)
	}
	return p.raw(string(text))
}

func (p *platform) raw(text string) error {
	p.lines++
	if _, err := p.file.WriteString(text + "\n"); err != nil {
		return fmt.Errorf("write platform log: %w", err)
	}
	return nil
}

// finish writes the lines that are no new events, and closes the log.
func (p *platform) finish(again platformEvent) error {
	p.twice++
	if err := p.line(again); err != nil {
		return err
	}
	for _, text := range []string{
		`{"time":"2026-11-21T12:00:00Z","event":"received","message_id":"cut-off@news.mailf`,
		`Nov 21 12:00:00 this is a line of another program`,
		`{"time":"2026-11-21T12:00:00Z","event":"teleported","message_id":"unknown-kind@news.mailfate.example","recipient":"a@gmail.example"}`,
	} {
		p.broken++
		if err := p.raw(text); err != nil {
			return err
		}
	}
	return p.file.Close()
}

// platformEnds are the stories that end on the platform, and the status that each ends in.
var platformEnds = []struct {
	events string
	status string
}{
	{"received", "received"},
	{"received, scheduled", "scheduled"},
	{"received, treated", "processing"},
	{"received, throttled", "throttled"},
	{"received, moderation_pending", "in_moderation"},
	{"received, moderation_pending, quarantined", "quarantined"},
	{"received, moderation_pending, quarantined, moderation_accepted", "processing"},
	{"received, blocked spam_removed", "blocked"},
	{"received, blocked spam_skipped, released as_new", "cancelled"},
	{"received, blocked spam_skipped, released later", "scheduled"},
	{"received, depleted", "depleted"},
	{"received, depleted, renewed", "received"},
	{"received, filtered", "suppressed"},
	{"received, suppressed unsubscribed", "suppressed"},
	{"received, suppressed complained", "suppressed"},
	{"received, suppressed hard_bounced", "suppressed"},
	{"received, suppressed unreachable", "suppressed"},
	{"received, suppressed unavailable", "suppressed"},
	{"received, suppressed dup_unreachable", "suppressed"},
	{"received, suppressed dup_temporarily_unavailable", "suppressed"},
	{"received, suppressed dup_mailbox_full", "suppressed"},
	{"received, cancelled by_sender", "cancelled"},
	{"received, scheduled, cancelled campaign_blocked", "cancelled"},
	{"received, cancelled account_blocked", "cancelled"},
	{"received, invalid sender", "invalid"},
	{"received, invalid recipient", "invalid"},
	{"received, treated, invalid content", "invalid"},
	{"received, treated, lost", "lost"},
	{"received, treated, internal_error", "failed"},
	{"refused policy", "refused"},
	{"refused syntax", "refused"},
}

// tellPlatformOnly adds letters that never get as far as Postfix.
func (s *set) tellPlatformOnly() {
	for i, e := range platformEnds {
		for j := range 2 {
			n := 2*i + j
			l := &letter{
				via: byNobody, id: fmt.Sprintf("held-%04d@news.mailfate.example", n), sender: fmt.Sprintf("news+held%04d@news.mailfate.example", n),
				subject: subjects[n%len(subjects)], campaign: "autumn-sale", tags: []string{"newsletter"}, emailID: fmt.Sprintf("em_held%04d", n),
				to: []*addressee{{written: fmt.Sprintf("held.%d@%s", n, providers[n%5].domain), ends: e.status}},
			}
			s.cast.add(l)
		}
	}
}

// platformOnly writes the events of those letters.
func (s *set) platformOnly(p *platform) error {
	i := 0
	for _, l := range s.cast.letters {
		if l.via != byNobody {
			continue
		}
		if err := p.write(l.to[0], strings.Split(platformEnds[i/2].events, ", "), time.Now()); err != nil {
			return err
		}
		i++
	}
	return nil
}
