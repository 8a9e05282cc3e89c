package cli_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"mailfate/pipeline/embedded"
	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
	"mailfate/sources/tracker/links"
	"mailfate/sources/tracking/token"
)

// A shooter makes hits, each of a message of its own, and notes which were answered.
type shooter struct {
	t      *testing.T
	keys   *token.Keys
	base   string
	client *http.Client

	mu       sync.Mutex
	asked    int
	answered map[string]schemas.Kind // by message id
}

// next returns a request that was not made before.
func (s *shooter) next() (*http.Request, string, schemas.Kind) {
	s.mu.Lock()
	s.asked++
	mail := links.Mail{Keys: s.keys, Base: s.base, MessageID: fmt.Sprintf("m%d@shop.example", s.asked), Recipient: "a@b.example"}
	n := s.asked
	s.mu.Unlock()
	method, body, kind := http.MethodGet, "", schemas.Opened
	u, err := mail.Pixel()
	switch n % 3 {
	case 1:
		kind = schemas.Clicked
		u, err = mail.Click("https://a.example/")
	case 2:
		method, body, kind = http.MethodPost, "List-Unsubscribe=One-Click", schemas.Unsubscribed
		u, err = mail.Unsubscribe()
	}
	if err != nil {
		s.t.Error(err)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, u, strings.NewReader(body))
	if err != nil {
		s.t.Error(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return req, mail.MessageID, kind
}

// shoot makes hits until one is not answered.
func (s *shooter) shoot(answered chan<- struct{}) {
	for {
		req, id, kind := s.next()
		res, err := s.client.Do(req)
		if err != nil {
			return
		}
		_, err = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		if err != nil {
			return
		}
		if res.StatusCode != 200 && res.StatusCode != 307 {
			s.t.Errorf("%v: %s", kind, res.Status)
			return
		}
		s.mu.Lock()
		s.answered[id] = kind
		s.mu.Unlock()
		answered <- struct{}{}
	}
}

// startTracker starts a tracker and returns when it answers.
func startTracker(t *testing.T, config, broker, data string) *exec.Cmd {
	t.Helper()
	cmd := mailfate(t, "run", "-v", "--role", "tracker", "--config", config, "--brokers", broker, "--data", data)
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	answers := make(chan bool, 1)
	go func() {
		for lines := bufio.NewScanner(pipe); lines.Scan(); {
			if strings.Contains(lines.Text(), "answering hits") {
				answers <- true
			}
		}
		close(answers)
	}()
	if !<-answers {
		t.Fatalf("the tracker has ended: %v", cmd.Wait())
	}
	return cmd
}

func startKafka(t *testing.T, dir string) *embedded.Broker {
	t.Helper()
	b, err := embedded.StartBroker(t.Context(), embedded.BrokerOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Stop() })
	return b
}

// TestTrackerIsKilled kills a tracker under load again and again, with Kafka there, away
// from the start, and going away: every hit that was answered comes into Kafka, once.
func TestTrackerIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the whole program on the real parts")
	}
	const workers, each = 8, 400
	dir := t.TempDir()
	kafka := startKafka(t, filepath.Join(dir, "kafka"))
	free, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := free.Addr().String()
	free.Close()
	config := trackerConfig(t, "  listen: "+listen+"\n  max_held: 0\n")
	keys, err := token.NewKeys(token.Key{ID: 1, Secret: strings.Repeat("k", 32)})
	if err != nil {
		t.Fatal(err)
	}
	s := &shooter{t: t, keys: keys, base: "http://" + listen, answered: map[string]schemas.Kind{}, client: &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: workers},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	for round, kafkaIs := range []string{"there", "there", "gone", "goes", "there"} {
		if kafkaIs == "gone" {
			stopKafka(t, kafka)
		}
		cmd := startTracker(t, config, kafka.Addr(), filepath.Join(dir, "data"))
		answered := make(chan struct{}, workers)
		var all sync.WaitGroup
		for range workers {
			all.Go(func() { s.shoot(answered) })
		}
		go func() { all.Wait(); close(answered) }()
		for n := 0; n < each; n++ {
			if _, ok := <-answered; !ok {
				t.Fatalf("round %d ended by itself after %d hits", round, n)
			}
			if kafkaIs == "goes" && n == each/2 {
				stopKafka(t, kafka)
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for range answered {
		}
		_ = cmd.Wait()
		s.client.CloseIdleConnections()
		if kafkaIs != "there" {
			kafka = startKafka(t, filepath.Join(dir, "kafka"))
		}
	}
	cmd := startTracker(t, config, kafka.Addr(), filepath.Join(dir, "data"))
	got := eventsOf(t, kafka.Addr(), s.answered)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	twice, unanswered := 0, 0
	for id, kind := range s.answered {
		if len(got[id]) != 1 {
			t.Errorf("%v of %s: %d events", kind, id, len(got[id]))
		}
	}
	for id, events := range got {
		if len(events) > 1 {
			twice++
		}
		for _, e := range events {
			if kind, answered := s.answered[id]; answered && e.Kind != kind || e.Recipient != "a@b.example" {
				t.Errorf("%+v", e)
			}
		}
		if _, answered := s.answered[id]; !answered {
			unanswered++
		}
	}
	if twice > 0 || unanswered > 6*workers {
		t.Errorf("%d messages have more than one event, %d were not answered", twice, unanswered)
	}
	t.Logf("%d hits answered of %d, all once in Kafka; %d more that were cut off; 5 kills", len(s.answered), s.asked, unanswered)
}

func stopKafka(t *testing.T, b *embedded.Broker) {
	t.Helper()
	if err := b.Stop(); err != nil {
		t.Fatal(err)
	}
}

// eventsOf reads events until those of all answered hits have come, and returns them by
// message and event id: what was published twice is one.
func eventsOf(t *testing.T, broker string, answered map[string]schemas.Kind) map[string]map[schemas.EventID]schemas.Event {
	t.Helper()
	client, err := kafkalog.Dial(kafkalog.Options{Brokers: []string{broker}, ClientID: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	n, err := client.ExistingPartitions(ctx, schemas.TopicEvents)
	if err != nil {
		t.Fatal(err)
	}
	readers := make([]*kafkalog.Reader, n)
	for p := range readers {
		readers[p] = client.NewReader(schemas.TopicEvents, p, 0)
	}
	dec := schemas.NewDecoder()
	got := map[string]map[schemas.EventID]schemas.Event{}
	missing := maps.Clone(answered)
	for len(missing) > 0 {
		for _, r := range readers {
			_, err := r.Fetch(ctx, 100*time.Millisecond, 1<<20, func(r kafkalog.Record) error {
				var ev schemas.Event
				if _, isControl, err := dec.Record(r.Value, &ev); err != nil || isControl {
					return err
				}
				if got[ev.MessageID] == nil {
					got[ev.MessageID] = map[schemas.EventID]schemas.Event{}
				}
				got[ev.MessageID][ev.ID] = ev
				delete(missing, ev.MessageID)
				return nil
			})
			if err != nil {
				t.Fatalf("%d of %d messages are missing: %v", len(missing), len(answered), err)
			}
		}
	}
	return got
}
