package process

import (
	"time"

	"mailfate/pipeline/kafkalog"
)

const (
	// maxPause is how long a partition whose transactions are refused again and again
	// waits before it is restored once more: that reads and writes for nothing.
	maxPause = 5 * time.Second

	// commitTime bounds a commit, which goes on when the worker is asked to end.
	commitTime = 8 * time.Second

	// maxCommitTime is what a broker so slow that commits time out is given in the
	// end: far below what Kafka allows transactions (transaction.max.timeout.ms).
	maxCommitTime = 64 * time.Second

	// abortAfter is how much later a broker aborts what a dead worker left open;
	// until then its successors' readers wait.
	abortAfter = 2 * time.Second
)

// patience is what the workers of a partition, one after another, have learned of
// the brokers.
type patience struct {
	pause  kafkalog.Backoff // before the next one
	commit time.Duration    // how long a commit may take
}

func newPatience() *patience {
	return &patience{pause: kafkalog.Backoff{Max: maxPause}, commit: commitTime}
}

// timedOut is called when a commit took too long: the same again would not be done
// in the same time.
func (p *patience) timedOut() { p.commit = min(2*p.commit, maxCommitTime) }
