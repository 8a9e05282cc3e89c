package clickhouse

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mailfate/pipeline/classify"
	machine "mailfate/pipeline/status"
	"mailfate/schemas"
	schema "mailfate/schemas/clickhouse"
)

// A life is one message with all its records, processed as events become known, by
// rules that may change meanwhile. emitted is what mail.status holds of it.
type life struct {
	t       testing.TB
	records map[schemas.Identity]*schemas.Snapshot
	grown   map[*schemas.Snapshot]bool
	judge   *machine.Evaluator
	clock   int64
	emitted []schemas.Snapshot
}

// otherRules judge what the embedded ones take for hard as soft, and the other way round.
var otherRules = func() *classify.Rules {
	r, err := classify.New("other.txt", []byte("[other.policy] policy\ntext: user unknown\n\n[other.gone] user_unknown\ntext: mailbox full\n"))
	if err != nil {
		panic(err)
	}
	return r
}()

func newLife(t testing.TB) *life {
	return &life{t: t, records: map[schemas.Identity]*schemas.Snapshot{}, grown: map[*schemas.Snapshot]bool{}, judge: machine.NewEvaluator(machine.Timers{}), clock: -1 << 62}
}

func (l *life) at(id schemas.Identity) *schemas.Snapshot {
	if l.records[id] == nil {
		l.records[id] = &schemas.Snapshot{Identity: id}
	}
	return l.records[id]
}

func (l *life) add(ev schemas.Event) {
	s := l.at(ev.Identity)
	l.grown[s] = machine.Add(s, &ev) || l.grown[s]
	if header := l.at(schemas.Identity{MessageID: ev.MessageID}); machine.AddAccount(header, ev.Account) {
		l.grown[header] = true
	}
	if whole := (schemas.Identity{Account: ev.Account, MessageID: ev.MessageID}); ev.CreatesRecipient() && machine.AddRecipient(l.at(whole), ev.Recipient) {
		l.grown[l.at(whole)] = true
	}
}

// look evaluates every key that there is or may be, as after a transaction.
func (l *life) look() {
	accounts, recipients := map[string]bool{"": true}, map[string]bool{}
	var messageID string
	for id := range l.records {
		accounts[id.Account], recipients[id.Recipient], messageID = true, true, id.MessageID
	}
	for _, account := range slices.Sorted(maps.Keys(accounts)) {
		for _, recipient := range slices.Sorted(maps.Keys(recipients)) {
			l.lookAt(schemas.Identity{Account: account, MessageID: messageID, Recipient: recipient})
		}
	}
	clear(l.grown)
}

func (l *life) lookAt(id schemas.Identity) {
	known := func(account, recipient string) *schemas.Snapshot {
		return l.records[schemas.Identity{Account: account, MessageID: id.MessageID, Recipient: recipient}]
	}
	m := machine.Message{
		Key: l.records[id], Unnamed: known("", id.Recipient), Whole: known(id.Account, ""), Header: known("", ""),
		Clock: func(string) int64 { return l.clock },
	}
	fresh := m.Key == nil
	if fresh {
		if m.Unnamed == nil || id.Recipient == "" {
			return
		}
		m.Key = &schemas.Snapshot{Identity: id}
	}
	if id.Account == "" && m.Header != nil && len(m.Header.Accounts) == 1 {
		m.Owner, m.OwnerWhole = known(m.Header.Accounts[0], id.Recipient), known(m.Header.Accounts[0], "")
	}
	view := l.judge.Evaluate(&m)
	if fresh && view.Standing != schemas.Shown {
		return
	}
	if machine.Settle(m.Key, &view, l.grown[m.Key], int64(len(l.emitted))) {
		l.records[id] = m.Key
		l.emit(m.Key)
	}
}

// emit keeps a snapshot as it comes out of Kafka.
func (l *life) emit(s *schemas.Snapshot) {
	value, err := schemas.NewEncoder().Snapshot(s)
	if err != nil {
		l.t.Fatal(err)
	}
	out := schemas.Snapshot{Identity: s.Identity}
	if err := schemas.NewDecoder().Snapshot(value, &out); err != nil {
		l.t.Fatal(err)
	}
	l.emitted = append(l.emitted, out)
}

