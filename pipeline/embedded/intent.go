package embedded

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// intent says that a transaction is about to end, and how. The broker writes a
// transaction's markers partition by partition; killed half-way it would have
// committed some and, at its next start, aborted the others.
type intent struct {
	set    bool
	commit bool
	epoch  int16
	pid    int64
}

const (
	intentName = "ending"
	intentSize = 16
	// renewControl is after how many requests the broker's hook is replaced:
	// the library keeps the last request of every connection it ever saw.
	renewControl = 4096
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// encode is [set, commit, epoch 2, pid 8, crc 4].
func (i intent) encode() (b [intentSize]byte) {
	if !i.set {
		return b
	}
	b[0] = 1
	if i.commit {
		b[1] = 1
	}
	binary.BigEndian.PutUint16(b[2:], uint16(i.epoch))
	binary.BigEndian.PutUint64(b[4:], uint64(i.pid))
	binary.BigEndian.PutUint32(b[12:], crc32.Checksum(b[:12], castagnoli))
	return b
}

// decodeIntent takes anything that is not whole for no intent: then nothing
// was acknowledged, and aborting is right.
func decodeIntent(b []byte) intent {
	if len(b) != intentSize || b[0] != 1 || binary.BigEndian.Uint32(b[12:]) != crc32.Checksum(b[:12], castagnoli) {
		return intent{}
	}
	return intent{set: true, commit: b[1] == 1, epoch: int16(binary.BigEndian.Uint16(b[2:])), pid: int64(binary.BigEndian.Uint64(b[4:]))}
}

// intentLog is the file with the only intent that can matter: the broker
// handles one request at a time, so only the last end can be incomplete, and
// that one is known to be complete when any transaction takes partitions in.
type intentLog struct {
	file *os.File
	now  intent
	seen map[int16]int // calls of each hook since it was renewed
	gate *txnGate
}

func openIntents(dir string) (*intentLog, error) {
	f, err := os.OpenFile(filepath.Join(dir, intentName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open transaction log: %w", err)
	}
	l := &intentLog{file: f, seen: make(map[int16]int), gate: new(txnGate)}
	var b [intentSize]byte
	n, _ := f.ReadAt(b[:], 0) // short or unreadable: no intent
	l.now = decodeIntent(b[:n])
	return l, nil
}

func (l *intentLog) last() intent { return l.now }

func (l *intentLog) close() error { return l.file.Close() }

// write makes the intent what a start after a kill finds. It need not be
// synced: the broker's own files are not either.
func (l *intentLog) write(i intent) error {
	if i == l.now {
		return nil
	}
	b := i.encode()
	if _, err := l.file.WriteAt(b[:], 0); err != nil {
		return fmt.Errorf("write transaction log: %w", err)
	}
	l.now = i
	return nil
}

// follow has the broker call us before it ends a transaction and before a
// transaction takes partitions in. It calls from its one loop, never at once.
func (l *intentLog) follow(c *kfake.Cluster) {
	l.hook(c, kmsg.EndTxn.Int16(), l.ending)
	l.hook(c, kmsg.AddPartitionsToTxn.Int16(), l.beginning)
}

type hook func(kmsg.Request) (kmsg.Response, error, bool)

func (l *intentLog) hook(c *kfake.Cluster, key int16, fn hook) {
	c.ControlKey(key, func(r kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		if l.seen[key]++; l.seen[key] >= renewControl {
			l.seen[key] = 0
			c.DropControl()
			l.hook(c, key, fn)
		}
		return fn(r)
	})
}

func (l *intentLog) ending(r kmsg.Request) (kmsg.Response, error, bool) { //nolint:revive // kfake calls it
	req, ok := r.(*kmsg.EndTxnRequest)
	if !ok {
		return nil, nil, false
	}
	err := l.write(intent{set: true, commit: req.Commit, epoch: req.ProducerEpoch, pid: req.ProducerID})
	if err != nil {
		return refuseEnd(req), nil, true
	}
	l.gate.leave(producer{req.ProducerID, req.ProducerEpoch})
	return nil, nil, false
}

func (l *intentLog) beginning(r kmsg.Request) (kmsg.Response, error, bool) { //nolint:revive // kfake calls it
	req, ok := r.(*kmsg.AddPartitionsToTxnRequest)
	if !ok {
		return nil, nil, false
	}
	if !l.gate.enter(producer{req.ProducerID, req.ProducerEpoch}) {
		return refuseBegin(req, concurrentTransactions), nil, true
	}
	if err := l.write(intent{}); err != nil {
		return refuseBegin(req, storageError), nil, true
	}
	return nil, nil, false
}
