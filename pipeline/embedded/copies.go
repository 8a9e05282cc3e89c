package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
)

// Compaction deletes a partition's segments before it writes the new ones. So
// every segment is linked elsewhere first; that costs no bytes, and what the
// broker appends meanwhile to the newest segment is in both.
const (
	copiesName = "before-compaction"
	copiesPart = copiesName + ".part" // not all links are made yet
)

// saveCopies links all segments; when it returns the links are complete.
func saveCopies(dir string) error {
	if err := dropCopies(dir); err != nil {
		return err
	}
	parts, err := partitionDirs(dir)
	if err != nil {
		return err
	}
	temp := filepath.Join(dir, copiesPart)
	if err := os.MkdirAll(temp, 0o700); err != nil {
		return fmt.Errorf("save topics before compaction: %w", err)
	}
	for _, p := range parts {
		if err := linkSegments(p, filepath.Join(temp, filepath.Base(p))); err != nil {
			return fmt.Errorf("save topics before compaction: %w", err)
		}
	}
	if err := os.Rename(temp, filepath.Join(dir, copiesName)); err != nil {
		return fmt.Errorf("save topics before compaction: %w", err)
	}
	return nil
}

// linkSegments links a partition's files, each index before its segment and
// oldest first: the newest segment is there only when all the others are.
func linkSegments(from, to string) error {
	paths, err := segments(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	for _, path := range paths {
		for _, p := range []string{indexPath(path), path} {
			err := os.Link(p, filepath.Join(to, filepath.Base(p)))
			if err != nil && !errors.Is(err, fs.ErrNotExist) { // a Retention may just have deleted it
				return err
			}
		}
	}
	return nil
}

// dropCopies removes the links, in a way that leaves all of them or none.
func dropCopies(dir string) error {
	temp := filepath.Join(dir, copiesPart)
	if err := os.RemoveAll(temp); err != nil {
		return fmt.Errorf("remove copies of compacted topics: %w", err)
	}
	if err := os.Rename(filepath.Join(dir, copiesName), temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove copies of compacted topics: %w", err)
	}
	if err := os.RemoveAll(temp); err != nil {
		return fmt.Errorf("remove copies of compacted topics: %w", err)
	}
	return nil
}

// undoCompaction puts those partitions back that a kill found deleted and not
// yet written anew: compaction always keeps the last batch and writes it last,
// so they end earlier than their copies do.
func undoCompaction(dir string, log *slog.Logger) error {
	entries, err := os.ReadDir(filepath.Join(dir, copiesName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("undo compaction: %w", err)
	}
	for _, e := range entries {
		saved := filepath.Join(dir, copiesName, e.Name())
		if err := undoPartition(filepath.Join(dir, "partitions", e.Name()), saved, log); err != nil {
			return fmt.Errorf("undo compaction: %w", err)
		}
	}
	return nil
}

func undoPartition(now, saved string, log *slog.Logger) error {
	nowEnd, err := logEnd(now)
	if err != nil {
		return err
	}
	savedEnd, err := logEnd(saved)
	if err != nil || nowEnd >= savedEnd {
		return err
	}
	if log != nil {
		log.Warn("undoing a compaction that was cut short", "partition", filepath.Base(now), "end", nowEnd, "before", savedEnd)
	}
	entries, err := os.ReadDir(now)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		if err := os.Remove(filepath.Join(now, e.Name())); err != nil {
			return err
		}
	}
	return linkSegments(saved, now)
}

// logEnd is the offset after a partition's last whole batch; -1 without any.
func logEnd(dir string) (int64, error) {
	paths, err := segments(dir)
	if err != nil {
		return 0, err
	}
	end := int64(-1)
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return 0, err
		}
		end = max(end, scanSegment(data, func(batchInfo) {}).end)
	}
	return end, nil
}
