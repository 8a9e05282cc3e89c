package app

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mailfate/pipeline/store"
	"mailfate/sources/imap"
	"mailfate/sources/publish"
	"mailfate/sources/tail"
)

// awaitedLog ends a context when it has had a line with some words.
type awaitedLog struct {
	bytes.Buffer
	words string
	found context.CancelFunc
}

func (l *awaitedLog) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte(l.words)) {
		l.found()
	}
	return l.Buffer.Write(line)
}

// TestWhoFollowsIsToldOfARefusedMailbox names a server that is not there.
func TestWhoFollowsIsToldOfARefusedMailbox(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	log := &awaitedLog{words: "cannot be read", found: cancel}
	a := &App{log: slog.New(slog.NewTextHandler(log, nil))}
	if a.checkpoints, err = store.Open(filepath.Join(t.TempDir(), "state"), store.Options{}); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.checkpoints.Close() }()
	now := time.Now()
	b := &beginning{app: a, tail: tail.Options{Follow: true}, names: map[string]bool{}, paths: map[string]bool{}, options: publish.Options{
		Store: a.checkpoints, Log: taken{}, Partitions: 1, Logger: a.log, ClockEvery: time.Millisecond,
		Now: func() time.Time { now = now.Add(time.Second); return now },
	}}
	src := FromIMAP(imap.Options{Address: address, User: "u", Password: "p"}, Settings{})
	streams, err := b.source(ctx, &src)
	if err != nil || len(streams) != 1 {
		t.Fatalf("streams %v: %v", streams, err)
	}
	if err := streams[0].Follow(ctx); err != nil {
		t.Fatal(err)
	}
	if told := log.String(); strings.Count(told, "cannot be read") != 1 || !strings.Contains(told, "refused") || !strings.Contains(told, address) {
		t.Errorf("told: %s", told)
	}
	var figures strings.Builder
	m := &metrics{}
	m.streams.Store(&streams)
	if m.write(&figures); !strings.Contains(figures.String(), "\nmailfate_stream_problems{stream=\""+src.Name()+"\"} 1\n") {
		t.Errorf("figures: %s", &figures)
	}
}
