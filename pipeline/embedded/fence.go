package embedded

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// The broker's own logs are entries of [length 4, checksum 4, version 2, JSON],
// little-endian; the length counts the version and the JSON.
const (
	producersLog = "pids.log"
	groupsLog    = "groups.log"
	entryHead    = 10
	entryVersion = 1
)

// producerEntry is one line of a producer's life: an init says whose it is, every
// entry says which epoch it has from here on.
type producerEntry struct {
	Type  string `json:"type"`
	PID   int64  `json:"pid"`
	Epoch int16  `json:"epoch"`
	TxID  string `json:"txid,omitempty"`
}

// fenceProducers gives every transactional producer the next epoch, so that one
// that has outlived the broker must ask for it before it goes on. The broker has
// forgotten which transactions were open, and takes the commit of one that it does
// not know for a repetition of the last: it would say yes to records that the
// repair has aborted, and store the offsets that belong to them.
func fenceProducers(dir string) error {
	path := filepath.Join(dir, producersLog)
	entries, err := cutLog(path)
	if err != nil {
		return err
	}
	epochs := make(map[int64]int16) // of transactional producers
	for _, data := range entries {
		var e producerEntry
		if err := json.Unmarshal(data, &e); err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		if _, known := epochs[e.PID]; known || e.TxID != "" {
			epochs[e.PID] = e.Epoch
		}
	}
	var fences []byte
	for _, pid := range slices.Sorted(maps.Keys(epochs)) {
		data, err := json.Marshal(producerEntry{Type: "timeout", PID: pid, Epoch: epochs[pid] + 1})
		if err != nil {
			return fmt.Errorf("fence producers: %w", err)
		}
		fences = appendEntry(fences, data)
	}
	if len(fences) == 0 {
		return nil
	}
	log, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("fence producers: %w", err)
	}
	_, err = log.Write(fences)
	if err := errors.Join(err, log.Sync(), log.Close()); err != nil {
		return fmt.Errorf("fence producers: %w", err)
	}
	return nil
}

func appendEntry(b, data []byte) []byte {
	at := len(b)
	b = binary.LittleEndian.AppendUint32(b, uint32(2+len(data)))
	b = append(b, 0, 0, 0, 0)
	b = binary.LittleEndian.AppendUint16(b, entryVersion)
	b = append(b, data...)
	binary.LittleEndian.PutUint32(b[at+4:], crc32.Checksum(b[at+8:], castagnoli))
	return b
}

// cutLog returns what a log's entries hold. An entry that was not written to its
// end is cut off: the broker would write behind it, and read none of that again.
func cutLog(path string) ([][]byte, error) {
	log, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	var entries [][]byte
	for at := 0; at < len(log); {
		size, err := readEntry(log[at:])
		switch {
		case err == nil:
			entries = append(entries, log[at+entryHead:at+size])
			at += size
		case errors.Is(err, errTorn):
			if err := os.Truncate(path, int64(at)); err != nil {
				return nil, fmt.Errorf("cut log: %w", err)
			}
			return entries, nil
		default:
			return nil, &DamagedError{Path: path, Offset: int64(at), Err: err}
		}
	}
	return entries, nil
}

// errDamagedEntry is errDamaged of such a log.
var errDamagedEntry = errors.New("an entry is damaged")

// readEntry says how long the entry is that b begins with.
func readEntry(b []byte) (int, error) {
	if len(b) < entryHead {
		return 0, errTorn
	}
	length := int64(binary.LittleEndian.Uint32(b))
	switch size := 8 + length; {
	case length < 2:
		return 0, errDamagedEntry
	case size > int64(len(b)):
		return 0, errTorn
	case crc32.Checksum(b[8:size], castagnoli) != binary.LittleEndian.Uint32(b[4:]):
		return 0, errDamagedEntry
	default:
		return int(size), nil
	}
}
