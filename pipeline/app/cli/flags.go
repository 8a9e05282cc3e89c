package cli

import (
	"errors"
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

// mailSource returns a configured source that is a mailbox on a server or takes mails
// itself; ok says whether it is one.
func (s *setup) mailSource(c *config.Source) (src app.Source, ok bool, err error) {
	switch {
	case c.IMAP != nil:
		o, err := c.IMAP.Options()
		if err != nil {
			return src, false, usageError{err}
		}
		return app.FromIMAP(o, s.settings(c)), true, nil
	case c.Listen != "":
		src, err = app.FromListener(c.Listen, s.config.Data, s.settings(c))
		return src, err == nil, err
	}
	return src, false, nil
}

// collect gathers the sources of the arguments; without arguments, those of the
// configuration. A file that is named twice is one source.
func (s *setup) collect(args []string, find app.Finder) ([]app.Source, error) {
	var srcs []app.Source
	var errs []error
	seen := map[string]int{} // index into srcs
	add := func(arg app.Argument, settings func(schemas.SourceType, string) app.Settings) {
		found, err := find(arg, settings)
		errs = append(errs, err)
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
		return srcs, errors.Join(errs...)
	}
	for i := range s.config.Sources {
		c := &s.config.Sources[i]
		t, _ := schemas.ParseSourceType(c.Type)
		if src, ok, err := s.mailSource(c); ok || err != nil {
			errs = append(errs, err)
			srcs = append(srcs, src)
			continue
		}
		for _, path := range c.Paths {
			add(app.Argument{Type: t, Path: path}, func(schemas.SourceType, string) app.Settings { return s.settings(c) })
		}
	}
	return srcs, errors.Join(errs...)
}
