package explain

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"mailfate/schemas"
)

var rewrite = flag.Bool("rewrite", false, "write golden files anew")

// samples are stories that have to be told well. Each is told as testdata/<name>.txt
// and, those with json, as .json too.
var samples = []struct {
	name  string
	json  bool
	all   bool
	one   string // vocabulary
	found func(*testing.T) *Found
}{
	{name: "everything", json: true, found: func(t *testing.T) *Found { return everything().database(t, 0) }},
	{name: "one_vocabulary", one: "netcore", found: func(t *testing.T) *Found { return everything().database(t, 0) }},
	{name: "expired", one: "canonical", found: func(t *testing.T) *Found { return gaveUp().database(t, 200*hour) }},
	{name: "not_expired_yet", one: "canonical", found: func(t *testing.T) *Found { return gaveUp().database(t, 100*hour) }},
	{name: "taken_back", one: "unisender", json: true, all: true, found: takenBack},
	{name: "taken_back_not_shown", one: "unisender", found: takenBack},
	{name: "three_recipients", one: "canonical", found: threeRecipients},
	{name: "many_recipients", found: manyRecipients},
	{name: "two_accounts", one: "canonical", json: true, found: twoAccounts},
	{name: "nobody", json: true, found: nobody},
	{name: "on_its_way", found: func(t *testing.T) *Found {
		l := &log{}
		l.add(0, schemas.Queued, whole, queue("4A1", ""))
		return l.database(t, 0)
	}},
	{name: "many_opens", one: "canonical", found: manyOpens},
	{name: "hostile", one: "canonical", json: true, all: true, found: hostile},
	{name: "readings", one: "canonical", found: readings},
	{name: "another_story", one: "canonical", found: anotherStory},
}

func gaveUp() *log {
	l := &log{}
	l.add(0, schemas.Queued, whole, queue("4A1", ""))
	l.add(second, schemas.Deferred, queue("4A1", ""), reply(0, "4.4.1", "connect to mx.example.org[192.0.2.1]:25: Connection timed out"))
	return l
}

// takenBack is a give-up that a late delivery takes back, and an older change of
// which nothing is left.
func takenBack(t *testing.T) *Found {
	l := gaveUp()
	given := l.database(t, 200*hour)
	l.add(130*hour, schemas.Delivered, queue("4A1", "Y"), reply(250, "2.0.0", "Ok"))
	f := l.database(t, 200*hour)
	for _, c := range given.Changes {
		if c.Kind == schemas.Expired {
			c.Withdrawn = true
			f.Changes = append(f.Changes, c)
		}
	}
	f.Changes = append(f.Changes,
		Told{Identity: f.Changes[0].Identity, Cause: l.events[2].ID, Time: day + hour, Withdrawn: true},
		Told{Identity: f.Changes[0].Identity, Cause: 99, Time: day + 2*hour, Withdrawn: true})
	return f
}

func threeRecipients(t *testing.T) *Found {
	l := &log{}
	l.add(0, schemas.Queued, whole, queue("4A1", ""))
	l.add(second, schemas.Delivered, queue("4A1", "X"), reply(250, "2.0.0", "Ok"))
	l.add(2*second, schemas.Bounced, to("bob@example.net"), queue("4A1", ""), reply(550, "5.1.1", "no such user"))
	l.add(3*second, schemas.Deferred, to("eve@example.com"), queue("4A1", ""), reply(452, "4.2.2", "mailbox full"))
	l.add(hour, schemas.Complained, whole)
	return l.database(t, 0)
}

func manyRecipients(t *testing.T) *Found {
	l := &log{}
	times(6, func(i int) { l.add(int64(i)*second, schemas.Delivered, numbered(i), queue("4A1", "X")) })
	f := l.database(t, 0)
	f.More = 9994
	return f
}

func twoAccounts(t *testing.T) *Found {
	l := &log{}
	l.add(0, schemas.Delivered, of("shop"), queue("4A1", "X"))
	l.add(second, schemas.Bounced, of("bank"), queue("4B1", ""), reply(550, "5.1.1", "no such user"))
	l.add(minute, schemas.Opened, by(phone))
	l.add(hour, schemas.Complained, whole)
	return l.database(t, 0)
}

