package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mailfate/pipeline/embedded/embeddedtest"
	"mailfate/schemas"
)

// make bench-visible sets them.
var (
	visibleSeconds = flag.Int("visible.seconds", 0, "for how long TestVisible writes lines; 0: nothing is measured")
	visibleLines   = flag.Int("visible.lines", 2000, "lines it writes in a second")
)

const (
	visibleTick  = 10 * time.Millisecond  // lines are written so often
	visibleLook  = 100 * time.Millisecond // the feed is asked so often, for that takes time of the processor, too
	visibleProbe = 10                     // every so many messages is one that is looked for
	linesOfMail  = 5
	visibleWait  = 30 * time.Second
)

// TestVisible writes a log at an even pace, and prints how long it takes from a line's
// being written until the live feed tells it and until the feed has it.
func TestVisible(t *testing.T) {
	if *visibleSeconds == 0 {
		t.Skip("run it by make bench-visible")
	}
	path := filepath.Join(t.TempDir(), "mail.log")
	log, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	srcs, err := FindToFollow(ParseArgument("postfix:"+path), func(schemas.SourceType, string) Settings { return Settings{} })
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(t.Context(), Options{Dir: t.TempDir(), API: "127.0.0.1:0", Executable: embeddedtest.Host(t)})
	if err != nil {
		t.Fatal(err)
	}
	a.Start()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- a.Follow(ctx, srcs) }()
	live, paged := newSightings(), newSightings()
	var watchers sync.WaitGroup
	watchers.Go(func() { live.fail(live.listen(ctx, a.APIAddress())) })
	watchers.Go(func() { paged.fail(paged.look(ctx, a.APIAddress())) })
	w := logWriter{to: log, seen: []*sightings{live, paged}}
	if err := w.write(ctx, 3*time.Second); err != nil { // until all is warm
		t.Fatal(err)
	}
	w.measuring = true
	began := time.Now()
	if err := w.write(ctx, time.Duration(*visibleSeconds)*time.Second); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("%d lines in %v, %d of their messages looked for\n", w.mails*linesOfMail, time.Since(began).Round(time.Millisecond), len(live.written))
	live.print(t, "/feed/live")
	paged.print(t, "/feed")
	stop()
	watchers.Wait()
	if err := errors.Join(<-ended, a.Close(t.Context())); err != nil {
		t.Error(err)
	}
}

// logWriter writes mails as Postfix logs them, five lines each, the last but one of
// which is the delivery.
type logWriter struct {
	to        *os.File
	mails     int
	measuring bool
	seen      []*sightings
}

func (w *logWriter) write(ctx context.Context, d time.Duration) error {
	tick := time.NewTicker(visibleTick)
	defer tick.Stop()
	begun, first := time.Now(), w.mails
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		now := time.Now()
		due := int(min(now.Sub(begun), d).Seconds() * float64(*visibleLines) / linesOfMail)
		var lines bytes.Buffer
		for n := w.mails; n < first+due; n++ {
			w.mail(&lines, n, now)
		}
		w.mails = max(w.mails, first+due)
		if _, err := lines.WriteTo(w.to); err != nil {
			return err
		}
		if now.Sub(begun) >= d {
			return nil
		}
	}
}

func (w *logWriter) mail(to *bytes.Buffer, n int, now time.Time) {
	domain := "dest.example"
	if n%visibleProbe == 0 {
		domain = "probe.example"
		if w.measuring {
			for _, s := range w.seen {
				s.write(messageOf(n), now)
			}
		}
	}
	id := fmt.Sprintf("%X", 0xA000000000+n)
	for _, line := range []string{
		"smtpd[11]: " + id + ": client=app.shop.example[192.0.2.1]",
		"cleanup[12]: " + id + ": message-id=<" + messageOf(n) + ">",
		"qmgr[13]: " + id + ": from=<news@shop.example>, size=522, nrcpt=1 (queue active)",
		fmt.Sprintf("smtp[14]: %s: to=<r%d@%s>, relay=mx.%[3]s[192.0.2.9]:25, delay=0.1, delays=0.02/0/0.03/0.05, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as %[1]s)", id, n, domain),
		"qmgr[13]: " + id + ": removed",
	} {
		fmt.Fprintf(to, "%s mx.shop.example postfix/%s\n", now.UTC().Format("2006-01-02T15:04:05.000000-07:00"), line)
	}
}

