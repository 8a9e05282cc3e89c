package schemas

import (
	"fmt"
	"reflect"
	"strings"
)

const sampleTime = 1_790_000_000_123

// sampleEvent has every field set but those that sampleMatched adds.
func sampleEvent() Event {
	return Event{
		ID: 0xfedcba9876543210, Kind: BouncedLater, Reason: MailboxFull, Time: sampleTime,
		Identity: Identity{Account: "acme", MessageID: "20260921.1@news.example.com", Recipient: "reader@xn--bcher-kva.example"},
		EmailID:  "e-4711", Sender: "bounce+4711@news.example.com", Subject: "Grüße, \xff\x00", Campaign: "autumn",
		Tags: []string{"a", "", "autumn"}, Size: 123456,
		Code: 552, Enhanced: "5.2.2", Command: "end of DATA", Reply: "552 5.2.2 Mailbox full", Relay: "mx.example.net[192.0.2.1]:25",
		QueueID: "4Xyz123456z9", NextQueueID: "4Xyz223456z9",
		URL: "https://example.com/?a=b&c=<d>", UserAgent: "Mozilla/5.0", IP: "2001:db8::1",
		Source: SourceARF, Stream: "arf:/var/mail/fbl", Host: "mx1.example.com", Instance: "postfix-out",
		File: "/var/mail/fbl/new/1", Offset: 9876543210,
	}
}

// sampleMatched has every field set.
func sampleMatched() Event {
	ev := sampleEvent()
	ev.Match, ev.Confidence = MatchEnvelopeID, ConfidenceExact
	return ev
}

// sampleTypical is what most messages look like.
func sampleTypical() Snapshot {
	s := Snapshot{
		Standing: Shown, Was: Shown, Revision: sampleTime * 1000, Intake: sampleTime, Rules: 0x0123456789abcdef,
		Timers: []Timer{{Stream: "postfix:mx1", Due: sampleTime + 432_000_000}, {Stream: "postfix:mx2", Due: sampleTime}},
		Fresh:  []EventID{3, 1 << 63}, Withdrawn: []Withdrawal{{Cause: 2, Time: sampleTime + 6}, {Cause: 7, Time: -1}},
	}
	now := Statuses{}
	for i, k := range []Kind{Queued, Deferred, Delivered, Opened} {
		ev := Event{
			ID: EventID(i + 1), Kind: k, Time: sampleTime + int64(i)*1000, Source: SourcePostfix, Stream: "postfix:mx1",
			Host: "mx1", QueueID: "4Xyz123456z9", Relay: "mx.example.net[192.0.2.1]:25", Enhanced: "2.0.0",
			Reply: fmt.Sprintf("%d ok", 250+i),
		}
		s.Events = append(s.Events, ev)
		c := Change{Cause: ev.ID, Kind: k, Time: ev.Time, Before: now, Code: 250, Enhanced: ev.Enhanced, Reply: ev.Reply}
		for v := range now {
			now[v] = Status(i + 1)
		}
		c.After = now
		s.History = append(s.History, c)
	}
	s.History = append(s.History, Change{
		Cause: EventID(2).Derive(Expired), Kind: Expired, Time: sampleTime + 432_000_000, Derived: true, Before: now, URL: "https://example.com/",
	})
	s.Row = sampleRow()
	return s
}

// sampleRow has every field set.
func sampleRow() Row {
	r := Row{
		EmailID: "e-4711", Sender: "bounce@news.example.com", Subject: "Grüße", Campaign: "autumn", Tags: []string{"a", "autumn"},
		Size: 1234, Reason: Greylisted, Code: 451, Enhanced: "4.7.1", Reply: "451 4.7.1 later", Relay: "mx.example.net[192.0.2.1]:25",
		URL: "https://example.com/", AtLeast: true,
	}
	for v := range r.Statuses {
		r.Statuses[v] = 4
	}
	for i, t := range r.times() {
		*t = sampleTime - int64(i*i)*60_000
	}
	for i, n := range r.counts() {
		*n = uint32(1) << (4 * i)
	}
	return r
}