func nobody(t *testing.T) *Found {
	l := &log{}
	times(7, func(i int) { l.add(int64(i)*second, schemas.Clicked, by(phone), url("https://shop.example/a")) })
	l.add(hour, schemas.Complained, whole)
	f := l.database(t, 0)
	f.Held[0].Events = 9000
	return f
}

func manyOpens(t *testing.T) *Found {
	l := &log{}
	l.add(0, schemas.Delivered, queue("4A1", "X"), reply(250, "2.0.0", "Ok"))
	times(10_000, func(i int) { l.add(minute+int64(i)*second, schemas.Opened, by(phone)) })
	f := l.database(t, 0)
	f.Recipients[0].Counts = Counts{Attempts: 1, Opens: 256, AtLeast: true}
	f.Cut = true
	return f
}

// hostile is full of what a terminal would obey, of line ends and of no text.
func hostile(t *testing.T) *Found {
	evil := "\x1b]0;owned\x07\x1b[2J\r\nroot# \u202etxt.exe\u200b \xff\xfe"
	l := &log{}
	l.add(0, schemas.Received, platform, of(evil), func(ev *schemas.Event) {
		ev.Sender, ev.Subject, ev.Campaign, ev.EmailID, ev.Tags = evil, evil+strings.Repeat("é", 500), evil, evil, []string{evil, evil}
	})
	l.add(second, schemas.Bounced, reply(550, evil, strings.Repeat("x", 512)), queue(evil, evil), func(ev *schemas.Event) {
		ev.Relay, ev.Command, ev.Host, ev.File, ev.Offset = evil, evil, evil, evil, -1
	})
	l.add(2*second, schemas.Clicked, by(evil), url("javascript:"+evil))
	l.add(3*second, schemas.Opened, to(evil), by(strings.Repeat("word ", 102)))
	for i := range l.events {
		l.events[i].Account = evil
	}
	f := l.database(t, 0)
	f.MessageID = message
	f.Recipients[0].Statuses["canonical"] = Standing{Status: evil, Spelling: evil}
	f.Changes[0].Before[0], f.Changes[0].After[0], f.Changes[0].Withdrawn = evil, evil+"2", true
	return f
}

// readings is everything that is read as something else, and what is inferred.
func readings(t *testing.T) *Found {
	l := &log{}
	l.add(0, schemas.Received, platform)
	l.add(second, schemas.Blocked, platform, because(schemas.SpamRemoved))
	l.add(minute, schemas.Queued, queue("4A1", ""))
	l.add(minute+second, schemas.Bounced, queue("4A1", ""), reply(550, "5.2.2", "mailbox full"))
	l.add(minute+2*second, schemas.Delivered, queue("4A1", "X"))
	l.add(hour, schemas.Resend, platform)
	l.add(hour+second, schemas.Bounced, queue("4C1", ""), reply(550, "5.1.1", "no such user"))
	l.add(2*hour, schemas.Clicked, by(phone), url("https://shop.example/a"))
	l.add(3*hour, schemas.Resend, platform)
	l.add(4*hour, schemas.Cancelled, platform, because(schemas.BySender))
	l.add(5*hour, schemas.Delivered, queue("4D1", "Y"))
	return l.database(t, 0)
}

// anotherStory is told otherwise by the database.
func anotherStory(t *testing.T) *Found {
	l := everything()
	f := l.database(t, 0)
	f.Changes[0].After[1] = "sent"
	f.Changes = f.Changes[:len(f.Changes)-1]
	f.Changes = append(f.Changes, Told{Identity: f.Changes[0].Identity, Cause: 5, Time: day, Kind: schemas.Opened})
	return f
}

