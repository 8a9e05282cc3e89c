package publish

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta/postfix"
)

// grownLog is a log in which lines depend on lines before, with replies in several
// scripts, so that many a byte is in the midst of a character.
func grownLog(t *testing.T) []byte {
	t.Helper()
	var log []byte
	for _, name := range []string{"hostile", "deliveries", "notifications"} {
		part, err := os.ReadFile("../mta/postfix/testdata/" + name + ".log")
		if err != nil {
			t.Fatal(err)
		}
		log = append(log, part...)
	}
	for i := range 40 {
		id := fmt.Sprintf("5A%04X", i/3)
		log = append(log, []string{
			"Nov 21 23:50:00 mx1 postfix/cleanup[1]: " + id + ": message-id=<" + id + "@grüße.example>\n",
			"Nov 21 23:50:00 mx1 postfix/smtp[1]: " + id + ": to=<jürgen@b.example>, relay=r, delay=1, delays=0/0/0/1, dsn=4.0.0, status=deferred (配信できません 😞)\n",
			"Nov 21 23:50:00 mx1 postfix/qmgr[1]: " + id + ": was ist das für eine Zeile\n",
		}[i%3]...)
	}
	return log
}

// cutting places where to cut a log: anywhere, within a stamp, within a character.
func cutting(rnd *rand.Rand, log []byte) []int {
	cuts := make([]int, 1+rnd.IntN(3))
	for i := range cuts {
		at := rnd.IntN(len(log))
		switch rnd.IntN(3) {
		case 0:
			at = bytes.LastIndexByte(log[:at], '\n') + 1 + rnd.IntN(16)
		case 1:
			for at < len(log)-1 && log[at]&0xc0 != 0x80 {
				at++
			}
		}
		cuts[i] = min(at, len(log))
	}
	slices.Sort(cuts)
	return append(cuts, len(log))
}

// TestALogThatGrowsIsTheSame reads a log up to some bytes of it, again when it has
// grown, and compares the events with those of the log read at once.
func TestALogThatGrowsIsTheSame(t *testing.T) {
	b := newBench(t)
	log := grownLog(t)
	b.now = func() time.Time { return time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC) }
	name := ""
	b.set = func(o *Options) {
		o.Name = name
		o.Parser = func() sources.Parser {
			return postfix.New(postfix.Options{Year: 2026, MaxOpen: 3}) // most of what is known is away
		}
	}
	read := func(cuts []int) ([]schemas.Event, Stats) {
		b.dir, b.log = t.TempDir(), newFakeLog()
		name = "test:" + b.dir
		file, err := os.Create(filepath.Join(b.dir, "mail.log"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		var stats Stats
		from := 0
		for _, to := range cuts {
			if _, err := file.Write(log[from:to]); err != nil {
				t.Fatal(err)
			}
			from = to
			stats = b.replay()
		}
		wantShapes(t, b.log.all(), stats.Unparsed)
		return contents(t, b), stats
	}
	want, stats := read([]int{len(log)})
	if len(want) < 20 || stats.Unparsed < 10 || stats.Provisional == 0 {
		t.Fatalf("%d events, %+v", len(want), stats)
	}
	for seed := range uint64(100) {
		cuts := cutting(rand.New(rand.NewPCG(seed, 5)), log)
		got, grown := read(cuts)
		if d := diff.Diff(want, got); d != "" {
			t.Fatalf("cut at %d (-whole +grown):\n%s", cuts, d)
		}
		if d := diff.Diff(stats, grown); d != "" {
			t.Fatalf("cut at %d (-whole +grown):\n%s", cuts, d)
		}
	}
}
