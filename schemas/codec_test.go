package schemas

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vmihailenco/msgpack/v5"
)

// packed is a value of msgpack's making, so of an encoder that is not ours.
type packed struct {
	t   testing.TB
	buf bytes.Buffer
	enc *msgpack.Encoder
}

func pack(t testing.TB, header string) *packed {
	p := &packed{t: t}
	p.buf.WriteString(header)
	p.enc = msgpack.NewEncoder(&p.buf)
	return p
}

func (p *packed) add(values ...any) *packed {
	p.t.Helper()
	for _, v := range values {
		if err := p.enc.Encode(v); err != nil {
			p.t.Fatal(err)
		}
	}
	return p
}

func (p *packed) fields(n int) *packed {
	p.t.Helper()
	if err := p.enc.EncodeMapLen(n); err != nil {
		p.t.Fatal(err)
	}
	return p
}

func (p *packed) list(n int) *packed {
	p.t.Helper()
	if err := p.enc.EncodeArrayLen(n); err != nil {
		p.t.Fatal(err)
	}
	return p
}

func (p *packed) value() []byte { return p.buf.Bytes() }

// later is what a field may hold that a later version adds.
var later = []any{
	nil, true, 7, -7, uint64(1) << 63, 1.5, float32(2), []byte("bytes"),
	[]any{},
	[]any{1, []any{[]byte{2}, nil}},
	map[string]int8{},
	&msgpack.RawMessage{0xd6, 0x55, 1, 2, 3, 4}, // an extension of four bytes
}

func TestUnknownFieldsOfAnEvent(t *testing.T) {
	p := pack(t, "\x01E").fields(3 + len(later))
	p.add(eventID, 1)
	for i, v := range later {
		p.add(200+i, v)
	}
	p.add(eventKind, Queued, eventMessageID, "m")
	var got Event
	if _, isClock, err := NewDecoder().Record(p.value(), &got); err != nil || isClock {
		t.Fatal(isClock, err)
	}
	if d := cmp.Diff(Event{ID: 1, Kind: Queued, Identity: Identity{MessageID: "m"}}, got); d != "" {
		t.Error(d)
	}
}

