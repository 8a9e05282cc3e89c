package cli

import (
	"cmp"
	"path/filepath"

	"mailfate/pipeline/app"
	"mailfate/pipeline/app/config"
	"mailfate/pipeline/kafkalog"
	"mailfate/pipeline/status"
	"mailfate/schemas"
	"mailfate/sinks/clickhouse"
)

// appOptions makes options of a configuration. Secrets and certificates are
// read here, so that what is wrong with them is an error of configuration.
func appOptions(c *config.Config) (app.Options, error) {
	o := app.Options{
		Dir:         c.Data,
		Kafka:       kafkalog.Options{Brokers: c.Kafka.Brokers, ClientID: "mailfate"},
		Partitions:  c.Kafka.Partitions,
		Replication: c.Kafka.Replication,
		ClickHouse: clickhouse.Options{
			Addresses: c.ClickHouse.Addresses, Database: c.ClickHouse.Database, User: c.ClickHouse.User,
		},
		Timers: status.Timers{GiveUp: c.Timers.GiveUp.Milliseconds(), Depleted: c.Timers.Depleted.Milliseconds()},
	}
	for _, a := range c.Accounts {
		o.Accounts = append(o.Accounts, clickhouse.Account{Name: a.Name, OpenTracking: a.OpenTracking, ClickTracking: a.ClickTracking})
	}
	var err error
	if o.Kafka.TLS, err = c.Kafka.TLS.Client(); err != nil {
		return o, err
	}
	if o.ClickHouse.TLS, err = c.ClickHouse.TLS.Client(); err != nil {
		return o, err
	}
	if o.ClickHouse.Password, err = c.ClickHouse.Password.Read(); err != nil {
		return o, err
	}
	if s := c.Kafka.SASL; s != nil {
		password, err := s.Password.Read()
		if err != nil {
			return o, err
		}
		o.Kafka.SASL = &kafkalog.SASL{Mechanism: s.Mechanism, User: s.User, Password: password}
	}
	return o, nil
}

// settings are those of one configured source.
func (s *setup) settings(c *config.Source) app.Settings {
	return app.Settings{
		Stream: c.Stream, Host: c.Host, Location: c.Location, Year: cmp.Or(s.year, c.Year),
		MessageID: c.MessageID(), Account: s.config.Account, Patterns: c.PathPatterns,
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
		if ok, err := filepath.Match(abs, path); err == nil && ok || abs == path {
			return true
		}
	}
	return false
}