func messageOf(n int) string { return fmt.Sprintf("visible%d@shop.example", n) }

// sightings are when messages were written, and how long it took to see them.
type sightings struct {
	mu      sync.Mutex
	written map[string]time.Time
	took    map[string]time.Duration
	all     chan struct{} // something was seen
	err     error
}

func newSightings() *sightings {
	return &sightings{written: map[string]time.Time{}, took: map[string]time.Duration{}, all: make(chan struct{}, 1)}
}

func (s *sightings) write(id string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written[id] = at
}

func (s *sightings) see(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, ok := s.written[id]; ok && s.took[id] == 0 {
		s.took[id] = time.Since(at)
	}
	select {
	case s.all <- struct{}{}:
	default:
	}
}

func (s *sightings) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !errors.Is(err, context.Canceled) {
		s.err = err
	}
}

// print waits until everything was seen.
func (s *sightings) print(t *testing.T, name string) {
	t.Helper()
	late := time.After(visibleWait)
	for missing := true; missing; {
		s.mu.Lock()
		missing = len(s.took) < len(s.written)
		s.mu.Unlock()
		if !missing {
			break
		}
		select {
		case <-s.all:
		case <-late:
			t.Errorf("%s: not all was seen within %v", name, visibleWait)
			missing = false
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var took []time.Duration
	for _, d := range s.took {
		took = append(took, d)
	}
	if len(took) == 0 {
		t.Errorf("%s: nothing was seen: %v", name, s.err)
		return
	}
	slices.Sort(took)
	at := func(q float64) time.Duration { return took[int(q*float64(len(took)-1))].Round(time.Millisecond) }
	fmt.Printf("%-11s p50 %v, p90 %v, p99 %v, most %v; %d of %d seen\n", name, at(0.5), at(0.9), at(0.99), at(1), len(took), len(s.written))
}

var probes = url.Values{"recipient": {"@probe.example"}, "status": {"delivered"}}

func (s *sightings) begin(ctx context.Context, address, path string, query url.Values) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/api/v1"+path+"?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(r)
	if err == nil && res.StatusCode != http.StatusOK {
		err = errors.Join(fmt.Errorf("%s: %s", path, res.Status), res.Body.Close())
	}
	return res, err
}

// visibleChange is what counts of a change.
type visibleChange struct {
	MessageID string `json:"message_id"`
}

// listen notes what the live feed tells.
func (s *sightings) listen(ctx context.Context, address string) error {
	res, err := s.begin(ctx, address, "/feed/live", probes)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var c visibleChange
		if err := json.Unmarshal([]byte(data), &c); err != nil {
			return err
		}
		s.see(c.MessageID)
	}
	return errors.Join(ctx.Err(), lines.Err())
}

// look notes what the first page of the feed has, again and again.
func (s *sightings) look(ctx context.Context, address string) error {
	query := url.Values{"limit": {"500"}}
	for name, v := range probes {
		query[name] = v
	}
	tick := time.NewTicker(visibleLook)
	defer tick.Stop()
	for {
		var page struct{ Changes []visibleChange }
		res, err := s.begin(ctx, address, "/feed", query)
		if err != nil {
			return err
		}
		if err := errors.Join(json.NewDecoder(res.Body).Decode(&page), res.Body.Close()); err != nil {
			return err
		}
		for _, c := range page.Changes {
			s.see(c.MessageID)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
