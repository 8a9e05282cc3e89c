package process

import (
	"encoding/binary"
	"fmt"

	"mailfate/schemas"
)

// The state store's keys all begin with their partition, so that a partition
// can be wiped alone, and then with what they hold.
const (
	spaceMeta   = 'm' // what the partition's state is worth: see meta
	spaceState  = 's' // + a key of mail.status: its value there
	spaceTimers = 't' // + stream, due, identity key: nothing
	spaceLives  = 'l' // + day, message id: nothing; a message that was heard of then
)

// maxPartitions is how many partitions have keys: theirs begin with a byte below
// any letter. What else the store is used for begins with a letter.
const maxPartitions = 1 << 14

func checkPartitions(partitions []int) error {
	for _, partition := range partitions {
		if partition >= maxPartitions {
			return fmt.Errorf("process partition %d: the state store has room for %d partitions; make the topics anew with fewer", partition, maxPartitions)
		}
	}
	return nil
}

func partitionPrefix(partition int) []byte {
	return binary.BigEndian.AppendUint16(nil, uint16(partition))
}

// A keyspace makes the keys of one partition in a buffer that is used again.
type keyspace struct {
	partition []byte
	buf       []byte
}

func newKeyspace(partition int) *keyspace { return &keyspace{partition: partitionPrefix(partition)} }

func (k *keyspace) space(s byte) []byte {
	k.buf = append(append(k.buf[:0], k.partition...), s)
	return k.buf
}

func (k *keyspace) meta() []byte { return k.space(spaceMeta) }

func (k *keyspace) state(key []byte) []byte {
	k.buf = append(k.space(spaceState), key...)
	return k.buf
}

// cutState returns the key of mail.status in a state key.
func (k *keyspace) cutState(key []byte) []byte { return key[len(k.partition)+1:] }

// timersOf is what the keys of a stream's timers begin with; they are in the
// order of their due time.
func (k *keyspace) timersOf(stream string) []byte {
	k.buf = binary.AppendUvarint(k.space(spaceTimers), uint64(len(stream)))
	k.buf = append(k.buf, stream...)
	return k.buf
}

func (k *keyspace) timer(t schemas.Timer, identity []byte) []byte {
	k.timersOf(t.Stream)
	k.buf = binary.BigEndian.AppendUint64(k.buf, dueBits(t.Due))
	k.buf = append(k.buf, identity...)
	return k.buf
}

// dueBits orders times before 1970, which a broken clock may stamp, in front.
func dueBits(t int64) uint64 { return uint64(t) ^ 1<<63 }

// cutTimer returns the identity key of a timer's key, behind its stream's prefix.
func cutTimer(key []byte, prefix int) []byte { return key[prefix+8:] }

func (k *keyspace) life(day uint32, messageID string) []byte {
	k.buf = binary.BigEndian.AppendUint32(k.space(spaceLives), day)
	k.buf = append(k.buf, messageID...)
	return k.buf
}
