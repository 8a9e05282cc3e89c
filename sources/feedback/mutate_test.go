package feedback

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mailfate/schemas"
)

// corpus returns all samples, by path.
func corpus(t testing.TB) map[string][]byte {
	t.Helper()
	mails := map[string][]byte{}
	for _, pattern := range []string{"testdata/*.eml", "testdata/*/*.eml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if mails[path], err = os.ReadFile(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(mails) < 100 {
		t.Fatalf("only %d samples", len(mails))
	}
	return mails
}

// A mutation damages a mail as mails are damaged on their way.
type mutation struct {
	name   string
	damage func(r *rand.Rand, mail []byte) []byte
}

var (
	boundaryLine   = regexp.MustCompile(`(?m)^--[^\n]+\n`)
	typeLine       = regexp.MustCompile(`(?mi)^content-type: [^\n]+\n([ \t][^\n]*\n)*`)
	finalRecipient = regexp.MustCompile(`(?mi)^final-recipient: ([^\r\n]+)`)
	charsetParam   = regexp.MustCompile(`(?i)charset="?[a-z0-9-]+"?`)
)

// pick returns where one of the places stands that the expression matches.
func pick(r *rand.Rand, re *regexp.Regexp, mail []byte) (from, to int) {
	at := re.FindAllIndex(mail, -1)
	if len(at) == 0 {
		return 0, 0
	}
	one := at[r.IntN(len(at))]
	return one[0], one[1]
}

func replaced(mail []byte, from, to int, with string) []byte {
	return bytes.Join([][]byte{mail[:from], []byte(with), mail[to:]}, nil)
}

var mutations = []mutation{
	{"truncated", func(r *rand.Rand, mail []byte) []byte { return mail[:r.IntN(len(mail))] }},
	{"boundary cut", func(r *rand.Rand, mail []byte) []byte {
		from, to := pick(r, boundaryLine, mail)
		return replaced(mail, from, to, "")
	}},
	{"boundary damaged", func(r *rand.Rand, mail []byte) []byte {
		from, to := pick(r, boundaryLine, mail)
		return replaced(mail, from, to, "--x\n")
	}},
	{"type lost", func(r *rand.Rand, mail []byte) []byte {
		from, to := pick(r, typeLine, mail)
		return replaced(mail, from, to, "")
	}},
	{"wrong type", func(r *rand.Rand, mail []byte) []byte {
		from, to := pick(r, typeLine, mail)
		types := []string{"text/plain", "text/html", "application/octet-stream", "message/rfc822", "multipart/mixed", "multipart/report", "image/gif; ="}
		return replaced(mail, from, to, "Content-Type: "+types[r.IntN(len(types))]+"\n")
	}},
	{"part lost", func(r *rand.Rand, mail []byte) []byte {
		from, _ := pick(r, boundaryLine, mail)
		to, _ := pick(r, boundaryLine, mail)
		return replaced(mail, min(from, to), max(from, to), "")
	}},
	{"charset mixed", func(r *rand.Rand, mail []byte) []byte {
		at := r.IntN(len(mail))
		mixed := replaced(mail, at, at, "\xe4\xff\xc3")
		from, to := pick(r, charsetParam, mixed)
		if to > from {
			mixed = replaced(mixed, from, to, "charset=utf-16")
		}
		return mixed
	}},
	{"huge header", func(r *rand.Rand, mail []byte) []byte {
		at := bytes.IndexByte(mail, '\n') + 1
		return replaced(mail, at, at, "X-Huge: "+strings.Repeat("x", r.IntN(maxHeader+1000))+"\n")
	}},
	{"line cut", func(r *rand.Rand, mail []byte) []byte {
		from, to := pick(r, regexp.MustCompile(`(?m)^[^\n]*\n`), mail)
		return replaced(mail, from, from+(to-from)/2, "")
	}},
	{"line lost", func(r *rand.Rand, mail []byte) []byte {
		from, to := pick(r, regexp.MustCompile(`(?m)^[^\n]*\n`), mail)
		return replaced(mail, from, to, "")
	}},
	{"empty line", func(r *rand.Rand, mail []byte) []byte {
		from, _ := pick(r, regexp.MustCompile(`(?m)^`), mail)
		return replaced(mail, from, from, "\n")
	}},
	{"line ends", func(_ *rand.Rand, mail []byte) []byte { return bytes.ReplaceAll(mail, []byte("\n"), []byte("\r\n")) }},
	{"unfolded", func(_ *rand.Rand, mail []byte) []byte { return bytes.ReplaceAll(mail, []byte("\n "), []byte("\n")) }},
	{"bit flipped", func(r *rand.Rand, mail []byte) []byte {
		out := bytes.Clone(mail)
		out[r.IntN(len(out))] ^= 1 << r.IntN(8)
		return out
	}},
}