// saidKinds are what somebody may observe, what suppresses addresses and what takes
// that back more often than the rest.
var saidKinds = []schemas.Kind{
	schemas.Received, schemas.Suppressed, schemas.Invalid, schemas.Invalid, schemas.Cancelled, schemas.Resend, schemas.Resend, schemas.Queued, schemas.Queued, schemas.Deferred,
	schemas.Delivered, schemas.Delivered, schemas.Delivered, schemas.Bounced, schemas.Bounced, schemas.Bounced, schemas.BouncedLater, schemas.Expired,
	schemas.Opened, schemas.Clicked, schemas.Unsubscribed, schemas.Unsubscribed, schemas.Complained, schemas.Complained, schemas.SpamFoldered, schemas.NotSpam,
}

// happening draws what is observed of a message. An id is of one key's; where no other
// key has to do with that, it may be read as several kinds.
func happening(messageID string, draw func(n int) int) schemas.Event {
	account, recipient := draw(6), draw(5)
	ev := schemas.Event{
		Identity: schemas.Identity{
			Account: []string{"", "", "", "a", "a", "b"}[account], MessageID: messageID,
			Recipient: []string{"", "", "ann@x.example", "ann@x.example", "bob@y.example"}[recipient],
		},
		Kind: saidKinds[draw(len(saidKinds))], Time: minute(int64(draw(8))), Stream: "s", Source: schemas.SourcePostfix,
		QueueID: []string{"", "Q1", "Q2"}[draw(3)],
	}
	ev.ID = schemas.EventID(1 + draw(8) + 100*slices.Index([]string{"", "a", "b"}, ev.Account) + 1000*len(ev.Recipient))
	if ev.Account == "" || ev.Recipient == "" {
		ev.ID += schemas.EventID(100_000 * int(ev.Kind))
	}
	if draw(4) == 0 {
		ev.Time = []int64{minute(0) - 400*24*hour, -5 * second}[draw(2)] // of another year, or before what the tables can tell
	}
	switch ev.Kind.Stage() {
	case schemas.StagePlatform:
		ev.Source = schemas.SourcePlatform
		if ev.Kind == schemas.Invalid {
			ev.Reason = ev.Kind.Reasons()[draw(len(ev.Kind.Reasons()))]
		}
	case schemas.StageTransport:
		said := []struct {
			code            uint16
			enhanced, reply string
		}{{550, "5.1.1", "550 5.1.1 user unknown"}, {552, "5.2.2", "552 5.2.2 mailbox full"}, {550, "5.7.1", "550 5.7.1 user unknown"}, {}}[draw(4)]
		if ev.Kind.Fails() {
			ev.Code, ev.Enhanced, ev.Reply = said.code, said.enhanced, said.reply
		}
		ev.NextQueueID = []string{"", "", "Q1", "Q2"}[draw(4)]
	case schemas.StageEngagement:
		ev.Source, ev.Confidence = schemas.SourceTracking, []schemas.Confidence{schemas.ConfidenceExact, schemas.ConfidenceStrong}[draw(2)]
		ev.UserAgent, ev.IP, ev.URL = []string{"Mozilla/5.0 (iPhone)", "curl/8.0", ""}[draw(3)], "192.0.2.7", []string{"u", "v"}[draw(2)]
	case schemas.StageFeedback:
		ev.Source, ev.Confidence = schemas.SourceARF, []schemas.Confidence{schemas.ConfidenceExact, schemas.ConfidenceStrong, schemas.ConfidenceLikely}[draw(3)]
	}
	return ev
}

