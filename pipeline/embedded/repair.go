package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
)

// What a broker that is stopped properly writes down of groups, open transactions
// and sequences; after a kill it tells of an earlier life. Nobody needs it: members
// join again, and transactions end with the broker, however it ends.
var sessionNames = []string{"session_state.json", "seq_windows.json"}

// DamagedError says that the disk gave back other bytes than were written.
// The broker would leave out the rest of the file without a word.
type DamagedError struct {
	Path   string
	Offset int64
	Err    error
}

// Error names the file, the place and the remedies.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("read %s: %v at byte %d; restore the directory from a copy, or remove it and ingest the sources again", e.Path, e.Err, e.Offset)
}

// Unwrap returns what is wrong with the bytes.
func (e *DamagedError) Unwrap() error { return e.Err }

// repair brings a directory into a state that a broker can begin on, before it
// reads it. Every batch's checksum is tested on the way.
//
// It cuts off writes that were never acknowledged, and writes the missing end of
// every open transaction: as the intent says if that is the one that was ending,
// else an abort. The broker itself would only remember these aborts until its next
// kill, and then take a later commit of the same producer for theirs. Producers
// that are still there learn that they are fenced.
func repair(ctx context.Context, dir string, last intent, log *slog.Logger) error {
	if err := undoCompaction(dir, log); err != nil {
		return err
	}
	for _, name := range sessionNames {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("forget an earlier session: %w", err)
		}
	}
	if err := dropCopies(dir); err != nil {
		return err
	}
	parts, err := partitionDirs(dir)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("repair topics: %w", context.Cause(ctx))
		}
		if err := repairPartition(p, last, log); err != nil {
			return err
		}
	}
	if _, err := mendLog(filepath.Join(dir, groupsLog)); err != nil {
		return err
	}
	return fenceProducers(dir)
}

func partitionDirs(dir string) ([]string, error) {
	root := filepath.Join(dir, "partitions")
	entries, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list partitions: %w", err)
	}
	var dirs []string
	for _, e := range entries {
		if e.IsDir() {
			dirs = append(dirs, filepath.Join(root, e.Name()))
		}
	}
	return dirs, nil
}

// openTxns are the producers whose transactions have no end yet: their epochs.
type openTxns map[int64]int16

func (o openTxns) add(b batchInfo) {
	switch {
	case b.control():
		delete(o, b.pid)
	case b.transactional():
		o[b.pid] = b.epoch
	}
}

func repairPartition(dir string, last intent, log *slog.Logger) error {
	paths, err := segments(dir)
	if err != nil {
		return err
	}
	open := make(openTxns)
	end := int64(-1)
	for i, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read segment: %w", err)
		}
		if i == len(paths)-1 {
			if data, err = cutUnacknowledged(path, data, log); err != nil {
				return err
			}
		}
		s := scanSegment(data, open.add)
		if s.err != nil {
			return &DamagedError{Path: path, Offset: int64(s.good), Err: s.err}
		}
		end = max(end, s.end)
	}
	if len(open) == 0 {
		return nil
	}
	if log != nil {
		log.Warn("ending transactions that were open when the broker ended", "partition", filepath.Base(dir), "transactions", len(open))
	}
	return endTransactions(paths[len(paths)-1], end, open, last)
}

// cutUnacknowledged shortens the newest segment to what was acknowledged: the
// broker writes a batch, then its index entry, then answers. It returns what
// is left of the data.
func cutUnacknowledged(path string, data []byte, log *slog.Logger) ([]byte, error) {
	s := scanSegment(data, func(batchInfo) {})
	if s.err != nil && !s.final {
		return data, nil // not a torn write: the caller reports the damage
	}
	entries, err := indexEntries(path)
	if err != nil {
		return nil, err
	}
	keep, batches := s.good, s.batches
	if entries == batches-1 {
		keep, batches = keep-s.lastLen, batches-1
	}
	if entries < batches {
		return nil, &DamagedError{Path: indexPath(path), Offset: int64(entries) * indexEntry, Err: errors.New("entries are missing")}
	}
	if keep < len(data) && log != nil {
		log.Warn("cutting off a write that was never acknowledged", "file", path, "bytes", len(data)-keep)
	}
	if err := os.Truncate(path, int64(keep)); err != nil {
		return nil, fmt.Errorf("cut segment: %w", err)
	}
	if err := os.Truncate(indexPath(path), int64(batches)*indexEntry); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cut index: %w", err)
	}
	return data[:keep], nil
}

// indexEntries counts a segment's whole index entries.
func indexEntries(segment string) (int, error) {
	st, err := os.Stat(indexPath(segment))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read index: %w", err)
	}
	return int(st.Size() / indexEntry), nil
}
