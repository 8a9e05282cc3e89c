package app

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"mailfate/pipeline/embedded/embeddedtest"
	"mailfate/pipeline/kafkalog"
	"mailfate/pipeline/process"
	"mailfate/schemas"
	"mailfate/sinks/clickhouse"
)

const (
	storyMessages = 80
	storyChunk    = 12 // events published at once
	storyRest     = 6  // so many chunks, and then everything arrives
)

// step is an event of a story, and UniSender's word for the message behind it.
type step struct {
	kind   schemas.Kind
	reason schemas.Reason
	status string
}

// stories are what may become of a message; each status occurs once in a story, so
// that it says how far the story was told.
var stories = [][]step{
	{
		{schemas.Received, 0, "not_sent"},
		{schemas.Queued, 0, "ok_sent"},
		{schemas.Delivered, 0, "ok_delivered"},
		{schemas.Opened, 0, "ok_read"},
		{schemas.Clicked, 0, "ok_link_visited"},
		{schemas.Unsubscribed, 0, "ok_unsubscribed"},
	},
	{
		{schemas.Received, 0, "not_sent"},
		{schemas.Queued, 0, "ok_sent"},
		{schemas.Deferred, schemas.Greylisted, "err_will_retry"},
		{schemas.Delivered, 0, "ok_delivered"},
		{schemas.Complained, 0, "ok_fbl"},
	},
	{{schemas.Received, 0, "not_sent"}, {schemas.Queued, 0, "ok_sent"}, {schemas.Bounced, schemas.UserUnknown, "err_user_unknown"}},
	{{schemas.Received, 0, "not_sent"}, {schemas.Queued, 0, "ok_sent"}, {schemas.Delivered, 0, "ok_delivered"}},
}

// storyOf is that of the i-th message.
func storyOf(i int) []step { return stories[i%len(stories)] }

// howFar is how much of a story a status tells; 0: nothing is known, -1: it is none of
// the story's.
func howFar(i int, status string) int {
	if status == "" || status == "none" {
		return 0
	}
	for k, s := range storyOf(i) {
		if s.status == status {
			return k + 1
		}
	}
	return -1
}

// teller tells stories to a whole pipeline, and asks it.
type teller struct{ *App }

// oracle knows, of each message, how much of its story may and must be told.
type oracle struct {
	sent    [storyMessages]atomic.Int64 // begun to be published: nobody can know more
	arrived [storyMessages]atomic.Int64 // the lag is over: everybody knows as much
	rowed   [storyMessages]atomic.Int64 // told by a message's row: the feed knows as much
}

// raise makes a number greater, or leaves it.
func raise(n *atomic.Int64, to int64) {
	for before := n.Load(); before < to; before = n.Load() {
		if n.CompareAndSwap(before, to) {
			return
		}
	}
}

