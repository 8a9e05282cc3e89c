package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"mailfate/pipeline/app"
	"mailfate/pipeline/app/config"
	"mailfate/pipeline/classify"
	"mailfate/pipeline/kafkalog"
	"mailfate/pipeline/status"
	"mailfate/schemas"
	"mailfate/sinks/clickhouse"
	"mailfate/sources/feedback"
)

// options are what app needs to know. Secrets and certificates are read here,
// so that what is wrong with them is an error of configuration.
func (s *setup) options() (app.Options, error) {
	c := &s.config
	o := app.Options{
		Dir:         c.Data,
		Kafka:       kafkalog.Options{Brokers: c.Kafka.Brokers, ClientID: "mailfate"},
		Partitions:  c.Kafka.Partitions,
		Replication: c.Kafka.Replication,
		ClickHouse: clickhouse.Options{
			Addresses: c.ClickHouse.Addresses, Database: c.ClickHouse.Database, User: c.ClickHouse.User,
		},
		File:   s.env.flags.file,
		Timers: status.Timers{GiveUp: c.Timers.GiveUp.Milliseconds(), Depleted: c.Timers.Depleted.Milliseconds()},
		Life:   c.Retention.Life,
		Keep:   clickhouse.Keep(c.Retention.Rows),

		RawExamples: s.rawExamples(),
		Metrics:     c.Metrics.Listen,
		API:         c.API.Listen,

		Logger: s.env.logger(),
	}
	for _, a := range c.Accounts {
		o.Accounts = append(o.Accounts, clickhouse.Account{Name: a.Name, OpenTracking: a.OpenTracking, ClickTracking: a.ClickTracking})
	}
	var err error
	if o.Replies, err = s.replies(); err != nil {
		return o, usageError{err}
	}
	if err := s.secrets(&o); err != nil {
		return o, usageError{err}
	}
	return o, nil
}

// replies are the rules by which replies are judged.
func (s *setup) replies() (*classify.Rules, error) {
	c := &s.config.Classify
	machines, err := s.machines()
	if err != nil {
		return nil, err
	}
	file, err := readRules("classify.rules", c.Rules, classify.MaxFile)
	if err != nil || file == nil {
		return classify.Default().WithMachines(machines), err
	}
	rules, err := classify.New(file.Name, file.Text)
	if err != nil {
		return nil, err
	}
	return rules.WithMachines(machines), nil
}

// machines are the rules by which hits are judged.
func (s *setup) machines() (*classify.Machines, error) {
	c := &s.config.Classify
	rules, err := readRules("classify.machines", c.Machines, classify.MaxFile)
	if err != nil {
		return nil, err
	}
	networks, err := readRules("classify.networks", c.Networks, classify.MaxNetworks)
	if err != nil {
		return nil, err
	}
	if rules == nil && networks == nil {
		return classify.DefaultMachines(), nil
	}
	return classify.NewMachines(rules, networks)
}

// readRules reads the file that a key of the configuration names, if it names one.
func readRules(key, name string, most int64) (*classify.File, error) {
	if name == "" {
		return nil, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read rules: %w; %s in the configuration names the file", err, key)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	return &classify.File{Name: name, Text: text}, nil
}

// options are what the flags and the configuration say, and what app needs to know of it.
func (e *env) options() (*setup, app.Options, error) {
	set, err := e.setup()
	if err != nil {
		return nil, app.Options{}, err
	}
	o, err := set.options()
	return set, o, err
}

func (s *setup) secrets(o *app.Options) (err error) {
	c := &s.config
	if o.Kafka.TLS, err = c.Kafka.TLS.Client(); err != nil {
		return err
	}
	if o.ClickHouse.TLS, err = c.ClickHouse.TLS.Client(); err != nil {
		return err
	}
	if o.ClickHouse.Password, err = c.ClickHouse.Password.Read(); err != nil {
		return err
	}
	if sasl := c.Kafka.SASL; sasl != nil {
		o.Kafka.SASL = &kafkalog.SASL{Mechanism: sasl.Mechanism, User: sasl.User}
		o.Kafka.SASL.Password, err = sasl.Password.Read()
	}
	return err
}

// readKeys reads the keys that links and our mails' ids are signed with, if there
// are any.
func (s *setup) readKeys() (err error) {
	if s.keys, err = s.config.Tracker.ReadKeys(); err != nil {
		return usageError{err}
	}
	s.idKeys = feedback.Keys{}
	for _, k := range s.config.IDKeys {
		secret, err := k.Secret.Read()
		if err != nil {
			return usageError{fmt.Errorf("read id key %s: %w", k.Name, err)}
		}
		s.idKeys[k.Name] = []byte(secret)
	}
	if err := s.idKeys.Check(); err != nil {
		return usageError{err}
	}
	return nil
}

// tracker is how hits are answered; nil when it is not said where.
func (s *setup) tracker() (*app.TrackerOptions, error) {
	c := &s.config.Tracker
	if c.Listen == "" {
		return nil, nil
	}
	if err := s.readKeys(); err != nil {
		return nil, err
	}
	all := config.Source{MessageIDPattern: s.config.MessageIDPattern}
	return &app.TrackerOptions{
		Listen: c.Listen, Keys: s.keys, Proxies: c.Networks(), MaxHeld: c.MaxHeld, MaxConns: c.MaxConnections,
		MaxSpool: int64(c.SpoolMB) << 20, Keep: c.Keep, MessageID: all.MessageID(),
	}, nil
}

// rawExamples says whether lines that are not understood are kept as they were read.
func (s *setup) rawExamples() bool { return s.config.KeepExamples == "raw" }

// settings are those of one configured source.
func (s *setup) settings(c *config.Source) app.Settings {
	return app.Settings{
		Stream: c.Stream, Host: c.Host, Location: c.Location, Year: c.Year,
		Remember: c.Remember, MaxOpen: c.MaxOpen,
		MessageID: c.MessageID(), Account: s.config.Account, Patterns: c.PathPatterns, Keys: s.keys,
		IDKeys: s.idKeys, Addresses: c.AddressPatterns,
	}
}

// settingsFor are those of a path on the command line: of the configured source
// that has this path, else of the first one of the type, else the defaults.
func (s *setup) settingsFor(t schemas.SourceType, path string) app.Settings {
	found := config.Source{Location: s.config.Location, Year: s.config.Year, MessageIDPattern: s.config.MessageIDPattern}
	typed := false
	for _, c := range s.config.Sources {
		if c.Type != t.String() {
			continue
		}
		if names(c.Paths, path) {
			return s.settings(&c)
		}
		if !typed {
			found, typed = c, true
		}
	}
	found.Stream = "" // the name of another path's stream
	return s.settings(&found)
}

func names(patterns []string, path string) bool {
	for _, p := range patterns {
		abs, err := filepath.Abs(p)
		if err != nil {
			continue
		}
		if ok, err := filepath.Match(abs, path); err == nil && ok || abs == path || strings.HasPrefix(path, abs+string(filepath.Separator)) {
			return true
		}
	}
	return false
}
