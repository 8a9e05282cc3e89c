package kafkalog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
)

// NoPartition stands in an Error that concerns no single partition.
const NoPartition = -1

// Sentinels for errors.Is; what is returned names topic, partition and cause too.
var (
	// ErrFenced says that another process owns this transactional id or group
	// membership now, or that the broker ended a transaction that outlived its
	// timeout. The caller stops working on the partition until a generation
	// assigns it again.
	ErrFenced = errors.New("fenced: another process has taken over")
	// ErrOutcomeUnknown says that a transaction may or may not have been committed.
	// The caller drops its memory, calls Init again and restores.
	ErrOutcomeUnknown = errors.New("outcome of the transaction is unknown: init and restore")
	// ErrOffsetOutOfRange says that the log does not have the position.
	ErrOffsetOutOfRange = errors.New("offset out of range")
	// ErrRecordTooLarge says that a record is above Options.MaxRecordBytes, or that
	// the broker's limit is below ours.
	ErrRecordTooLarge = errors.New("record too large")
	// ErrCorrupt says that bytes which a broker sent are not what the format allows.
	ErrCorrupt = errors.New("corrupt record batch")
	// ErrGroupClosed is what Next returns after Close.
	ErrGroupClosed = errors.New("group closed")
)

// Error is what every operation of this package fails with.
type Error struct {
	// Op is what was tried: "fetch", "commit transaction".
	Op string
	// Topic and Partition say where; Topic may be empty and Partition NoPartition.
	Topic     string
	Partition int
	// Err is the cause.
	Err error
	// Hint, if any, is the remedy.
	Hint string
}

// Error names operation, place, cause and remedy.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Topic != "" {
		b.WriteString(" " + e.Topic)
		if e.Partition != NoPartition {
			fmt.Fprintf(&b, "/%d", e.Partition)
		}
	}
	fmt.Fprintf(&b, ": %v", e.Err)
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Temporary says whether the same call may succeed later.
func (e *Error) Temporary() bool { return temporary(e.Err) }

// OffsetOutOfRangeError carries what the partition does have. It matches ErrOffsetOutOfRange.
type OffsetOutOfRangeError struct {
	Offset, LogStart, HighWatermark int64
}

// Error says which offset is not within which bounds.
func (e *OffsetOutOfRangeError) Error() string {
	return fmt.Sprintf("offset %d is out of range: the log has %d to %d", e.Offset, e.LogStart, e.HighWatermark)
}

// Is matches ErrOffsetOutOfRange.
func (e *OffsetOutOfRangeError) Is(target error) bool { return target == ErrOffsetOutOfRange }

// temporary says whether an error of kafka-go, of a broker or of the network can
// go away by itself. What is final for the caller is so even if it wraps such an error.
func temporary(err error) bool {
	for _, final := range []error{ErrFenced, ErrOutcomeUnknown, ErrOffsetOutOfRange, ErrRecordTooLarge, ErrCorrupt, context.Canceled} {
		if errors.Is(err, final) {
			return false
		}
	}
	var code kafka.Error
	if errors.As(err, &code) { // before net.Error, whose methods a kafka.Error has too
		return temporaryCode(code)
	}
	for _, again := range []error{
		protocol.ErrNoTopic, protocol.ErrNoPartition, protocol.ErrNoLeader, context.DeadlineExceeded,
		io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, net.ErrClosed, syscall.ECONNRESET, syscall.ECONNREFUSED, syscall.EPIPE,
	} {
		if errors.Is(err, again) {
			return true
		}
	}
	var op *net.OpError
	return errors.As(err, &op)
}

func temporaryCode(code kafka.Error) bool {
	switch code {
	case kafka.BrokerNotAvailable, kafka.ReplicaNotAvailable, kafka.ConcurrentTransactions,
		kafka.TransactionCoordinatorFenced:
		return true
	default:
		return code.Temporary()
	}
}

// brokerCode returns the broker's error code in err, 0 when a broker did not answer.
func brokerCode(err error) kafka.Error {
	var code kafka.Error
	if errors.As(err, &code) {
		return code
	}
	return 0
}

// notAttempted is what the innocent partitions of a request get when another one
// was refused. (kafka-go knows the number by another name.)
const notAttempted = kafka.Error(55)

// answers sums up what a broker said about each partition of a request.
type answers struct {
	n   int
	err error
}

func (a *answers) add(err error) {
	a.n++
	if err != nil && (a.err == nil || errors.Is(a.err, notAttempted)) {
		a.err = err
	}
}

// result is the error that caused the others. No answer at all is one, too.
func (a *answers) result() error {
	if a.n == 0 {
		return fmt.Errorf("empty answer: %w", kafka.NetworkException)
	}
	return a.err
}