// sampleLarge has more texts than can be referred to, and kinds that are counted.
func sampleLarge() Snapshot {
	s := Snapshot{Standing: Unmatched, Was: Shown | Joined | Unmatched | Contested, Revision: 1<<64 - 1, Intake: -1}
	for i := range 200 {
		s.Events = append(s.Events, Event{
			ID: EventID(i) << 32, Kind: Clicked, Time: int64(i/3) * 1000, Source: SourceTracking, Stream: "tracking:web",
			URL: fmt.Sprintf("https://example.com/%d", i%150), UserAgent: strings.Repeat("x", i%7), IP: fmt.Sprint("192.0.2.", i%20),
		})
	}
	s.Counted = []Counted{{Kind: Opened}, {Kind: Clicked, IDs: []EventID{0, 1, 127, 128, 1 << 16, 1 << 32, 1<<64 - 1}}}
	return s
}

// sampleAgents has counts whose agents are known, and such whose are not.
func sampleAgents() Snapshot {
	s := sampleLarge()
	s.Events = s.Events[:3]
	s.Counted = []Counted{
		{Kind: Deferred, IDs: []EventID{7}},
		{Kind: Opened, IDs: []EventID{8}}, // from before agents were noted
		{Kind: Clicked, IDs: []EventID{1, 2, 3}, Agents: []string{"Mozilla/5.0", "", "Mozilla/5.0"}},
	}
	return s
}

// sampleRules is a message that machines opened, too.
func sampleRules() Snapshot {
	s := sampleTypical()
	s.Row.MachineRules = []string{"machine_clicked link.all-at-once", "machine_opened apple.mpp"}
	return s
}

// sampleOwn is a message's own record.
func sampleOwn() Snapshot {
	return Snapshot{
		Standing: Joined, Was: Joined, Revision: 5, Intake: 4, Accounts: []string{"acme", "other"}, Recipients: []string{"a@example.net", "acme"},
		Events: []Event{{ID: 9, Kind: Queued, Time: 0, Sender: "acme", Size: -1, Tags: []string{"acme"}}},
	}
}

func sampleDead() DeadLetter {
	return DeadLetter{
		Reason: DeadMalformed, Detail: "decode record: bad", Bytes: []byte("\x01E\xff\x00"), Topic: TopicEvents, Partition: 3,
		Stream: "postfix:mx1", File: "/var/log/mail.log", Offset: 77,
	}
}

// sampleDeadEvent is a line of which an event was made.
func sampleDeadEvent() DeadLetter {
	return DeadLetter{
		Reason: DeadFuture, Detail: "event opened of 2099", Bytes: []byte("a line"), Event: []byte("\x01E\x00"),
		Stream: "postfix:mx1", File: "/var/log/mail.log", Offset: 77,
	}
}

// render writes a decoded value so that a person can compare it: one line per
// field that is set.
func render(v any) string {
	var b strings.Builder
	renderInto(&b, "value", reflect.ValueOf(v))
	return b.String()
}

func renderInto(b *strings.Builder, path string, v reflect.Value) {
	if statuses, ok := v.Interface().(Statuses); ok {
		for i, s := range statuses {
			if s != None {
				fmt.Fprintf(b, "%s.%s = %s\n", path, Vocabularies[i].Name, Vocabularies[i].Row(s).ID)
			}
		}
		return
	}
	switch {
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			renderInto(b, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.Uint8:
		if v.Len() > 0 {
			fmt.Fprintf(b, "%s has %d\n", path, v.Len())
		}
		for i := range v.Len() {
			renderInto(b, fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	case v.IsZero():
	case v.Kind() == reflect.String || v.Kind() == reflect.Slice:
		fmt.Fprintf(b, "%s = %q\n", path, v.Interface())
	default:
		fmt.Fprintf(b, "%s = %v\n", path, v.Interface())
	}
}
