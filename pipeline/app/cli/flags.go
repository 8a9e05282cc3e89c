package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"mailfate/pipeline/app"
	"mailfate/pipeline/app/config"
	"mailfate/schemas"
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
}

func (f *flags) common(set *pflag.FlagSet) {
	set.StringVar(&f.config, "config", "", "configuration `FILE` (zones, years, patterns, accounts, sources)")
	set.IntVar(&f.year, "year", 0, "`YEAR` of stamps that have none (default: from the file's date)")
	set.BoolVarP(&f.verbose, "verbose", "v", false, "say more on stderr")
}

func (f *flags) database(set *pflag.FlagSet) {
	set.StringVar(&f.data, "data", "", "`DIR` that keeps everything")
	set.StringVar(&f.clickhouse, "clickhouse", "", "ClickHouse's native `HOST:PORT`,… (default: one is started)")
}

func (f *flags) pipeline(set *pflag.FlagSet) {
	f.database(set)
	set.StringVar(&f.brokers, "brokers", "", "Kafka's `HOST:PORT`,… (default: a broker is started)")
	set.StringVar(&f.file, "out", "", "also write statuses and changes to `FILE` as lines of JSON")
	set.IntVar(&f.partitions, "partitions", 0, "number of partitions of topics that are made")
}

// setup is what flags and configuration amount to.
type setup struct {
	config  config.Config
	options app.Options
	year    int
}

func (e *env) setup() (*setup, error) {
	s := &setup{config: config.Default(), year: e.flags.year}
	if e.flags.config != "" {
		var err error
		if s.config, err = config.Load(e.flags.config); err != nil {
			return nil, usageError{err}
		}
	}
	var err error
	if s.options, err = appOptions(&s.config); err != nil {
		return nil, usageError{err}
	}
	override(&s.options.Dir, e.flags.data)
	if e.flags.partitions != 0 {
		s.options.Partitions = e.flags.partitions
	}
	if e.flags.brokers != "" {
		s.options.Kafka.Brokers = strings.Split(e.flags.brokers, ",")
	}
	if e.flags.clickhouse != "" {
		s.options.ClickHouse.Addresses = strings.Split(e.flags.clickhouse, ",")
	}
	if p := s.options.Partitions; p < 0 || p > maxPartitions {
		return nil, usageError{fmt.Errorf("--partitions %d: want 1 to %d", p, maxPartitions)}
	}
	s.options.File = e.flags.file
	s.options.Logger = e.logger()
	return s, nil
}

// maxPartitions is what the state store's keys have room for, and far more
// than one process can use.
const maxPartitions = 4096

func override(to *string, v string) {
	if v != "" {
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
	if len(srcs) == 0 {
		return nil, usageError{errNothing}
	}
	return srcs, nil
}

var errNothing = errors.New("nothing to read: name a file, mailbox or directory that is not empty, or sources in the configuration")

// findToFollow is find for streams that may begin later: a path that is not
// there yet is followed, when its type is said.
func (s *setup) findToFollow(args []string) ([]app.Source, error) {
	srcs, err := s.collect(args, app.FindToFollow)
	if err == nil && len(srcs) == 0 {
		err = usageError{errNothing}
	}
	return srcs, err
}

func (s *setup) discover(args []string) ([]app.Source, error) { return s.collect(args, app.Find) }

// collect gathers the sources of the arguments; without arguments, those of the
// configuration. A file that is named twice is one source.
func (s *setup) collect(args []string, find app.Finder) ([]app.Source, error) {
	var srcs []app.Source
	var errs []error
	seen := map[string]bool{}
	add := func(arg app.Argument, settings func(schemas.SourceType, string) app.Settings) {
		found, err := find(arg, settings)
		errs = append(errs, err)
		for _, src := range found {
			if key := src.Type.String() + ":" + src.Set.Path; !seen[key] {
				seen[key] = true
				srcs = append(srcs, src)
			}
		}
	}
	for _, arg := range args {
		add(app.ParseArgument(arg), s.settingsFor)
	}
	if len(args) > 0 {
		return srcs, errors.Join(errs...)
	}
	for i := range s.config.Sources {
		c := &s.config.Sources[i]
		t, _ := schemas.ParseSourceType(c.Type)
		for _, path := range c.Paths {
			add(app.Argument{Type: t, Path: path}, func(schemas.SourceType, string) app.Settings { return s.settings(c) })
		}
	}
	return srcs, errors.Join(errs...)
}