func TestGolden(t *testing.T) {
	for _, s := range samples {
		t.Run(s.name, func(t *testing.T) {
			o := Options{Vocabularies: schemas.Vocabularies[:], All: s.all}
			if s.one != "" {
				v, _ := schemas.FindVocabulary(s.one)
				o.Vocabularies = []*schemas.Vocabulary{v}
			}
			story := Tell(s.found(t), o)
			var out bytes.Buffer
			if err := story.WriteText(&out, false); err != nil {
				t.Fatal(err)
			}
			if i := bytes.IndexFunc(out.Bytes(), func(r rune) bool { return r < ' ' && r != '\n' || r == '\u202e' || r == '\ufffd' }); i >= 0 {
				t.Errorf("byte %d of the text is no text: %q", i, out.Bytes()[i:min(i+10, out.Len())])
			}
			golden(t, s.name+".txt", out.Bytes())
			if s.json {
				doc, err := json.MarshalIndent(story, "", "  ")
				if err != nil {
					t.Fatal(err)
				}
				golden(t, s.name+".json", append(doc, '\n'))
			}
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := "testdata/" + name
	if *rewrite {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (run with -rewrite and look at the difference):\n%s", path, got)
	}
}

// Colour adds sequences of its own and takes nothing away.
func TestColourOnlyPaints(t *testing.T) {
	own := regexp.MustCompile("\x1b\\[[0-9]+m")
	for _, s := range samples {
		story := Tell(s.found(t), Options{Vocabularies: schemas.Vocabularies[:], All: true})
		var with, without bytes.Buffer
		if err := errors.Join(story.WriteText(&with, true), story.WriteText(&without, false)); err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(with.Bytes(), without.Bytes()) {
			t.Errorf("%s: no colour", s.name)
		}
		if !bytes.Equal(own.ReplaceAll(with.Bytes(), nil), without.Bytes()) {
			t.Errorf("%s: colour changes the text", s.name)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("pipe is closed") }

func TestWriteErrorsAreTold(t *testing.T) {
	story := Tell(everything().database(t, 0), Options{Vocabularies: schemas.Vocabularies[:]})
	if err := story.WriteText(broken{}, false); err == nil || !strings.Contains(err.Error(), "pipe is closed") {
		t.Errorf("got %v", err)
	}
}

// What the tables tell as the rules do is no other story; and every change has a rule.
func TestSameStory(t *testing.T) {
	for _, s := range samples {
		if s.name == "another_story" || s.name == "hostile" {
			continue
		}
		story := Tell(s.found(t), Options{Vocabularies: schemas.Vocabularies[:]})
		for _, r := range story.Recipients {
			if r.Differs != 0 {
				t.Errorf("%s, %s: %d changes differ", s.name, r.Recipient, r.Differs)
			}
			for _, m := range r.Timeline {
				for _, c := range m.Changes {
					if c.Rule == "" {
						t.Errorf("%s: %s: no rule for %s → %s", s.name, m.Kind, c.Before, c.After)
					}
				}
			}
		}
	}
}

// Of many events all are listed or counted.
func TestNoneIsForgotten(t *testing.T) {
	story := Tell(manyOpens(t), Options{Vocabularies: schemas.Vocabularies[:]})
	var n uint64
	for _, m := range story.Recipients[0].Timeline {
		if m.Kind == "opened" {
			n += 1 + m.Unlisted
		}
	}
	if n != 10_000 {
		t.Errorf("%d opens, want 10000", n)
	}
}

func TestSpan(t *testing.T) {
	for ms, want := range map[int64]string{
		0: "0 ms", 999: "999 ms", 4200: "4.2 s", 5000: "5 s", 59_999: "59.9 s", 60_000: "1 min", 192_000: "3 min 12 s",
		3*hour + 12*minute: "3 h 12 min", 3*hour + 40*second: "3 h", 432_000_000: "5 d", 25 * hour: "1 d 1 h", -2000: "−2 s",
	} {
		if got := span(ms); got != want {
			t.Errorf("span(%d) = %q, want %q", ms, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, text := range []string{"", "word", strings.Repeat("x", 57), strings.Repeat("ab cdefg ", 30), strings.Repeat("é ", 25) + "x"} {
		lines := wrap(text, 20)
		for _, l := range lines {
			if width(l) > 20 {
				t.Errorf("line %q of %q is too long", l, text)
			}
		}
		if got, want := strings.ReplaceAll(strings.Join(lines, ""), " ", ""), strings.ReplaceAll(text, " ", ""); got != want {
			t.Errorf("%q became %q", want, got)
		}
	}
}

func TestShortRule(t *testing.T) {
	for rule, want := range map[string]string{
		"delivered < W Q":                       "delivered < W Q",
		"B{hard} < P; a{b,c,d} < E":             "B{hard} < P; a{b,c,d} < E",
		"B{none,policy,virus,greylisted} < W Q": "B{virus,…} < W Q",
		"A, B{a,b,c,d}, c{e} < W":               "A, B{…}, c{e} < W",
		"B{a":                                   "B{a}",
	} {
		if got := shortRule(rule, "virus"); got != want {
			t.Errorf("%s: got %s, want %s", rule, got, want)
		}
	}
}