// drawLife makes a message to which this and that happens.
func drawLife(t testing.TB, messageID string, draw func(n int) int) []schemas.Snapshot {
	l := newLife(t)
	for range 2 + draw(14) {
		switch draw(12) {
		case 0:
			l.judge.JudgeBy([]*classify.Rules{classify.Default(), otherRules}[draw(2)])
		case 1:
			l.clock = minute(8) + 24*hour*int64(10*draw(2)) // the give-ups come
		default:
			for range 1 + draw(2) {
				l.add(happening(messageID, draw))
			}
		}
		l.look()
	}
	return l.emitted
}

// speaks reports whether message_status says something of the recipient, by its columns.
func speaks(s *schemas.Snapshot) bool {
	b := newBatch(nil, classify.Default())
	b.status.add(s, s.Standing != schemas.Shown)
	never := func(column string) bool { return cell(b.status.columns[slices.Index(b.status.names, column)], 0) == "" }
	hard := cell(&b.status.class, 0) == "hard" && !never("bounced_at") && !policy(cell(&b.status.enhanced, 0))
	return !never("complained_at") || !never("unsubscribed_at") || hard
}

func policy(enhanced string) bool { return len(enhanced) >= 4 && enhanced[:4] == "5.7." }

// Who has said something is never silent again: each snapshot after one that says
// something of its recipient makes a row.
func TestSayingsLeaveATrace(t *testing.T) {
	said, silent, rows := 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		spoke := map[schemas.Identity]bool{}
		for _, s := range drawLife(t, "m", func(n int) int { return rapid.IntRange(0, n-1).Draw(rt, "") }) {
			if s.Recipient == "" {
				continue
			}
			b := newBatch(nil, classify.Default())
			b.addRows(&s, true)
			made, says := b.said.rows() == 1, speaks(&s)
			if made && (b.said.withdrawn.list[0] == 0) != says || !made && (says || spoke[s.Identity]) {
				rt.Fatalf("%+v: %d rows, says %v, said before %v", s, b.said.rows(), says, spoke[s.Identity])
			}
			spoke[s.Identity] = spoke[s.Identity] || says
			if said += b2i(says); !says {
				silent, rows = silent+b2i(spoke[s.Identity]), rows+b2i(made)
			}
		}
	})
	t.Logf("%d snapshots say something; %d that say nothing follow such, %d make a row", said, silent, rows)
}

func b2i(b bool) int { return int(mark(b)) }

// What says something of a recipient changes every status of Netcore's but those that
// a telling kind led to: so there is a change of a telling kind wherever something is said.
func TestTellingKindsChangeNetcore(t *testing.T) {
	v := schemas.Netcore
	kept := map[schemas.Status]bool{} // by something that is said
	each := func(do func(from schemas.Status, k schemas.Kind, r schemas.Reason)) {
		for from := range v.Rows {
			for k := range schemas.KindCount {
				for _, r := range append(k.Reasons(), schemas.ReasonNone) {
					do(schemas.Status(from), k, r)
				}
			}
		}
	}
	each(func(from schemas.Status, k schemas.Kind, r schemas.Reason) {
		bounce := k == schemas.Bounced || k == schemas.BouncedLater
		if says := k == schemas.Complained || k == schemas.Unsubscribed || bounce && r.Hard(); says && v.Next(from, k, r) == from {
			kept[from] = true
		}
	})
	if kept[schemas.None] || len(kept) == 0 {
		t.Errorf("left as they are: %v", kept)
	}
	each(func(from schemas.Status, k schemas.Kind, r schemas.Reason) {
		if to := v.Next(from, k, r); to != from && kept[to] && !telling(k) {
			t.Errorf("%s for reason %s leads from %s to %s, which something that is said of a recipient leaves as it is", k, r, v.Row(from).ID, v.Row(to).ID)
		}
	})
}

