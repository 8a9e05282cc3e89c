package kafkalog

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/segmentio/kafka-go/protocol"
)

const (
	// fetchVersion is the newest fetch request that kafka-go negotiates (Kafka 2.3).
	fetchVersion = 11
	// maxFetchResponse is a broker's own limit on a message of the protocol.
	maxFetchResponse = 100 << 20
	// readCommitted is the isolation level that hides open transactions.
	readCommitted = 1
	// fetchID is the correlation id; one request is in flight per connection.
	fetchID = 0x6d66 // "mf"
)

// fetchCall is one fetch request for one partition and its raw answer.
//
// kafka-go's own fetch drops what read_committed needs (how far a batch reaches
// when its last records are compacted away) and allocates per record. Its
// RawExchanger hook lets a message write and read itself on a connection that
// kafka-go opened, secured and routed. The hook runs in the connection's
// goroutine, which may outlive a caller whose context ended: so a call owns its
// buffer, and is abandoned, not used again, unless it came back.
type fetchCall struct {
	clientID  string
	topic     string
	partition int32
	offset    int64
	waitMs    int32
	maxBytes  int32

	version int16
	req     []byte
	res     []byte
}

var (
	_ protocol.BrokerMessage = (*fetchCall)(nil)
	_ protocol.RawExchanger  = (*fetchCall)(nil)
)

// ApiKey names the API, for kafka-go.
func (f *fetchCall) ApiKey() protocol.ApiKey { return protocol.Fetch } //nolint:revive // the interface's spelling

// Broker routes the request to the partition's leader.
func (f *fetchCall) Broker(cluster protocol.Cluster) (protocol.Broker, error) {
	topic, ok := cluster.Topics[f.topic]
	if !ok {
		return protocol.Broker{}, protocol.NewErrNoTopic(f.topic)
	}
	partition, ok := topic.Partitions[f.partition]
	if !ok {
		return protocol.Broker{}, protocol.NewErrNoPartition(f.topic, f.partition)
	}
	broker, ok := cluster.Brokers[partition.Leader]
	if !ok {
		return protocol.Broker{}, protocol.NewErrNoLeader(f.topic, f.partition)
	}
	return broker, nil
}

// Required tells kafka-go to use RawExchange, and us what the broker understands.
func (f *fetchCall) Required(versions map[protocol.ApiKey]int16) bool {
	f.version = versions[protocol.Fetch]
	return true
}

// RawExchange writes the request and reads the whole answer.
func (f *fetchCall) RawExchange(rw io.ReadWriter) (protocol.Message, error) {
	if f.version < fetchVersion {
		return nil, fmt.Errorf("broker speaks version %d of fetch, need %d: use Kafka 2.3 or newer", f.version, fetchVersion)
	}
	f.encode()
	if _, err := rw.Write(f.req); err != nil {
		return nil, err
	}
	f.res = grow(f.res[:0], 4)
	if _, err := io.ReadFull(rw, f.res); err != nil {
		return nil, err
	}
	size := int32(binary.BigEndian.Uint32(f.res))
	if size < 4 || size > maxFetchResponse {
		return nil, fmt.Errorf("%w: fetch answer of %d bytes", ErrCorrupt, size)
	}
	f.res = grow(f.res[:0], int(size))
	if _, err := io.ReadFull(rw, f.res); err != nil {
		return nil, err
	}
	if id := binary.BigEndian.Uint32(f.res); id != fetchID {
		return nil, fmt.Errorf("%w: answer to request %d, want %d", ErrCorrupt, id, fetchID)
	}
	f.res = f.res[4:]
	return f, nil
}

func (f *fetchCall) encode() {
	be := binary.BigEndian
	b := append(f.req[:0], 0, 0, 0, 0) // size
	b = be.AppendUint16(b, uint16(protocol.Fetch))
	b = be.AppendUint16(b, fetchVersion)
	b = be.AppendUint32(b, fetchID)
	b = appendString(b, f.clientID)
	b = be.AppendUint32(b, ^uint32(0)) // replica: a consumer
	b = be.AppendUint32(b, uint32(f.waitMs))
	b = be.AppendUint32(b, 1) // min bytes
	// Only the partition's limit is ours to use: a broker that stops at the
	// request's limit may leave out the list of aborted transactions (kfake does).
	b = be.AppendUint32(b, maxFetchResponse)
	b = append(b, readCommitted)
	b = be.AppendUint32(b, 0)          // session id
	b = be.AppendUint32(b, ^uint32(0)) // session epoch: none
	b = be.AppendUint32(b, 1)          // topics
	b = appendString(b, f.topic)
	b = be.AppendUint32(b, 1) // partitions
	b = be.AppendUint32(b, uint32(f.partition))
	b = be.AppendUint32(b, ^uint32(0)) // leader epoch: any
	b = be.AppendUint64(b, uint64(f.offset))
	b = be.AppendUint64(b, ^uint64(0)) // log start: a follower's field
	b = be.AppendUint32(b, uint32(f.maxBytes))
	b = be.AppendUint32(b, 0) // forgotten topics
	b = appendString(b, "")   // rack
	be.PutUint32(b, uint32(len(b)-4))
	f.req = b
}

func appendString(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
}