// TestAnswersNeverContradict asks in every way while events flow. The lag is what was
// published and is not yet behind the offsets that the sink's group has committed, as
// lag tells it. An answer tells of each message a beginning of its story: at least
// what was behind the lag when it was asked for, at most what was published when it
// came, and never less than the same way told before. The feed knows what the rows
// of messages know. Whenever the lag is nothing, all tell the same.
func TestAnswersNeverContradict(t *testing.T) {
	if testing.Short() {
		t.Skip("runs everything on the real parts")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	whole, err := New(ctx, Options{
		Dir: t.TempDir(), API: "127.0.0.1:0",
		Kafka:      kafkalog.Options{Brokers: []string{embeddedtest.Broker(t).Addr()}},
		ClickHouse: clickhouse.Options{Addresses: []string{embeddedtest.ClickHouse(t).Native()}, Database: "consistency"},
	})
	if err != nil {
		t.Fatal(err)
	}
	a := teller{whole}
	a.Start()
	defer func() {
		if err := a.Close(context.WithoutCancel(ctx)); err != nil {
			t.Error(err)
		}
	}()
	o := new(oracle)
	doors := []*door{
		{name: "checkEmail", ask: a.askCheckEmail, shows: &o.rowed},
		{name: "message_status", ask: a.askMessageStatus, shows: &o.rowed},
		{name: "feed", ask: a.askFeed, least: &o.rowed},
		{name: "reports", ask: a.askReports, sums: true},
	}
	flow, end := context.WithCancel(ctx)
	var askers errgroup.Group
	for _, d := range doors {
		askers.Go(func() error {
			for flow.Err() == nil {
				if err := d.check(ctx, o); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err = a.tellStories(ctx, o, doors)
	end()
	if err := errors.Join(err, askers.Wait()); err != nil {
		t.Fatal(err)
	}
	for _, d := range doors {
		t.Logf("%s: asked %d times, %d messages were told of behind the newest", d.name, d.asked.Load(), d.behind.Load())
		if d.asked.Load() < 10 || !d.sums && d.behind.Load() == 0 {
			t.Errorf("%s was hardly asked while there was a lag", d.name)
		}
	}
	checkTotals(t, whole)
}

// tellStories publishes all events, those of a message in order, and now and then
// waits until there is no lag.
func (a teller) tellStories(ctx context.Context, o *oracle, doors []*door) error {
	r := rand.New(rand.NewPCG(8, 8))
	var left []int // a message for each of its events
	for i := range storyMessages {
		for range storyOf(i) {
			left = append(left, i)
		}
	}
	r.Shuffle(len(left), func(i, j int) { left[i], left[j] = left[j], left[i] })
	out, enc := a.client.NewPublisher(), schemas.NewEncoder()
	for chunk := 1; len(left) > 0; chunk++ {
		n := min(storyChunk, len(left))
		if err := a.publishSteps(ctx, o, left[:n], out, enc); err != nil {
			return err
		}
		if left = left[n:]; chunk%storyRest != 0 && len(left) > 0 {
			continue
		}
		if err := a.rest(ctx, o, doors); err != nil {
			return fmt.Errorf("after chunk %d: %w", chunk, err)
		}
	}
	return nil
}

func (a teller) publishSteps(ctx context.Context, o *oracle, messages []int, out *kafkalog.Publisher, enc *schemas.Encoder) error {
	for _, i := range messages {
		ev := stepEvent(i, int(o.sent[i].Add(1))-1)
		value, err := enc.Event(&ev)
		if err != nil {
			return err
		}
		key := []byte(ev.MessageID)
		record := kafkalog.Record{Key: key, Value: value, Time: ev.Time}
		if err := out.Publish(ctx, schemas.TopicEvents, kafkalog.Partition(key, a.partitions), []kafkalog.Record{record}); err != nil {
			return err
		}
	}
	return nil
}

// storyBegin is when the first message was received: a day, in ms.
const storyBegin = 1_790_035_200_000

// stepEvent is the k-th event of the i-th message.
func stepEvent(i, k int) schemas.Event {
	s := storyOf(i)[k]
	return schemas.Event{
		ID: schemas.EventID(1 + i*100 + k), Kind: s.kind, Reason: s.reason, Time: storyBegin + int64(i)*1000 + int64(k)*3_600_000,
		Identity: schemas.Identity{MessageID: fmt.Sprintf(storyID, i), Recipient: fmt.Sprintf("r%d@dest.example", i)},
		EmailID:  fmt.Sprintf(emailID, i), Campaign: fmt.Sprintf(campaign, i%len(stories)), Sender: "news@shop.example", Stream: "stories",
	}
}

// How the i-th message is named.
const (
	storyID  = "story%d@shop.example"
	emailID  = "em_%d"
	campaign = "c%d" // of its story
)

// rest waits until the lag is over, and then asks everything about all messages.
func (a teller) rest(ctx context.Context, o *oracle, doors []*door) error {
	if err := a.drain(ctx); err != nil {
		return err
	}
	for group, topics := range map[string][]string{process.Group: {schemas.TopicEvents}, a.sinkGroup: clickhouse.Topics()} {
		if lag, err := a.lag(ctx, group, topics); err != nil || lag != 0 {
			return fmt.Errorf("everything has arrived, and %s is told to be %d behind (%w)", group, lag, err)
		}
	}
	for i := range storyMessages {
		o.arrived[i].Store(o.sent[i].Load())
	}
	for _, d := range doors {
		if err := d.check(ctx, o); err != nil {
			return fmt.Errorf("without lag: %w", err)
		}
	}
	return nil
}
