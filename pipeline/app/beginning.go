package app

import (
	"context"
	"errors"
	"fmt"

	"mailfate/sources/publish"
	"mailfate/sources/tail"
)

// errSameName says that two streams would keep one checkpoint.
var errSameName = errors.New("two sources have the same stream name")

// beginning makes streams of sources.
type beginning struct {
	app     *App
	tail    tail.Options
	options publish.Options   // of all streams
	names   map[string]bool   // of streams
	paths   map[string]bool   // of sources
	streams []*publish.Stream // all so far; grows by copies, for others look at it
}

// knows returns what tells whether a path is one of a source so far.
func (b *beginning) knows() func(path string) bool {
	return func(path string) bool { return b.paths[path] }
}

// source makes the streams of one source.
func (b *beginning) source(ctx context.Context, src *Source) (made []*publish.Stream, err error) {
	b.paths[src.Set.Path] = true
	parts, err := b.app.streamsOf(ctx, src, b.tail)
	if err != nil {
		return nil, err
	}
	for _, part := range parts {
		if b.names[part.name] {
			return nil, fmt.Errorf("read %s: %w, %s: give one of them another", src.Set.Path, errSameName, part.name)
		}
		b.names[part.name] = true
		o := b.options
		o.Name, o.Reader, o.Parser = part.name, part.reader, src.Parser
		o.Type, o.Path, o.Knows = src.Type.String(), src.Set.Path, src.knows()
		s, err := publish.New(o)
		if err != nil {
			return nil, err
		}
		from := "where reading ended before"
		if s.Stats().Bytes == 0 {
			from = "its beginning"
		}
		b.app.log.Info("reading", "stream", s.Name(), "path", src.Set.Path, "from", from)
		made = append(made, s)
	}
	b.streams = append(b.streams[:len(b.streams):len(b.streams)], made...)
	return made, nil
}
