package faults

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/vmihailenco/msgpack/v5"

	"mailfate/pipeline/store"
)

// diskFails makes every write, or every fsync, fail for a while.
func diskFails(role, mode string) fault {
	return fault{role + ", disk: " + mode, func(ctx context.Context, g *rig) error {
		m := g.any(role)
		m.disk(mode, true)
		err := g.during(ctx, g.between(time.Second, 3*time.Second))
		m.disk(diskWell, true)
		return err
	}}
}

// diskKills ends a process right before the n-th write or fsync from now on.
func diskKills(role string, n int) fault {
	return fault{fmt.Sprintf("%s, killed before disk operation %d", role, n), func(ctx context.Context, g *rig) error {
		m := g.any(role)
		m.mu.Lock()
		ended := m.ended
		m.mu.Unlock()
		m.disk(fmt.Sprint(diskKill, n), false)
		limited, cancel := context.WithTimeout(ctx, pointWithin)
		defer cancel()
		return g.until(limited, ended)
	}}
}

// corrupted flips bytes of a file that the state store keeps.
func corrupted(role, pattern string) fault {
	return fault{fmt.Sprintf("%s, damaged %s", role, pattern), func(_ context.Context, g *rig) error {
		m := g.any(role)
		m.kill()
		files, err := filepath.Glob(filepath.Join(m.state(role), pattern))
		if err != nil {
			return err
		}
		if len(files) == 0 { // tables come with restarts, which empty the log into one
			return m.start()
		}
		path := files[g.r.IntN(len(files))]
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for range min(8, len(content)) {
			content[g.r.IntN(len(content))] ^= byte(1 + g.r.IntN(255))
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return err
		}
		return m.start()
	}}
}

// stateFromTheFuture makes the processor's bookmark say that more was processed
// than there is.
var stateFromTheFuture = fault{"processor's state from the future", func(_ context.Context, g *rig) error {
	m := g.any(processor)
	m.kill()
	err := inStore(m.state(processor), func(s *store.Store) error {
		into := s.NewBatch()
		for p := range partitions {
			key := append(binary.BigEndian.AppendUint16(nil, uint16(p)), 'm')
			value, found, err := s.Get(key)
			if err != nil || !found {
				continue
			}
			meta := map[string]any{}
			if err := msgpack.Unmarshal(value, &meta); err != nil {
				return err
			}
			meta["Changelog"] = 1_000_000
			if value, err = msgpack.Marshal(meta); err != nil {
				return err
			}
			into.Set(key, value)
		}
		return into.Commit(true)
	})
	if err != nil {
		return err
	}
	return m.start()
}}

// checkpointFromTheFuture takes the second half of a log away from under its
// checkpoint, as when an older copy is put back, and later gives it back.
var checkpointFromTheFuture = fault{"checkpoint from the future", func(ctx context.Context, g *rig) error {
	m := g.any(source)
	m.kill()
	log := g.logs[0]
	whole, err := os.ReadFile(log.path)
	if err != nil {
		return err
	}
	half := bytes.LastIndexByte(whole[:len(whole)/2], '\n') + 1
	if err := log.file.Truncate(int64(half)); err != nil {
		return err
	}
	if err := m.start(); err != nil {
		return err
	}
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
	}
	m.kill()
	if _, err := log.file.Write(whole[half:]); err != nil {
		return err
	}
	return m.start()
}}

func inStore(dir string, do func(*store.Store) error) error {
	s, err := store.Open(dir, store.Options{Cache: true})
	if err != nil {
		return err
	}
	return errors.Join(do(s), s.Close())
}