// formerFacts is the view suppression_facts as migration 26 made it of all messages.
const formerFacts = `
SELECT
    account, recipient, recipient_domain, message_id,
    fact.1 AS reason, fact.2 AS detail, assumeNotNull(fact.3) AS suppressed_at, fact.4 AS remarks
FROM (
    SELECT
        m.account AS account, m.recipient AS recipient, m.recipient_domain AS recipient_domain, m.message_id AS message_id,
        arrayJoin(arrayFilter(f -> f.3 IS NOT NULL,
        [
            ('complained', '', m.complained_at, ''),
            ('unsubscribed', '', m.unsubscribed_at, ''),
            ('hard_bounced', toString(m.reason), if(m.class = 'hard' AND NOT startsWith(m.enhanced, '5.7.'), m.bounced_at, NULL), m.remarks)
        ])) AS fact
    FROM message_status AS m FINAL
    WHERE m.complained_at IS NOT NULL OR m.unsubscribed_at IS NOT NULL OR m.class = 'hard'
)`

func facts(t *testing.T, db *DB, from string) (rows []string) {
	t.Helper()
	err := db.conn.QueryRow(t.Context(), "SELECT arraySort(groupArray(toString(tuple(*)))) FROM ("+from+")").Scan(&rows)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// sinkOf writes what is in a partition of mail.status as sinks may: broken off at any
// place, read again from an earlier one, late by one that is not the owner any more, or
// with only some of what was superseded.
func sinkOf(some *rand.Rand, log []schemas.Snapshot) (written []*schemas.Snapshot) {
	log = log[:1+some.IntN(len(log))]
	newest := map[schemas.Identity]int{}
	for i := range log {
		newest[log[i].Identity] = i
	}
	read := func(from, to int, compacted bool) {
		for i := from; i < to; i++ {
			if !compacted || newest[log[i].Identity] == i || some.IntN(3) == 0 {
				written = append(written, &log[i])
			}
		}
	}
	before := some.IntN(len(log) + 1)
	read(0, before, some.IntN(2) == 0)                     // until it was broken off
	read(some.IntN(before+1), len(log), some.IntN(2) == 0) // from where its last commit is, or before
	from := some.IntN(len(log))                            // and another's batch arrives
	read(from, from+some.IntN(len(log)-from+1), some.IntN(2) == 0)
	return written
}

// Whatever happens to messages, and however what is known of them is written: the view
// says what it said when it was made of all messages; and what a migration makes of
// these is the same.
func TestSuppressionsAreThoseOfAllMessages(t *testing.T) {
	db := migrated(t)
	exec(t, db, "SYSTEM STOP MERGES message_status")
	exec(t, db, "SYSTEM STOP MERGES recipient_status")
	seed := rand.Uint64()
	some := rand.New(rand.NewPCG(seed, 1))
	b := newBatch(db, classify.Default())
	for part := range 4 {
		for i := range 100 {
			if log := drawLife(t, fmt.Sprint("m", part, ".", i), some.IntN); len(log) > 0 {
				for _, s := range sinkOf(some, log) {
					b.addRows(s, some.IntN(2) == 0)
				}
			}
		}
		if err := b.Write(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.Reset()
	}
	want := facts(t, db, formerFacts)
	withdrawn := numberOf(t, db, "SELECT countIf(withdrawn = 1) FROM recipient_status")
	for _, when := range []string{"written", "merged", "migrated"} {
		if diff := gocmp.Diff(want, facts(t, db, "SELECT * FROM suppression_facts")); diff != "" {
			t.Errorf("%s, seed %d: %s", when, seed, diff)
		}
		switch when {
		case "written":
			exec(t, db, "SYSTEM START MERGES recipient_status")
			exec(t, db, "OPTIMIZE TABLE recipient_status FINAL")
		case "merged":
			exec(t, db, "TRUNCATE TABLE recipient_status")
			migrateAgain(t, db, 30)
			migrateAgain(t, db, 30) // it was broken off
		}
	}
	if len(want) == 0 || withdrawn == 0 {
		t.Errorf("%d facts, %d rows withdrawn", len(want), withdrawn)
	}
}

// migrateAgain has a migration's statements run once more.
func migrateAgain(t *testing.T, db *DB, version int) {
	t.Helper()
	steps, err := schema.Migrations()
	if err != nil {
		t.Fatal(err)
	}
	exec(t, db, steps[version-1].Statements...)
}