// The strings of an unknown field count among those that can be referred to:
// whoever wrote them refers to what stands behind them by a greater number.
func TestReferencesBehindUnknownFields(t *testing.T) {
	p := pack(t, "\x01E").fields(5)
	p.add(eventMessageID, "m")                            // 0
	p.add(201, "later")                                   // 1
	p.add(202, []any{"x", map[string]any{"y": []any{5}}}) // 2, 3
	p.add(eventHost, "host", eventInstance, 4)
	var got Event
	if _, _, err := NewDecoder().Record(p.value(), &got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(Event{Identity: Identity{MessageID: "m"}, Host: "host", Instance: "host"}, got); d != "" {
		t.Error(d)
	}
}

func TestUnknownFieldsElsewhere(t *testing.T) {
	d := NewDecoder()
	c, isControl, err := d.Record(pack(t, "\x01C").fields(3).add(99, later, eventStream, "s", eventTime, 5).value(), &Event{})
	if err != nil || !isControl || c != (Control{Clock: Clock{Stream: "s", Time: 5}}) {
		t.Errorf("clock: %v %v %v", c, isControl, err)
	}
	dead, err := d.DeadLetter(pack(t, "\x01").fields(2).add(99, later, deadDetail, "x").value())
	if err != nil || dead.Detail != "x" {
		t.Errorf("dead letter: %v %v", dead, err)
	}
	mark, err := d.Bookmark(pack(t, "\x01").list(4).add(5, 6, 7, 8).value())
	if err != nil || mark != (Bookmark{Input: 5, Nonce: 6, Rules: 7}) {
		t.Errorf("bookmark: %v %v", mark, err)
	}
	c, isControl, err = d.Record(pack(t, "\x01R").fields(2).add(99, later, eventID, 5).value(), &Event{})
	if err != nil || !isControl || c != (Control{Refold: Refold{ID: 5}}) {
		t.Errorf("order: %v %v %v", c, isControl, err)
	}
	if c, _, err := d.Record(pack(t, "\x01R").fields(1).add(99, later).value(), &Event{}); !errors.Is(err, ErrFormat) {
		t.Errorf("an order without an id: %v %v", c, err)
	}

	p := pack(t, "\x01").fields(5).add(99, later)
	p.add(snapEvents).list(1).fields(4).add(eventID, 3, eventKind, Opened, 99, later, eventTime, 1000)
	p.add(snapRow).fields(3).add(99, later, rowSubject, "x", rowQueued, 1)
	p.add(snapHistory).list(2).fields(3).add(99, later, changeEvent, 0, changeAfter, []byte{2, 255, 255, 255, 255, 255, 255})
	p.fields(2).add(changeCause, 4, changeAfter, []byte{255})
	p.add(snapRevision, 7)
	var got Snapshot
	if err := d.Snapshot(p.value(), &got); err != nil {
		t.Fatal(err)
	}
	want := Snapshot{
		Events: []Event{{ID: 3, Kind: Opened, Time: 1000}},
		Row:    Row{Subject: "x", Queued: 1001},
		History: []Change{ // statuses of tomorrow are none
			{Cause: 3, Kind: Opened, Time: 1000, After: Statuses{2}},
			{Cause: 4, Before: Statuses{2}},
		},
		Revision: 7,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// An encoder is used for one value after the other, and so is a decoder: nothing
// of the one before may stay.
func TestCodecsAreUsedAgain(t *testing.T) {
	e, d := NewEncoder(), NewDecoder()
	all := samples()
	for range 2 {
		for name, v := range all {
			f := formOf(t, name)
			value, err := f.write(e, v)
			if err != nil {
				t.Fatal(err)
			}
			got, err := f.read(d, bytes.Clone(value))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if g, w := render(got), render(v); g != w {
				t.Errorf("%s is read as\n%swant\n%s", name, g, w)
			}
			if _, err := f.read(d, value[:len(value)/2]); !errors.Is(err, ErrFormat) { // and goes on after an error
				t.Errorf("%s cut in half: %v", name, err)
			}
		}
	}
}

func TestNumbersOutOfRange(t *testing.T) {
	for _, value := range [][]byte{
		pack(t, "\x01E").fields(1).add(eventKind, KindCount).value(),
		pack(t, "\x01E").fields(1).add(eventReason, ReasonCount).value(),
		pack(t, "\x01E").fields(1).add(eventCode, 1<<16).value(),
		pack(t, "\x01E").fields(1).add(eventCode, -1).value(),
		pack(t, "\x01E").fields(1).add(eventSource, 256).value(),
		pack(t, "\x01E").fields(1).add(eventHost, 0).value(), // refers to nothing
		pack(t, "\x01E").fields(1).add(256, 0).value(),
		pack(t, "\x01E").fields(1).add(eventID, 1.5).value(),
		pack(t, "\x01E").add([]any{}).value(),
		pack(t, "\x01X").fields(0).value(),
		pack(t, "\x02E").fields(0).value(),
		pack(t, "\x00E").fields(0).value(),
		[]byte("\x01"), nil,
	} {
		if _, _, err := NewDecoder().Record(value, &Event{}); !errors.Is(err, ErrFormat) {
			t.Errorf("% x: %v", value, err)
		}
	}
	for _, value := range [][]byte{
		pack(t, "\x01").fields(1).add(snapStanding, 256).value(),
		pack(t, "\x01").fields(1).add(snapCounted).list(2).add(KindCount, []any{}).value(),
		pack(t, "\x01").fields(1).add(snapHistory).list(1).fields(3).add(changeEvent, 0, changeCause, 1, changeTime, 1).value(),
		pack(t, "\x01").fields(1).add(snapRow).fields(1).add(rowOpens, uint64(1)<<32).value(),
		pack(t, "\x01").fields(1).add(snapRow).fields(1).add(rowReason, 255).value(),
		nil,
	} {
		if err := NewDecoder().Snapshot(value, &Snapshot{}); !errors.Is(err, ErrFormat) {
			t.Errorf("% x: %v", value, err)
		}
	}
}

func TestSnapshotOfTooManyEvents(t *testing.T) {
	s := Snapshot{Events: make([]Event, maxEvents+1)}
	if _, err := NewEncoder().Snapshot(&s); err == nil {
		t.Error("what cannot be read is written")
	}
	s.Events = s.Events[1:]
	s.History = make([]Change, 300) // as small as they get
	value, err := NewEncoder().Snapshot(&s)
	if err != nil {
		t.Fatal(err)
	}
	var got Snapshot
	if err := NewDecoder().Snapshot(value, &got); err != nil || len(got.Events) != maxEvents || len(got.History) != 300 {
		t.Errorf("%d events, %d changes: %v", len(got.Events), len(got.History), err)
	}
	twice := pack(t, "\x01").fields(2).add(snapEvents).list(1).fields(0).add(snapEvents).list(maxEvents).value()
	twice = append(twice, bytes.Repeat([]byte{0xde, 0, 0, 0x80, 0x80}, maxEvents)...)
	if err := NewDecoder().Snapshot(twice, &got); !errors.Is(err, ErrFormat) {
		t.Errorf("two lists of events: %v", err)
	}
}

// Small values that claim much, and values nested as deeply as they can be.
func TestHostileValuesTakeLittle(t *testing.T) {
	const n = 1 << 16
	deep := func(head byte) string { return strings.Repeat(string([]byte{head}), n) }
	wide := "\xdd\x00\x00\xff\xf0"
	for name, body := range map[string]string{
		"unknown arrays":        "\x81\xcc\xc8" + deep(0x91),
		"unknown maps":          "\x81\xcc\xc8" + deep(0x81),
		"unknown wide arrays":   "\x81\xcc\xc8" + strings.Repeat(wide, n/5),
		"unknown bytes":         "\x81\xcc\xc8\xc6\xff\xff\xff\xff",
		"unknown string":        "\x81\xcc\xc8\xdb\xff\xff\xff\xff",
		"unknown extension":     "\x81\xcc\xc8\xc9\xff\xff\xff\xff\x01",
		"fields":                "\xdf\xff\xff\xff\xff",
		"events":                "\x81\x00" + wide + deep(0x80),
		"events that are wrong": "\x81\x00" + wide + deep(0xc1),
		"counts":                "\x81\x01" + wide + "\x01" + strings.Repeat(wide, n/5),
		"texts":                 "\x81\x02" + wide + deep(0xa0),
		"references":            "\x81\x02" + wide + "\xa1x" + deep(0),
		"changes":               "\x81\x06" + wide + deep(0x80),
		"timers":                "\x81\x07" + wide + "\xa1x" + deep(0),
		"withdrawals":           "\x81\x0b" + wide + deep(0),
		"ids":                   "\x81\x0a" + wide + deep(0),
		"many lists of ids":     "\xdf\x00\x00\xff\xf0" + strings.Repeat("\x0a"+wide, n/6),
		"row":                   "\x81\x05" + deep(0x81),
	} {
		t.Run(name, func(t *testing.T) {
			for _, f := range forms {
				for _, header := range []string{"\x01", "\x01E", "\x01C", "\x01R"} {
					mustTakeLittle(t, len(body), func() {
						_, _ = f.read(NewDecoder(), []byte(header+body)) // an error or not: some are well-formed
					})
				}
			}
		})
	}
}

// The same at the size of the largest record, where a byte that becomes a large
// element, or a frame of the stack, is too much.
func TestHostileValuesOfFullSize(t *testing.T) {
	const n = MaxRecord
	for name, value := range map[string]string{
		"deep arrays": "\x01\x81\xcc\xc8" + strings.Repeat("\x91", 8<<20),
		"events":      "\x01\x81\x00\xdd\x00\xb0\x00\x00" + strings.Repeat("\x80", n),
		"changes":     "\x01\x81\x06\xdd\x00\xb0\x00\x00" + strings.Repeat("\x80", n),
	} {
		b := []byte(value)
		mustTakeLittle(t, n, func() {
			if err := NewDecoder().Snapshot(b, &Snapshot{}); !errors.Is(err, ErrFormat) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

// mustTakeLittle checks how much memory is allocated for an input, all in all.
func mustTakeLittle(t testing.TB, input int, do func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	if took, limit := after.TotalAlloc-before.TotalAlloc, uint64(16<<20+32*input); took > limit {
		t.Errorf("%d bytes allocated for %d bytes of input", took, input)
	}
}

func TestRecordLimitHoldsAFullSnapshot(t *testing.T) {
	// 32 of each kind, each with long texts of its own, as topics.go promises.
	var s Snapshot
	for k := KindNone + 1; k < KindCount; k++ {
		for i := range 32 {
			text := func(n int) string { return fmt.Sprintf("%-512d", int(k)<<16|i<<8|n) }
			s.Events = append(s.Events, Event{
				Kind: k, ID: EventID(i) << 40, Time: sampleTime, Reply: text(1) + text(6), UserAgent: text(2), URL: text(3), Subject: text(4), Relay: text(5),
			})
		}
	}
	value, err := NewEncoder().Snapshot(&s)
	if err != nil {
		t.Fatal(err)
	}
	if len(value) > MaxRecord {
		t.Errorf("%d bytes", len(value))
	}
}
