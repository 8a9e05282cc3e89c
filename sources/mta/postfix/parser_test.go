package postfix

import (
	"bytes"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/sourcestest"
)

// testOptions are those of all samples.
func testOptions() Options {
	return Options{
		Reference: time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC),
		Account:   func(_, user string) string { return user },
	}
}

// format is Postfix's, with the options of all samples.
var format = formatWith(testOptions())

func formatWith(o Options) *sourcestest.Format {
	return &sourcestest.Format{New: func() sources.Parser { return New(o) }, Rules: Rules()}
}

func TestGolden(t *testing.T) { format.Golden(t, "testdata/*.log") }

// counts says what became of lines.
type counts struct {
	outcomes map[sources.Outcome]int
	rules    map[string]int
	kinds    map[schemas.Kind]int
	unparsed []string
}

// feed gives a parser the lines of a log and collects what it says.
func feed(p *Parser, log []byte, offset int64, emit func(*schemas.Event)) counts {
	c := counts{map[sources.Outcome]int{}, map[string]int{}, map[schemas.Kind]int{}, nil}
	for line := range bytes.Lines(log) {
		data := bytes.TrimSuffix(line, []byte{'\n'})
		r := p.Line(sources.Line{Data: data, File: "mail.log", Offset: offset}, func(e *schemas.Event) {
			c.kinds[e.Kind]++
			emit(e)
		})
		c.outcomes[r.Outcome]++
		if r.Outcome == sources.Ignored {
			c.rules[r.Rule]++
		}
		if r.Outcome == sources.Unparsed {
			c.unparsed = append(c.unparsed, string(data))
		}
		offset += int64(len(line))
	}
	return c
}

func collect(p *Parser, log []byte) (events []schemas.Event, c counts) {
	c = feed(p, log, 0, func(e *schemas.Event) { events = append(events, *e) })
	return events, c
}

func TestSimulatedLogIsReadWhole(t *testing.T) {
	for _, iso := range []bool{false, true} {
		for _, long := range []bool{false, true} {
			t.Run(fmt.Sprintf("iso=%v long=%v", iso, long), func(t *testing.T) {
				s := newSimulation(7)
				s.iso, s.long = iso, long
				events, c := collect(New(testOptions()), s.run(3000))
				if d := cmp.Diff(s.truth, c.kinds); d != "" {
					t.Errorf("events by kind (-want +got):\n%s", d)
				}
				if len(c.unparsed) > 0 {
					t.Errorf("unparsed: %d, first %q", len(c.unparsed), c.unparsed[0])
				}
				ids := map[schemas.Hash]bool{}
				messages := map[string]bool{}
				for _, e := range events {
					ids[schemas.HashEvent(e.MessageID, e.ID.String())] = true
					if e.Kind == schemas.Queued {
						messages[e.MessageID] = true
					}
					if e.Kind != schemas.Refused && (e.Account == "" || e.Sender == "" || e.Size == 0) {
						t.Fatalf("event without account, sender or size: %+v", e)
					}
				}
				if len(ids) != len(events) {
					t.Errorf("%d different ids of %d events", len(ids), len(events))
				}
				if len(messages) != s.messages {
					t.Errorf("%d messages, want %d", len(messages), s.messages)
				}
			})
		}
	}
}

// TestNothingIsForgottenBetweenLines saves and loads the parser at every line.
func TestNothingIsForgottenBetweenLines(t *testing.T) {
	for seed := range uint64(4) {
		s := newSimulation(seed)
		s.iso = seed%2 == 0
		options := testOptions()
		if seed >= 2 { // room for few, so that some are forgotten
			options.MaxOpen = 2
		}
		formatWith(options).Pieces(t, s.run(150))
	}
	recorded, err := os.ReadFile("../../../testdata/replay_rfc3164/mail.log")
	if err != nil {
		t.Fatal(err)
	}
	format.Pieces(t, recorded)
}

// into returns a put that keeps entries in a map.
func into(m map[string][]byte) func(key, value []byte) error {
	return func(key, value []byte) error {
		if value == nil {
			delete(m, string(key))
			return nil
		}
		m[string(key)] = bytes.Clone(value)
		return nil
	}
}

func TestHostOfTheOptionsReplacesTheLines(t *testing.T) {
	o := testOptions()
	o.Host = "mx1.example.com"
	line := []byte("Nov 21 23:20:20 localhost postfix/smtp[1]: 3F2A1C0DE1: to=<a@b.test>, relay=r, dsn=2.0.0, status=sent (250 Ok)")
	events, _ := collect(New(o), line)
	plain, _ := collect(New(testOptions()), line)
	if len(events) != 1 || events[0].Host != o.Host || events[0].ID == plain[0].ID {
		t.Errorf("got %+v", events)
	}
}

func TestMessageIDPattern(t *testing.T) {
	o := testOptions()
	o.MessageID = func(id string) string {
		own, _, _ := bytes.Cut([]byte(id), []byte("."))
		if len(own) == len(id) {
			return ""
		}
		return string(own)
	}
	const front = "Nov 21 23:20:20 mx1 postfix/"
	for id, want := range map[string]string{"<j42.x@news.test>": "j42", "<other@news-test>": "other@news-test", "words <j43.y@z> (more)": "j43"} {
		events, _ := collect(New(o), []byte(front+"cleanup[1]: 3F2A1C0DE1: message-id="+id+"\n"+
			front+"qmgr[1]: 3F2A1C0DE1: from=<>, size=1, nrcpt=1 (queue active)\n"))
		if len(events) != 1 || events[0].MessageID != want {
			t.Errorf("%s: got %+v, want %q", id, events, want)
		}
	}
}

func TestLongLines(t *testing.T) {
	p := New(testOptions())
	long := bytes.Repeat([]byte("<\"(a>, "), 1<<17)
	for _, front := range []string{
		"", "smtp[1]: ", "smtp[1]: 3F2A1C0DE1: to=", "smtpd[1]: NOQUEUE: reject: RCPT from c[1]: 554 ", "cleanup[1]: 3F2A1C0DE1: reject: header ", "cleanup[1]: 3F2A1C0DE1: message-id=", "qmgr[1]: 3F2A1C0DE1: from=",
		"smtpd[1]: 3F2A1C0DE1: client=a, sasl_username=", "smtp[1]: 3F2A1C0DE1: to=<a@b>, relay=none, dsn=4.0.0, status=deferred (",
	} {
		line := append([]byte("Nov 21 23:20:20 mx1 postfix/"+front), long...)
		format.Read(t, p, line, 0)
	}
}
