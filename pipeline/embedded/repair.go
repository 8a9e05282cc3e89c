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

const (
	// cleanName is there while the broker is stopped and was stopped properly.
	cleanName = "stopped"
	// sessionName holds groups and open transactions of a broker that was
	// stopped properly; after a kill it tells of an earlier life.
	sessionName = "session_state.json"
)

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

// repair brings a directory into the state a proper stop leaves it in, before
// the broker reads it. Every batch's checksum is tested on the way.
//
// After a kill it cuts off writes that were never acknowledged, and writes the
// missing end of every open transaction: as the intent says if that is the one
// that was ending, else an abort. The broker itself would only remember these
// aborts until its next kill, and then take a later commit of the same
// producer for theirs. Producers that are still there learn that they are fenced.
func repair(ctx context.Context, dir string, last intent, log *slog.Logger) error {
	killed, err := wasKilled(dir)
	if err != nil {
		return err
	}
	if killed {
		if err := undoCompaction(dir, log); err != nil {
			return err
		}
		if err := os.Remove(filepath.Join(dir, sessionName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
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
		if err := repairPartition(p, killed, last, log); err != nil {
			return err
		}
	}
	if !killed {
		return nil
	}
	if _, err := cutLog(filepath.Join(dir, groupsLog)); err != nil {
		return err
	}
	return fenceProducers(dir)
}

// wasKilled reports whether the broker was not stopped properly, and takes the
// note of that away: from now on it runs.
func wasKilled(dir string) (bool, error) {
	err := os.Remove(filepath.Join(dir, cleanName))
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("take away the note of a proper stop: %w", err)
	}
	return false, nil
}

// noteStopped says that the broker has written everything down.
func noteStopped(dir string) error {
	if err := os.WriteFile(filepath.Join(dir, cleanName), nil, 0o600); err != nil {
		return fmt.Errorf("note the proper stop: %w", err)
	}
	return nil
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

func repairPartition(dir string, killed bool, last intent, log *slog.Logger) error {
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
		newest := i == len(paths)-1
		if newest && killed {
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
	if !killed || len(open) == 0 {
		return nil
	}
	if log != nil {
		log.Warn("ending transactions that were open when the broker was killed", "partition", filepath.Base(dir), "transactions", len(open))
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
