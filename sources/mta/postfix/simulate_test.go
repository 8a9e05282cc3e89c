package postfix

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"time"

	"mailfate/schemas"
)

// A simulation writes what a busy Postfix would log, and counts what happened.
type simulation struct {
	rnd   *rand.Rand
	now   time.Time
	iso   bool
	long  bool
	out   bytes.Buffer
	lines int
	truth map[schemas.Kind]int
	pid   int
	ids   int

	messages int  // that were taken
	patient  bool // no client goes away in the middle
}

func newSimulation(seed uint64) *simulation {
	return &simulation{
		rnd:   rand.New(rand.NewPCG(seed, 1)),
		now:   time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC),
		truth: make(map[schemas.Kind]int),
	}
}

// log writes one line and lets up to 40 ms pass.
func (s *simulation) log(daemon, format string, args ...any) {
	s.now = s.now.Add(time.Duration(s.rnd.IntN(40)) * time.Millisecond)
	if s.iso {
		s.out.WriteString(s.now.Format("2006-01-02T15:04:05.000000-07:00"))
	} else {
		s.out.WriteString(s.now.Format("Jan _2 15:04:05"))
	}
	fmt.Fprintf(&s.out, " mx1 postfix/%s[%d]: ", daemon, 1000+s.pid%400)
	fmt.Fprintf(&s.out, format, args...)
	s.out.WriteByte('\n')
	s.lines++
	s.pid++
}

// queueID returns an id that is not in use; short ones come back after a while.
func (s *simulation) queueID() string {
	s.ids++
	if s.long {
		return fmt.Sprintf("4cYh%06dz%07d", s.ids, s.ids*7)
	}
	return fmt.Sprintf("%05X%04X", s.ids%500, 0xA000+s.ids%500)
}

// message logs one message's way.
func (s *simulation) message() {
	s.messages++
	n := s.lines
	qid := s.queueID()
	client := fmt.Sprintf("client%d.example.com[192.0.2.%d]", n%50, n%250)
	s.log("smtpd", "connect from %s", client)
	s.log("smtpd", "%s: client=%s, sasl_method=PLAIN, sasl_username=shop%d", qid, client, n%3)
	smtpd := s.pid - 1
	if s.rnd.IntN(8) == 0 {
		s.pid = smtpd
		s.log("smtpd", "%s: reject: RCPT from %s: 554 5.7.1 <no@b.test>: Relay access denied; from=<bounce@news.example.com> to=<no@b.test> proto=ESMTP helo=<x>", qid, client)
		s.truth[schemas.Refused]++
		if !s.patient && s.rnd.IntN(2) == 0 { // the client goes away
			s.pid = smtpd
			s.log("smtpd", "%s: reject: RCPT from %s: 554 5.7.1 <no2@b.test>: Relay access denied; from=<bounce@news.example.com> to=<no2@b.test> proto=ESMTP helo=<x>", qid, client)
			s.truth[schemas.Refused]++
			s.pid = smtpd
			s.log("smtpd", "disconnect from %s ehlo=1 mail=1 rcpt=0/2 commands=2/4", client)
			s.messages--
			return
		}
	}
	s.log("cleanup", "%s: message-id=<%d.%d@news.example.com>", qid, n, s.rnd.Uint32())
	s.log("qmgr", "%s: from=<bounce+%d@news.example.com>, size=%d, nrcpt=1 (queue active)", qid, n%7, 2000+n%9000)
	s.truth[schemas.Queued]++
	s.log("smtpd", "disconnect from %s ehlo=1 auth=1 mail=1 rcpt=1 data=1 quit=1 commands=6", client)
	s.deliver(qid, fmt.Sprintf("user%d@dest%d.test", n, n%90))
	s.log("qmgr", "%s: removed", qid)
}

func (s *simulation) deliver(qid, to string) {
	const relay = "mx.dest.test[198.51.100.7]:25"
	switch s.rnd.IntN(20) {
	case 0:
		s.bounce(qid, to)
	case 1, 2:
		s.log("smtp", "%s: to=<%s>, relay=none, delay=30, delays=0.1/0/30/0, dsn=4.4.1, status=deferred (connect to mx.dest.test[198.51.100.7]:25: Connection timed out)", qid, to)
		s.truth[schemas.Deferred]++
		s.now = s.now.Add(10 * time.Minute)
		s.log("qmgr", "%s: from=<bounce@news.example.com>, size=2000, nrcpt=1 (queue active)", qid)
		fallthrough
	default:
		s.log("smtp", "Trusted TLS connection established to %s: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)", relay)
		s.log("smtp", "%s: to=<%s>, relay=%s, delay=1.2, delays=0.1/0.01/0.5/0.6, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as %X)", qid, to, relay, s.rnd.Uint32())
		s.truth[schemas.Delivered]++
	}
}

// bounce logs a refusal and the notification that follows from it.
func (s *simulation) bounce(qid, to string) {
	s.log("smtp", "%s: to=<%s>, relay=mx.dest.test[198.51.100.7]:25, delay=0.7, delays=0.1/0/0.3/0.3, dsn=5.1.1, status=bounced (host mx.dest.test[198.51.100.7] said: 550 5.1.1 <%s>: Recipient address rejected: User unknown (in reply to RCPT TO command))", qid, to, to)
	s.truth[schemas.Bounced]++
	note := s.queueID()
	s.log("cleanup", "%s: message-id=<20261121080000.%s@mx1.example.com>", note, note)
	s.log("bounce", "%s: sender non-delivery notification: %s", qid, note)
	s.log("qmgr", "%s: from=<>, size=4000, nrcpt=1 (queue active)", note)
	s.log("local", "%s: to=<bounce@news.example.com>, relay=local, delay=0.01, delays=0.01/0/0/0, dsn=2.0.0, status=sent (delivered to mailbox)", note)
	s.log("qmgr", "%s: removed", note)
}

// noise logs lines about no message.
func (s *simulation) noise() {
	switch s.rnd.IntN(4) {
	case 0:
		s.log("smtpd", "warning: hostname x.example does not resolve to address 203.0.113.9")
	case 1:
		s.log("smtpd", "NOQUEUE: reject: RCPT from unknown[203.0.113.9]: 554 5.7.1 <a@b.test>: Relay access denied; from=<s@x.test> to=<a@b.test> proto=ESMTP helo=<x>")
		s.truth[schemas.Refused]++
	case 2:
		s.log("anvil", "statistics: max connection rate 3/60s for (smtp:203.0.113.9) at Nov 21 08:00:00")
	case 3:
		s.log("postfix-script", "refreshing the Postfix mail system")
	}
}

// run logs n messages and returns the log.
func (s *simulation) run(n int) []byte {
	for range n {
		s.message()
		if s.rnd.IntN(10) == 0 {
			s.noise()
		}
	}
	return s.out.Bytes()
}
