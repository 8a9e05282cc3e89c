package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"mailfate/pipeline/app"
	"mailfate/pipeline/app/config"
	"mailfate/schemas"
	"mailfate/sources/feedback"
	"mailfate/sources/tail"
	"mailfate/sources/tracking/token"
)

// flags are what the command line says; they override the configuration.
type flags struct {
	config     string
	year       int
	verbose    bool
	data       string
	brokers    string
	clickhouse string
	partitions int
	file       string
	roles      []string
}

func (f *flags) common(set *pflag.FlagSet) {
	set.BoolVarP(&f.verbose, "verbose", "v", false, "say more on stderr")
}

func (f *flags) settings(set *pflag.FlagSet) {
	set.StringVar(&f.config, "config", "", "configuration `FILE`: roles, Kafka, ClickHouse, sources and all else (mailfate.example.yaml)")
}

// reading is for commands that read sources.
func (f *flags) reading(set *pflag.FlagSet) {
	set.IntVar(&f.year, "year", 0, "`YEAR` of stamps that have none (default: from the file's date)")
}

func (f *flags) dir(set *pflag.FlagSet) {
	f.settings(set)
	set.StringVar(&f.data, "data", "", "`DIR` that keeps everything")
}

func (f *flags) database(set *pflag.FlagSet) {
	f.dir(set)
	set.StringVar(&f.clickhouse, "clickhouse", "", "ClickHouse's native `HOST:PORT`,… (default: the data directory's own)")
}

func (f *flags) kafka(set *pflag.FlagSet) {
	set.StringVar(&f.brokers, "brokers", "", "Kafka's `HOST:PORT`,… (default: the data directory's own)")
}

func (f *flags) pipeline(set *pflag.FlagSet) {
	f.database(set)
	f.kafka(set)
	set.StringVar(&f.file, "out", "", "also append statuses and changes to `FILE` as lines of JSON")
	set.IntVar(&f.partitions, "partitions", 0, "number of partitions of topics that are made")
}

// setup is what flags and configuration amount to.
type setup struct {
	config config.Config // with the flags put over it
	env    *env
	keys   *token.Keys   // of tracking links; see readKeys
	idKeys feedback.Keys // likewise

	leftOut map[string]bool // files of directories, which were told of
}

func (e *env) setup() (*setup, error) {
	s := &setup{config: config.Default(), env: e}
	if e.flags.config != "" {
		var err error
		if s.config, err = config.Load(e.flags.config); err != nil {
			return nil, usageError{err}
		}
	}
	f, c := &e.flags, &s.config
	override(&c.Data, f.data)
	override(&c.Kafka.Partitions, f.partitions)
	override(&c.Year, f.year)
	if f.year != 0 {
		for i := range c.Sources {
			c.Sources[i].Year = f.year
		}
	}
	if f.roles != nil { // also when it names nothing, which is refused
		c.Roles = f.roles
	}
	if f.brokers != "" {
		c.Kafka.Brokers = strings.Split(f.brokers, ",")
	}
	if f.clickhouse != "" {
		c.ClickHouse.Addresses = strings.Split(f.clickhouse, ",")
	}
	if err := c.Validate(); err != nil {
		return nil, usageError{err}
	}
	return s, nil
}

func override[T comparable](to *T, v T) {
	var unset T
	if v != unset {
		*to = v
	}
}

// find returns the sources that the arguments name; without arguments, those
// of the configuration. All of them must be readable and recognised.
func (s *setup) find(args []string) ([]app.Source, error) {
	srcs, err := s.discover(args)
	if err != nil {
		return nil, err
	}
	switch {
	case len(srcs) > 0:
		return srcs, nil
	case len(args) > 0:
		return nil, usageError{fmt.Errorf("find %s: %w", strings.Join(args, " "), errNothing)}
	}
	return nil, usageError{errNothing}
}

var errNothing = errors.New("nothing to read: name a file, mailbox or directory that is not empty, or sources in the configuration")

