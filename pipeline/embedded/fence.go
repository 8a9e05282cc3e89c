package embedded

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"maps"
	"math"
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
	entries, err := mendLog(path)
	if err != nil {
		return err
	}
	epochs := make(map[int64]int16) // of transactional producers
	for _, data := range entries {
		var e producerEntry
		if err := json.Unmarshal(data, &e); err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		if epoch, known := epochs[e.PID]; known || e.TxID != "" {
			epochs[e.PID] = max(epoch, e.Epoch)
		}
	}
	var fences []byte
	for _, pid := range slices.Sorted(maps.Keys(epochs)) {
		next := min(int(epochs[pid])+1, math.MaxInt16) // nobody is ever given the last one
		data, err := json.Marshal(producerEntry{Type: "timeout", PID: pid, Epoch: int16(next)})
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

// mendLog returns what a log's entries hold, and takes out of it what is none: an
// entry that was not written to its end, behind which the broker would write and
// then read none of that again.
func mendLog(path string) ([][]byte, error) {
	log, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	var entries [][]byte
	var whole []byte
	for at := 0; at < len(log); {
		size := entrySize(log[at:])
		if size == 0 {
			at++
			continue
		}
		entries = append(entries, log[at+entryHead:at+size])
		whole = append(whole, log[at:at+size]...)
		at += size
	}
	if len(whole) == len(log) {
		return entries, nil
	}
	temp := path + ".mended"
	err = os.WriteFile(temp, whole, 0o600)
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		return nil, fmt.Errorf("mend log: %w", err)
	}
	return entries, nil
}

// entrySize is how long the entry is that b begins with; 0 when it does not begin
// with a whole one.
func entrySize(b []byte) int {
	if len(b) < entryHead {
		return 0
	}
	size := 8 + int64(binary.LittleEndian.Uint32(b))
	if size < entryHead || size > int64(len(b)) ||
		crc32.Checksum(b[8:size], castagnoli) != binary.LittleEndian.Uint32(b[4:]) {
		return 0
	}
	return int(size)
}
