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
	"mailfate/schemas"
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
		return pretend(s, "Changelog", 1_000_000, false)
	})
	if err != nil {
		return err
	}
	return m.start()
}}

// stateOfOthers gives a processor a state that is not of this log, as of topics
// that were made anew, or one that missed what the log no longer has. Nothing but
// one field of its bookmark shows it, and whoever believes it has forgotten all
// messages. The other processor goes on meanwhile, and is away when this one, which
// then needs that state for all partitions, comes back.
func stateOfOthers(sign string, value func() any) fault {
	return fault{"processor's state with a wrong " + sign, func(ctx context.Context, g *rig) error {
		m, others := g.any(processor), []*member{}
		for _, o := range g.members {
			if o.has(processor) && o != m {
				others = append(others, o)
			}
		}
		if err := g.every(ctx, m.name+" has state", func() error { // it may just have begun
			if err := g.onwardEverywhere(ctx); err != nil {
				return err
			}
			m.kill()
			err := inStore(m.state(processor), func(s *store.Store) error { return pretend(s, sign, value(), true) })
			if err != nil {
				return errors.Join(err, m.start())
			}
			return nil
		}); err != nil {
			return err
		}
		if err := g.onwardEverywhere(ctx); err != nil {
			return err
		}
		for _, o := range others {
			o.kill()
		}
		if err := m.start(); err != nil {
			return err
		}
		if err := g.onward(ctx); err != nil {
			return err
		}
		for _, o := range others {
			if err := o.start(); err != nil {
				return err
			}
		}
		return nil
	}}
}

// The signs of a processor's state that is not to be believed.
var (
	wrongCluster = stateOfOthers("Cluster", func() any { return "another" })
	wrongNonce   = stateOfOthers("Nonce", func() any { return uint64(1) })
	wrongTime    = stateOfOthers("Time", func() any { return time.Now().Add(-schemas.TombstonesLive).UnixMilli() })
)

// pretend changes a field of every partition's bookmark in a processor's store,
// and takes all messages out of it, or none.
func pretend(s *store.Store, field string, value any, empty bool) error {
	into, held := s.NewBatch(), 0
	for p := range partitions {
		prefix := binary.BigEndian.AppendUint16(nil, uint16(p))
		key := append(bytes.Clone(prefix), 'm')
		text, found, err := s.Get(key)
		if err != nil || !found {
			continue
		}
		held++
		meta := map[string]any{}
		if err := msgpack.Unmarshal(text, &meta); err != nil {
			return err
		}
		meta[field] = value
		if text, err = msgpack.Marshal(meta); err != nil {
			return err
		}
		into.Set(key, text)
		states := append(prefix, 's')
		err = s.Iterate(states, func(key, _ []byte) error {
			if empty && !schemas.IsBookkeeping(key[len(states):]) {
				into.Delete(key)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if empty && held == 0 {
		return errors.New("there is no bookmark of any partition")
	}
	return into.Commit(true)
}

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