// findToFollow is find for streams that may begin later: a path that is not
// there yet is followed, when its type is said, and a directory may be empty.
func (s *setup) findToFollow(args []string) ([]app.Source, error) {
	if len(args)+len(s.config.Sources) == 0 {
		return nil, usageError{errNothing}
	}
	return s.collect(args, func(arg app.Argument, settings func(schemas.SourceType, string) app.Settings) ([]app.Source, error) {
		found, err := app.FindToFollow(arg, settings)
		if err == nil && len(found) == 0 {
			s.env.logger().Info("nothing there yet: it is looked for", "path", arg.Path)
		}
		return found, err
	})
}

// look finds what has come since findToFollow.
func (s *setup) look(args []string) app.Look {
	return func(known func(path string) bool) ([]app.Source, error) {
		return s.gather(args, app.FindNew(known))
	}
}

// checkTopics says which of the arguments, or without any of the configured sources,
// are topics of a cluster when none is named.
func (s *setup) checkTopics(o *app.Options, args []string) error {
	if len(args) == 0 {
		if err := s.config.CheckTopics(); err != nil {
			return usageError{err}
		}
	}
	for _, arg := range args {
		if err := o.CheckCluster(app.ParseArgument(arg)); err != nil {
			return usageError{err}
		}
	}
	return nil
}

func (s *setup) discover(args []string) ([]app.Source, error) { return s.collect(args, app.Find) }

// mailSources are the configured mailboxes on servers, and what is taken from an MTA.
func (s *setup) mailSources() (srcs []app.Source, err error) {
	var errs []error
	add := func(src app.Source, err error) {
		if errs = append(errs, err); err == nil {
			srcs = append(srcs, src)
		}
	}
	for i := range s.config.Sources {
		c := &s.config.Sources[i]
		if c.IMAP != nil {
			o, err := c.IMAP.Options()
			add(app.FromIMAP(o, s.settings(c)), err)
		}
		if c.Listen != "" {
			add(app.FromListener(c.Listen, s.config.Data, s.settings(c)))
		}
	}
	return srcs, errors.Join(errs...)
}

// collect gathers the sources of the arguments; without arguments, those of the
// configuration. A file that is named twice is one source.
func (s *setup) collect(args []string, find app.Finder) ([]app.Source, error) {
	if err := s.readKeys(); err != nil {
		return nil, err
	}
	srcs, err := s.gather(args, find)
	if len(args) > 0 {
		return srcs, err
	}
	mail, mailErr := s.mailSources()
	return append(srcs, mail...), errors.Join(err, mailErr)
}

// gather is collect when the keys have been read.
func (s *setup) gather(args []string, find app.Finder) ([]app.Source, error) {
	var srcs []app.Source
	var errs []error
	seen := map[string]int{} // index into srcs
	add := func(arg app.Argument, settings func(schemas.SourceType, string) app.Settings) {
		found, err := find(arg, settings)
		errs = append(errs, s.withoutLeftOut(wrongType(arg, err)))
		for _, src := range found {
			key := src.Type.String() + ":" + src.Set.Path
			if i, ok := seen[key]; ok {
				srcs[i].Set.Merge(src.Set) // other files of one rotation, as a shell's mail.log* names them
				continue
			}
			seen[key] = len(srcs)
			srcs = append(srcs, src)
		}
	}
	for _, arg := range args {
		add(app.ParseArgument(arg), s.settingsFor)
	}
	if len(args) > 0 {
		app.NameBesides(srcs)
		return srcs, errors.Join(append(errs, onePipe(srcs))...)
	}
	for i := range s.config.Sources {
		c := &s.config.Sources[i]
		t, _ := schemas.ParseSourceType(c.Type)
		for _, path := range c.Paths {
			add(app.Argument{Type: t, Path: path}, func(schemas.SourceType, string) app.Settings { return s.settings(c) })
		}
	}
	app.NameBesides(srcs)
	return srcs, errors.Join(errs...)
}

// onePipe refuses standard input as two types: the first would leave nothing to the second.
func onePipe(srcs []app.Source) error {
	for _, s := range srcs {
		if s.Set.Path == tail.Stdin && len(s.Besides) > 1 {
			return usageError{errors.New("read standard input: it is named twice, and can be read once; write it to a file that is named twice")}
		}
	}
	return nil
}