// ambiguous are mutations by which a mail becomes one that nobody can tell from
// another that is whole.
var ambiguous = map[string]string{
	"empty line": "qmail_hostile_reply.eml", // qmail sees to it that a reply has none
	"line lost":  "address_not_at_once.eml", // the one that should not be there
}

// indistinct is a mail that is only not read because it names several recipients:
// cut, it may name one.
const indistinct = "several_by_exim_without_header.eml"

// bounced are the recipients of the bounces that each sample tells of, whole.
func bounced(t testing.TB, mail []byte) map[string]bool {
	evs, _ := parse(New(options(t)), mail)
	// Where a mail was forwarded to is told where the line is lost that says from where.
	known := map[string]bool{"new@elsewhere.example": true, "box@isp.example": true}
	if !bytes.Contains(mail, []byte("victim@")) {
		for _, m := range finalRecipient.FindAllSubmatch(mail, -1) {
			known[Recipient(string(m[1]))] = true
		}
	}
	for i := range evs {
		if bounce(&evs[i]) {
			known[evs[i].Recipient] = true
		}
	}
	return known
}

func bounce(ev *schemas.Event) bool { return ev.Kind == schemas.BouncedLater }

// TestDamaged holds that a damaged mail may lose a bounce but never invents one:
// whoever is said to have bounced is said so by the whole mail. Only where a byte
// of the address itself is another one, or cut, it is another address, which
// nobody was sent anything under.
func TestDamaged(t *testing.T) {
	if raced {
		t.Skip("one goroutine, whom the race detector makes ten times as slow; make test runs this without it")
	}
	r := rand.New(rand.NewPCG(1, 2))
	each := 4
	if testing.Short() {
		each = 1
	}
	lost, kept := map[string]int{}, map[string]int{}
	mails := corpus(t)
	for _, path := range slices.Sorted(maps.Keys(mails)) {
		if filepath.Base(path) == indistinct {
			continue
		}
		mail := mails[path]
		known := bounced(t, mail)
		for _, m := range mutations {
			if ambiguous[m.name] == filepath.Base(path) {
				continue
			}
			for range each {
				damaged := m.damage(r, mail)
				evs, _ := parse(New(options(t)), damaged)
				found := map[string]bool{}
				for i := range evs {
					ev := &evs[i]
					if !bounce(ev) {
						continue
					}
					found[ev.Recipient] = true
					if ev.Recipient != "" && !known[ev.Recipient] && strings.Contains(strings.ToLower(string(mail)), ev.Recipient) {
						t.Fatalf("%s, %s: %s has bounced\n%s", path, m.name, ev.Recipient, damaged)
					}
				}
				for to := range known {
					if !bytes.Contains(mail, []byte(to)) {
						continue
					}
					if found[to] {
						kept[m.name]++
					} else {
						lost[m.name]++
					}
				}
			}
		}
	}
	for _, m := range mutations {
		t.Logf("%-16s %5d bounces read, %5d lost", m.name, kept[m.name], lost[m.name])
	}
}
