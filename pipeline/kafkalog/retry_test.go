package kafkalog

import (
	"bytes"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/segmentio/kafka-go"
)

// What Kafka answers while all is well is worth a word only when it goes on.
func TestUsualAnswersAreQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		c := &Client{log: slog.New(slog.NewTextHandler(&out, nil))}
		for _, answer := range []struct {
			err        error
			after      time.Duration
			worthAWord bool
		}{
			{kafka.ConcurrentTransactions, 0, false},
			{kafka.GroupLoadInProgress, 4 * time.Second, false},
			{&Error{Op: "join", Err: kafka.UnknownMemberId}, 0, false},
			{kafka.ConcurrentTransactions, 6 * time.Second, true},
			{kafka.NotEnoughReplicas, 0, true},
		} {
			began := time.Now()
			time.Sleep(answer.after) // the bubble's clock
			if got := c.worthAWord(answer.err, began); got != answer.worthAWord {
				t.Errorf("%v after %v: %v", answer.err, answer.after, got)
			}
		}
		if out.Len() > 0 {
			t.Error(out.String())
		}
	})
}
