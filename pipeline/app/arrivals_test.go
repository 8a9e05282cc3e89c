package app

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mailfate/pipeline/embedded/embeddedtest"
	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
	"mailfate/sources/publish"
	"mailfate/sources/tail"
)

// TestWhatComesIsFollowed lets files come into a directory and under a pattern, of
// which there is nothing at first, while they are followed: each when all before it
// was read.
func TestWhatComesIsFollowed(t *testing.T) {
	broker := embeddedtest.Broker(t)
	client, err := kafkalog.Dial(kafkalog.Options{Brokers: []string{broker.Addr()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })

	root := t.TempDir()
	segments := filepath.Join(root, "kumo")
	args := []Argument{{schemas.SourceKumoMTA, segments + "/"}, {schemas.SourceKumoMTA, filepath.Join(root, "*.ndjson")}, {Path: filepath.Join(root, "untyped")}}
	if err := os.Mkdir(args[2].Path, 0o700); err != nil {
		t.Fatal(err)
	}
	gather := func(find Finder) (srcs []Source, err error) {
		for _, arg := range args {
			found, failed := find(arg, func(schemas.SourceType, string) Settings { return Settings{} })
			if failed != nil {
				err = failed
			}
			srcs = append(srcs, found...)
		}
		return srcs, err
	}
	srcs, err := gather(FindToFollow)
	if err != nil || len(srcs) > 0 {
		t.Fatalf("found %v, %v", srcs, err)
	}
	var said safeBuffer
	options := Options{
		Roles: RoleSource, Dir: t.TempDir(), Kafka: kafkalog.Options{Brokers: []string{broker.Addr()}},
		Look:      func(known func(string) bool) ([]Source, error) { return gather(FindNew(known)) },
		LookEvery: time.Millisecond,
		Logger:    slog.New(slog.NewTextHandler(&said, nil)),
	}
	come := []string{ // a segment after another is read by who follows the first
		"kumo/20261120-225959", "kumo/20261120-235959", "kumo/seg1", "kumo/seg2", "kumo/20261121-005959",
		"kumo/20261121-005959_recv", "kumo/deeper/log", "a.ndjson", "b.ndjson", "untyped/nonsense", "untyped/records",
	}
	var got, want []string
	arrived := func() bool { return true }
	follow(t, options, srcs, func() bool {
		if there := arrived(); !there || len(come) == 0 {
			return there
		}
		path, text := filepath.Join(root, come[0]), fmt.Sprintf(topicRecord+"\n", len(come), len(come))
		come = come[1:]
		if filepath.Base(path) == "nonsense" {
			text, arrived = "of no kind\n", func() bool { return strings.Contains(said.String(), "cannot read what is new") }
		} else {
			want = append(want, path)
			arrived = func() bool { got = eventFiles(t, client); return len(got) >= len(want) }
		}
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Error(err)
		}
		return false
	})
	slices.Sort(got)
	if slices.Sort(want); !slices.Equal(got, want) {
		t.Errorf("events of %q, want %q", got, want)
	}
	if n := strings.Count(said.String(), "cannot read what is new"); n != 1 {
		t.Errorf("said %d times, want once, that nonsense cannot be read:\n%s", n, said.String())
	}
	if n := strings.Count(said.String(), "msg=reading"); n != len(want)-2 {
		t.Errorf("%d streams, want one for each but the second and third segment:\n%s", n, said.String())
	}
}

// TestWhatCannotBeFollowedIsSaid goes on when what comes would keep another's
// checkpoint, or is too much; the latter is said once.
func TestWhatCannotBeFollowedIsSaid(t *testing.T) {
	for want, streams := range map[string]int{"give one of them another": 1, "too many files": maxStreams} {
		var said safeBuffer
		a := &App{log: slog.New(slog.NewTextHandler(&said, nil))}
		b := &beginning{app: a, names: map[string]bool{"mx1": true}, paths: map[string]bool{}, streams: make([]*publish.Stream, streams)}
		r := arrivals{app: a, begin: b}
		src := Source{Type: schemas.SourcePostfix, Set: tail.Set{Path: "/new.log"}, Settings: Settings{Stream: "mx1"}}
		for range 2 {
			if err := r.read(t.Context(), &src); err != nil || len(b.streams) != streams {
				t.Errorf("%d streams, %v", len(b.streams), err)
			}
			if b.paths[src.Set.Path] {
				break // it is not found again
			}
		}
		if strings.Count(said.String(), want) != 1 {
			t.Errorf("said %q, want %q once", said.String(), want)
		}
	}
}

// safeBuffer is one that can be read while it is written.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
